"""How every exchange with a server of the OpenAI shape begins, and how its answers and errors are read.

Errors have an HTTP status and a body whose shape is each server's own; the words are looked for where any of them puts
them. Closed by default: a status that is not listed is no success and keeps its number.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

from providers.error_rows import ANSWER_LOST, Row, error_of
from providers.errors import Category, ProviderError, lost_answer, malformed
from providers.types import JSON, Account, Request, Response, Timeouts, UploadPart

# Seen at OpenAI (x-request-id); the others are habits of gateways before it.
TRACE_HEADERS = ("x-request-id", "request-id", "x-trace-id")
# A local server may need minutes for a long text, and loads its model at the first one.
TIMEOUTS = Timeouts(read=600.0, total=900.0)
_EXCERPT = 300


# openai-python maps 400, 401, 403, 404, 409, 422, 429 and 5xx; 413 and 503 (model not loaded yet) are local servers'.
STATUSES = MappingProxyType(
    {
        400: Row(Category.INVALID_INPUT, "openai-python", "caller"),
        401: Row(Category.AUTH, "openai-python", "operator"),
        402: Row(Category.BALANCE, "HTTP", "operator"),
        403: Row(Category.PERMISSION, "openai-python", "operator"),
        404: Row(Category.UNSUPPORTED, "openai-python", "operator", field="base_url"),
        405: Row(Category.UNSUPPORTED, "HTTP", "operator", field="base_url"),
        409: Row(Category.VOICE_DUPLICATE, "openai-python", "caller"),
        413: Row(Category.INVALID_INPUT, "HTTP", "caller"),
        415: Row(Category.INVALID_INPUT, "HTTP", "caller"),
        422: Row(Category.INVALID_INPUT, "openai-python", "caller"),
        429: Row(Category.RATE_LIMITED, "openai-python", "nobody", retryable=True),
        500: Row(Category.PROVIDER_DOWN, "openai-python", "nobody", retryable=True, charge="vendor"),
        503: Row(Category.PROVIDER_DOWN, "local servers: model not loaded", "nobody", retryable=True),
    }
)
_NO_SUCH_VOICE = Row(Category.VOICE_MISSING, "local servers", "caller", gone=True, field="voice_id")
# OpenAI: 429 with this code is an empty purse, not a pace.
NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def post(
    account: Account,
    path: str,
    *,
    operation: str,
    json: JSON = None,
    form: dict[str, str] | None = None,
    files: dict[str, UploadPart] | None = None,
    max_response_bytes: int = 4 * 1024 * 1024,
) -> Request:
    """A POST to ``path`` of the account's address, authorised."""
    return Request(
        account=account,
        operation=operation,
        method="POST",
        url=root(account) + path,
        headers=_headers(account),
        json=json,
        form=form,
        files=files,
        timeout=TIMEOUTS,
        max_response_bytes=max_response_bytes,
    )


def get(account: Account, path: str, *, operation: str) -> Request:
    """A GET, free to be repeated."""
    return Request(
        account=account,
        operation=operation,
        method="GET",
        url=root(account) + path,
        headers=_headers(account),
        repeatable=True,
    )


def root(account: Account) -> str:
    """The address before ``/v1``."""
    return account.base_url.rstrip("/").removesuffix("/v1")


def refuse_failure(request: Request, response: Response, *, about_voice: bool = False) -> None:
    """Raise ``ProviderError`` unless the status is a success. ``about_voice``: 404 and 400 that speak of a voice mean
    that the voice asked for is not there."""
    if 200 <= response.status < 300:
        return
    said, code = words(response), error_code(response)
    trace_id = trace(response)
    if response.status in ANSWER_LOST:
        raise lost_answer(
            request, f"HTTP {response.status} {said}".strip(), http_status=response.status, trace_id=trace_id
        )
    row = STATUSES.get(response.status)
    if row is None:
        raise malformed(request, f"HTTP {response.status} {said}", http_status=response.status, trace_id=trace_id)
    if about_voice and response.status in (400, 404) and "voice" in said.lower():
        row = _NO_SUCH_VOICE
    elif response.status == 429 and code in NO_MONEY:
        row = STATUSES[402]
    raise error_of(
        row,
        request,
        said or f"HTTP {response.status}",
        code=code or str(response.status),
        http_status=response.status,
        trace_id=trace_id,
    )


def read_object(request: Request, response: Response) -> Any:
    """The JSON of a successful answer. Raises ``ProviderError``."""
    refuse_failure(request, response)
    body = body_of(response)
    if body is None:
        raise malformed(request, "no JSON", http_status=response.status, trace_id=trace(response))
    return body


def body_of(response: Response) -> Any:
    """The answer's JSON; None where it is none."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def words(response: Response) -> str:
    """What a person can make of an error, wherever this server puts it."""
    body = body_of(response)
    found = _said(body) if isinstance(body, dict) else ""
    return (found or " ".join(response.content[:_EXCERPT].decode("utf-8", "replace").split()))[:_EXCERPT]


def error_code(response: Response) -> str:
    """The machine's word in an error: ``error.code``, else ``error.type``, as text (vLLM sends a number)."""
    body = body_of(response)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return ""
    for name in ("code", "type"):
        if isinstance(error.get(name), str | int) and error[name] not in ("", None):
            return str(error[name])[:64]
    return ""


def trace(response: Response) -> str:
    """The id support asks for; local servers have none."""
    return next((response.headers[name] for name in TRACE_HEADERS if response.headers.get(name)), "")


def _said(body: dict[str, Any]) -> str:
    """error.message · error · detail.error.message · detail.message · detail · detail[0].msg (with its place) ·
    message."""
    error, detail = body.get("error"), body.get("detail")
    inner = detail.get("error") if isinstance(detail, dict) else None
    candidates = [
        error.get("message") if isinstance(error, dict) else error,
        inner.get("message") if isinstance(inner, dict) else None,
        detail.get("message") if isinstance(detail, dict) else detail,
        _first_problem(detail),
        body.get("message"),
    ]
    return next((text for text in candidates if isinstance(text, str) and text), "")


def _first_problem(detail: object) -> str:
    if not (isinstance(detail, list) and detail and isinstance(detail[0], dict)):
        return ""
    place = detail[0].get("loc")
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    return f"{where}: {detail[0].get('msg')}" if where else str(detail[0].get("msg"))


def _headers(account: Account) -> dict[str, str]:
    key = account.key
    if not key:
        return {}
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ProviderError("The account's key is not a key", category=Category.AUTH, field="key")
    return {"Authorization": f"Bearer {key}"}
