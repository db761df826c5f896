"""How every WaveSpeed exchange begins, and the envelope around every answer: ``{code, message, data}``."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from providers.errors import ProviderError, malformed
from providers.minimax import answers as minimax
from providers.minimax.answers import json_object, mapping, text, trace, whole
from providers.types import JSON, Account, Request, Response, Timeouts, UploadPart
from providers.wavespeed.errors import refused

_ROOT = "/api/v3"
_OK = 200


def post(
    account: Account,
    path: str,
    *,
    operation: str,
    json: JSON = None,
    files: dict[str, UploadPart] | None = None,
    timeout: Timeouts | None = None,
    max_response_bytes: int = 4 * 1024 * 1024,
    repeatable: bool = False,
) -> Request:
    """A POST to ``path`` below /api/v3, authorised as at MiniMax. Raises ``ProviderError`` (auth) for a key that cannot
    be a header."""
    asked = minimax.post(
        _plain(account),
        f"{_ROOT}/{path}",
        operation=operation,
        json=json,
        files=files,
        timeout=timeout,
        max_response_bytes=max_response_bytes,
        repeatable=repeatable,
    )
    return replace(asked, account=account)


def get(account: Account, path: str, *, operation: str) -> Request:
    """A GET of ``path`` below /api/v3: always free to be repeated."""
    asked = minimax.get(_plain(account), f"{_ROOT}/{path}", operation=operation, params={}, timeout=Timeouts(total=60))
    return replace(asked, account=account)


def root(account: Account) -> str:
    """The account's address before /api/v3."""
    return account.base_url.rstrip("/").removesuffix(_ROOT)


def read(request: Request, response: Response) -> dict[str, Any]:
    """``data`` of a successful answer. Raises ``ProviderError`` for everything else; what became of a task is not
    looked at here."""
    body = json_object(response.content)
    if response.status != _OK:
        raise refusal(request, response)
    if body is None:
        raise malformed(
            request, f"no JSON object: {_words(response, body)}", http_status=200, trace_id=_trace(response)
        )
    if whole(body.get("code")) not in (None, _OK):
        raise refusal(request, response)
    if not isinstance(body.get("data"), dict):
        raise malformed(request, "no data in it", http_status=200, trace_id=_trace(response))
    return mapping(body["data"])


def refusal(request: Request, response: Response) -> ProviderError:
    """The error for an answer of the gateway's own, by its status or by the number in its envelope."""
    body = json_object(response.content)
    status = response.status if response.status != _OK else whole((body or {}).get("code")) or 0
    return refused(
        request,
        status,
        _words(response, body),
        code=whole((body or {}).get("error_code")),
        trace_id=_trace(response),
    )


def _words(response: Response, body: dict[str, Any] | None) -> str:
    said = text((body or {}).get("message"))
    return said[:200] or " ".join(response.content[:200].decode("utf-8", "replace").split())


def _trace(response: Response) -> str:
    return trace(response, None)


def _plain(account: Account) -> Account:
    """The account as the shared way of asking wants it: the address alone, and nothing of MiniMax's."""
    return replace(account, base_url=root(account), options=MappingProxyType({}))
