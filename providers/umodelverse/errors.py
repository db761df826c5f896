"""The gateway's errors in our taxonomy (UModelverse's error page): ``{"error": {"message", "type", "code", "param"}}``
with an HTTP status, where ``param`` is the id of the request. Closed by default.

What MiniMax itself refuses passes through as HTTP 200 with base_resp, so an answer may be either.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from providers.error_rows import ANSWER_LOST, Row, error_of
from providers.errors import Category, ProviderError, lost_answer
from providers.minimax.answers import json_object, mapping, text, trace
from providers.minimax.errors import UNKNOWN_CODE, by_words
from providers.types import Request, Response

_PAGE = "UModelverse's error page"
_BAD = Row(Category.INVALID_INPUT, _PAGE, "caller")
_DOWN = Row(Category.PROVIDER_DOWN, _PAGE, "nobody", retryable=True, charge="vendor")
_LOST = frozenset({"timeout", "gateway_timeout_error"})

CODES = MappingProxyType(
    {
        "param_error": _BAD,
        "invalid_messages": _BAD,
        "sensitive_check_error": Row(Category.CONTENT_REFUSED, _PAGE, "caller", field="text"),
        "model_error": replace(_BAD, field="model"),
        "auth_error": Row(Category.AUTH, _PAGE, "operator"),
        "rate_limit": Row(Category.RATE_LIMITED, _PAGE, "nobody", retryable=True),
        "internal_error": _DOWN,
        "model_server_error": _DOWN,
    }
)


def refuse_gateway(request: Request, response: Response) -> None:
    """Raise ``ProviderError`` when an answer is the gateway's refusal."""
    body = json_object(response.content)
    error = mapping((body or {}).get("error"))
    if error:
        raise _gateway_error(request, response, body or {}, error)


def _gateway_error(request: Request, response: Response, body: dict[str, Any], error: dict[str, Any]) -> ProviderError:
    code, message, status = text(error.get("code")), text(error.get("message")), response.status
    trace_id = trace(response, body) or text(error.get("param"))[:100]
    if status in ANSWER_LOST or code in _LOST:
        return lost_answer(request, f"{code} {message}", http_status=status, trace_id=trace_id)
    row = CODES.get(code, UNKNOWN_CODE)
    if status == 404:
        # No code of its own is documented: whatever it says, there is no such path.
        row = Row(Category.UNSUPPORTED, "HTTP", "operator", field="base_url")
    elif code == "param_error":
        row = by_words(row, request, message)
    return error_of(row, request, message or code, code=code[:100], http_status=status, trace_id=trace_id)
