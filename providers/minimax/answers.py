"""How every MiniMax exchange begins and how every MiniMax answer is read.

HTTP 200 is not success: the verdict is ``base_resp.status_code``. The order of reading is HTTP status, JSON, base_resp;
keys that are present prove nothing, unknown keys are welcome.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from providers.error_rows import ANSWER_LOST
from providers.errors import Category, ProviderError, malformed
from providers.legible import LONGEST_TRACE_ID, legible
from providers.minimax.errors import http_error, vendor_error
from providers.types import JSON, Account, Request, Response, Timeouts, UploadPart

# `Trace-Id` comes with every answer; the other two were seen by third-party clients.
TRACE_HEADERS = ("Trace-Id", "X-Trace-Id", "Minimax-Request-Id")
_EXCERPT = 200
_LONGEST_ID = 256
# A thousand times the longest file there is.
_MOST_CHARACTERS = 1_000_000_000


def post(
    account: Account,
    path: str,
    *,
    operation: str,
    json: JSON = None,
    form: dict[str, str] | None = None,
    files: dict[str, UploadPart] | None = None,
    timeout: Timeouts | None = None,
    max_response_bytes: int = 4 * 1024 * 1024,
    repeatable: bool = False,
) -> Request:
    """A POST to ``path`` of the account's address, authorised.

    GroupId is a legacy query parameter: an empty one answers 1008 "insufficient balance" (measured), so it is sent only
    when the account has one. Raises ``ProviderError`` (auth) for a key that cannot be a header.
    """
    return Request(
        account=account,
        operation=operation,
        method="POST",
        url=_root(account) + path,
        headers={"Authorization": f"Bearer {key_of(account)}"},
        params=_group(account),
        json=json,
        form=form,
        files=files,
        timeout=timeout or Timeouts(),
        max_response_bytes=max_response_bytes,
        repeatable=repeatable,
    )


def get(
    account: Account,
    path: str,
    *,
    operation: str,
    params: dict[str, str],
    timeout: Timeouts | None = None,
    max_response_bytes: int = 4 * 1024 * 1024,
) -> Request:
    """A GET to ``path``: the same as ``post``, and always free to be repeated."""
    return Request(
        account=account,
        operation=operation,
        method="GET",
        url=_root(account) + path,
        headers={"Authorization": f"Bearer {key_of(account)}"},
        params=params | _group(account),
        timeout=timeout or Timeouts(),
        max_response_bytes=max_response_bytes,
        repeatable=True,
    )


Reader = Callable[[Request, Response], dict[str, Any]]
"""Gives the body of a successful answer in MiniMax's shape; raises ``ProviderError`` for everything else."""


def read(request: Request, response: Response) -> dict[str, Any]:
    """The body of a successful answer. Raises ``ProviderError`` for everything else.

    An answer without base_resp is malformed and possibly charged: the work may have been done.
    """
    body = json_object(response.content)
    trace_id = trace(response, body)
    code = _code(body)
    if response.status in ANSWER_LOST or (code is None and response.status != 200):
        raise http_error(request, response.status, words(response, body), trace_id=trace_id)
    if body is None:
        raise malformed(request, f"no JSON object: {words(response, body)}", http_status=200, trace_id=trace_id)
    if code is None:
        raise malformed(
            request, "no base_resp", http_status=200, trace_id=trace_id, billed_characters=billed_characters(body)
        )
    if code != 0:
        raise vendor_error(
            request,
            code,
            _status_message(body),
            http_status=response.status,
            trace_id=trace_id,
            billed_characters=billed_characters(body),
        )
    if response.status != 200:
        raise malformed(
            request, f"HTTP {response.status} with status 0", http_status=response.status, trace_id=trace_id
        )
    return body


def read_bytes(request: Request, response: Response) -> bytes:
    """The body of an answer that is no JSON when it succeeds. Raises ``ProviderError``: errors are JSON all the same.

    A file may be JSON too, so only an object with a base_resp is taken for an answer.
    """
    body = json_object(response.content) if response.content[:1].isspace() or response.content[:1] == b"{" else None
    if response.status != 200 or (body is not None and "base_resp" in body):
        read(request, response)
        raise malformed(request, "an answer in the place of a file", http_status=200, trace_id=trace(response, body))
    if not response.content:
        raise malformed(request, "it is empty", http_status=200, trace_id=trace(response, None))
    return response.content


def trace(response: Response, body: dict[str, Any] | None) -> str:
    """The id support asks for: from the header, else the body, else (some mainland answers) inside base_resp."""
    for name in TRACE_HEADERS:
        if response.headers.get(name):
            return legible(response.headers[name], LONGEST_TRACE_ID)
    for place in (body or {}, mapping((body or {}).get("base_resp"))):
        if isinstance(place.get("trace_id"), str) and place["trace_id"]:
            return legible(place["trace_id"], LONGEST_TRACE_ID)
    return ""


def billed_characters(body: dict[str, Any]) -> int | None:
    """``extra_info.usage_characters``: what MiniMax bills. None when the answer does not say."""
    return characters(mapping(body.get("extra_info")).get("usage_characters"))


def characters(value: object) -> int | None:
    """A number of billed characters; None for what no call can have cost."""
    count = whole(value)
    return count if count is not None and count <= _MOST_CHARACTERS else None


def mapping(value: object) -> dict[str, Any]:
    """``value`` when it is a JSON object, else an empty one: any field may be null."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """``value`` when it is a text, fit to be stored; else the empty one."""
    return legible(value) if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """A count that is not negative, exact whatever its size; None for anything else. Numbers arrive as integers, as
    floats without a fraction, and as digits in a text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and value >= 0 else None


def identifier(value: object) -> str | None:
    """An id as text: numbers exactly, texts as they are; None for everything that is neither."""
    number = whole(value)
    if number is not None:
        return str(number) if number else None
    said = text(value)
    return said if said and len(said) <= _LONGEST_ID and said.isprintable() else None


def listed(value: object) -> list[dict[str, Any]]:
    """The objects in a list that may be null or hold anything."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _root(account: Account) -> str:
    return account.base_url.rstrip("/").removesuffix("/v1")


def key_of(account: Account) -> str:
    """The account's key. Raises ``ProviderError`` (auth) for one that cannot be a header."""
    key = account.key
    if key and key.isascii() and key.isprintable() and " " not in key:
        return key
    raise ProviderError("The account's key is empty or not a key", category=Category.AUTH, field="key")


def _group(account: Account) -> dict[str, str]:
    group = account.options.get("group_id")
    group = str(group).strip() if isinstance(group, str | int) and not isinstance(group, bool) else ""
    return {"GroupId": group} if group else {}


def json_object(content: bytes) -> dict[str, Any] | None:
    """The JSON object in a body, None for anything else."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _code(body: dict[str, Any] | None) -> int | None:
    """The status code; None when there is no base_resp or nothing in it that could be one."""
    value = mapping((body or {}).get("base_resp")).get("status_code")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _status_message(body: dict[str, Any]) -> str:
    return text(mapping(body.get("base_resp")).get("status_msg"))


def words(response: Response, body: dict[str, Any] | None) -> str:
    """What a person can make of an answer that is not in the documented shape."""
    described = text(mapping((body or {}).get("error")).get("message"))
    if described:
        return described[:_EXCERPT]
    return " ".join(response.content[:_EXCERPT].decode("utf-8", "replace").split())
