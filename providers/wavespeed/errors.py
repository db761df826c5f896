"""WaveSpeed's two kinds of failure in our taxonomy. Closed by default: what nobody described is never success.

A request the gateway refuses has an HTTP status and ``{code, message, error_code?}``; a task that failed is HTTP 200
with ``data.status`` "failed", a number in ``data.code``, words in ``data.error``. "Page": WaveSpeed's error code page.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from providers.error_rows import ANSWER_LOST, Row, error_of
from providers.errors import Category, ProviderError, lost_answer, malformed
from providers.types import Request

_DOWN = Row(Category.PROVIDER_DOWN, "page", "nobody", retryable=True, charge="vendor")
_BAD = Row(Category.INVALID_INPUT, "page", "caller")

TABLE = MappingProxyType(
    {
        # What was spoken may have been judged too, so the work may have been done.
        1200: Row(Category.CONTENT_REFUSED, "page", "caller", charge="vendor", field="text"),
        # We send every required field, so the fault is ours.
        1400: replace(_BAD, who_acts="operator"),
        1401: _BAD,
        1402: Row(Category.INVALID_INPUT, "page", "operator", field="sample"),
        1403: _DOWN,
        1405: _DOWN,
        5000: _DOWN,
        5003: _DOWN,
        5004: replace(_DOWN, retryable=False, charge="unknown"),
    }
)
# A failure without a number: older pages know none. Read as 1405.
WITHOUT_CODE = replace(_DOWN, seen="page of voice clone")
UNKNOWN_CODE = Row(Category.MALFORMED_RESPONSE, "nowhere", "operator", charge="unknown")

# 1401 covers many faults; which one is in its words. They are MiniMax's, relayed (its error code page), where no page
# of WaveSpeed's has them. (words of which all occur, what is different)
_WORDS: tuple[tuple[tuple[str, ...], Category, str], ...] = (
    (("voice id not exist",), Category.VOICE_MISSING, "voice_id"),
    (("voice", "not found"), Category.VOICE_MISSING, "voice_id"),
    # Page of voice clone: "Duplicate voice-ids will throw an error."
    (("duplicate",), Category.VOICE_DUPLICATE, "voice_id"),
    (("custom_voice_id",), Category.INVALID_INPUT, "voice_id"),
    (("voice duration",), Category.INVALID_INPUT, "sample"),
    (("audio", "exceeds"), Category.INVALID_INPUT, "sample"),
)
_WORDED = frozenset({None, 1401, 1403, 1405})
# Only MiniMax's own sentence says for certain that the voice is not there any more.
_GONE = "voice id not exist"

HTTP_ROWS = MappingProxyType(
    {
        400: Row(Category.INVALID_INPUT, "page", "caller"),
        401: Row(Category.AUTH, "page", "operator"),
        402: Row(Category.BALANCE, "HTTP", "operator"),
        403: Row(Category.PERMISSION, "HTTP", "operator"),
        404: Row(Category.UNSUPPORTED, "HTTP: no such path or model", "operator", field="base_url"),
        405: Row(Category.UNSUPPORTED, "HTTP", "operator", field="base_url"),
        413: Row(Category.INVALID_INPUT, "upload page", "caller", field="sample"),
        429: Row(Category.RATE_LIMITED, "page", "nobody", retryable=True),
        # The task may have been made before the gateway failed: official clients do not repeat a submission either.
        500: replace(_DOWN, seen="HTTP", charge="unknown"),
        503: replace(_DOWN, seen="HTTP", charge="unknown"),
    }
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def task_failed(request: Request, code: int | None, message: str, *, trace_id: str) -> ProviderError:
    """The error for a task that ended without a result. ``request`` is the submission, which was paid for or not."""
    row = WITHOUT_CODE if code is None else TABLE.get(code, UNKNOWN_CODE)
    if code in _WORDED:
        row = _worded(row, message)
    told = message or "WaveSpeed's task failed without a word"
    return error_of(row, request, told, code=None if code is None else str(code), http_status=200, trace_id=trace_id)


def refused(
    request: Request, status: int, message: str, *, code: int | None = None, trace_id: str = ""
) -> ProviderError:
    """The error for an HTTP status (or the same number in the envelope); ``code`` is the ``error_code`` beside it."""
    told = f"HTTP {status} {message}".strip()
    if status in ANSWER_LOST:
        return lost_answer(request, told, http_status=status, trace_id=trace_id)
    row = HTTP_ROWS.get(404 if status in _REDIRECTS else status)
    if row is None:
        return malformed(request, told, http_status=status, trace_id=trace_id)
    if status == 400:
        row = _worded(row, message)
    return error_of(row, request, told, code=str(code or status), http_status=status, trace_id=trace_id)


def forgotten(request: Request, task: str) -> ProviderError:
    """The error for accepted work that WaveSpeed does not know any more: how it ended cannot be found out."""
    return ProviderError(
        "WaveSpeed does not know this prediction any more",
        category=Category.TIMEOUT_UNKNOWN_OUTCOME,
        possibly_charged=True,
        code="404",
        http_status=404,
        trace_id=task,
    )


def _worded(row: Row, message: str) -> Row:
    lowered = message.lower()
    for words, category, field in _WORDS:
        if all(word in lowered for word in words):
            gone = category is Category.VOICE_MISSING and _GONE in lowered
            return replace(
                row, category=category, field=field, gone=gone, who_acts="caller", retryable=False, charge="no"
            )
    return row
