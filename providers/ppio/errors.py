"""The gateway's reasons in our taxonomy (error lists of PPIO and Novita). Closed by default.

``code`` in the envelope only repeats the HTTP status; ``reason`` is what to go by. A bad key is 403 here, a missing one
400, and an empty balance either, so the status alone says little.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from providers.error_rows import ANSWER_LOST, Row, error_of
from providers.errors import Category, ProviderError, lost_answer
from providers.minimax.answers import text, trace
from providers.minimax.errors import UNKNOWN_CODE, by_words
from providers.types import Request, Response

_LIST = "Novita's error list"
_AUTH = Row(Category.AUTH, _LIST, "operator")
_DENIED = Row(Category.PERMISSION, _LIST, "operator")
_BALANCE = Row(Category.BALANCE, _LIST, "operator")
_BAD = Row(Category.INVALID_INPUT, _LIST, "caller")
# Nobody says what was done before it failed, so only what costs nothing is repeated.
_FAILED = Row(Category.PROVIDER_DOWN, _LIST, "nobody", charge="unknown")

REASONS = MappingProxyType(
    {
        "INVALID_REQUEST_BODY": _BAD,
        "INVALID_AUDIO_FILE": replace(_BAD, field="sample"),
        "ILLEGAL_PROMPT": Row(Category.CONTENT_REFUSED, _LIST, "caller", field="text"),
        "MISSING_API_KEY": _AUTH,
        "BILLING_BALANCE_NOT_ENOUGH": _BALANCE,
        "NOT_ENOUGH_BALANCE": replace(_BALANCE, seen="a client's probe"),
        "INVALID_API_KEY": _AUTH,
        "BILLING_AUTH_FAILED": _AUTH,
        "API_NOT_ALLOWED": _DENIED,
        "NEED_REAL_NAME_VERIFY": replace(_DENIED, seen="PPIO's error list"),
        "API_NOT_FOUND": Row(Category.UNSUPPORTED, _LIST, "operator", field="base_url"),
        "TASK_NOT_FOUND": replace(_BAD, field="task_id"),
        "RATE_LIMIT_EXCEEDED": Row(Category.RATE_LIMITED, _LIST, "nobody", retryable=True),
        "BILLING_FAILED": _FAILED,
        "CREATE_TASK_FAILED": _FAILED,
        "GET_RESULT_FAILED": _FAILED,
        "TASK_FAILED": _FAILED,
    }
)
# The gateway hands on what MiniMax said of a voice; that it does is assumed, its words are MiniMax's (measured there).
_VOICE_MISSING = ("voice id not exist", "voice_id not exist")
_VOICE_OF_ANOTHER = "don't have access to this voice_id"


def is_refusal(body: dict[str, Any] | None) -> bool:
    """Whether a body is the gateway's envelope."""
    return bool(body and text(body.get("reason")))


def gateway_error(request: Request, response: Response, body: dict[str, Any]) -> ProviderError:
    """The error for a gateway's envelope."""
    reason, message, trace_id = text(body.get("reason")), text(body.get("message")), trace(response, body)
    if response.status in ANSWER_LOST:
        return lost_answer(request, f"{reason} {message}", http_status=response.status, trace_id=trace_id)
    row = _row(request, reason, message)
    return error_of(row, request, message or reason, code=reason[:100], http_status=response.status, trace_id=trace_id)


def _row(request: Request, reason: str, message: str) -> Row:
    row = REASONS.get(reason, UNKNOWN_CODE)
    if row is _FAILED:
        return replace(row, retryable=request.repeatable)
    if reason == "INVALID_AUDIO_FILE" and "prompt" in message.lower():
        return replace(row, field="clone_prompt")
    if reason != "INVALID_REQUEST_BODY":
        return row
    said = message.lower()
    if any(words in said for words in _VOICE_MISSING):
        return Row(Category.VOICE_MISSING, "assumed", "caller", gone=True, field="voice_id")
    if _VOICE_OF_ANOTHER in said:
        return Row(Category.PERMISSION, "assumed", "operator", field="voice_id")
    return by_words(row, request, message)
