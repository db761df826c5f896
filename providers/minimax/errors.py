"""MiniMax's status codes in our taxonomy. Closed by default: an unknown code keeps its number and is never success.

"Docs" is MiniMax's error code page unless a reference is named; "measured" means seen on the wire by others.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from providers.error_rows import ANSWER_LOST, Row, error_of
from providers.errors import Category, ProviderError, lost_answer, malformed
from providers.types import Request

_DOWN = Row(Category.PROVIDER_DOWN, "docs", "nobody", retryable=True, charge="vendor")
_RATE = Row(Category.RATE_LIMITED, "docs", "nobody", retryable=True)
_BAD = Row(Category.INVALID_INPUT, "docs", "caller")
_WINDOW = Row(Category.QUOTA_WINDOW, "docs", "nobody")
_WS = "T2A WebSocket reference"

TABLE = MappingProxyType(
    {
        # Also measured for a clone recording that cannot be decoded: repeats must be capped.
        1000: replace(_DOWN, seen="docs, measured"),
        1001: _DOWN,
        1002: replace(_RATE, seen="docs, measured"),
        1004: Row(Category.AUTH, "docs, measured", "operator"),
        1008: Row(Category.BALANCE, "docs, measured", "operator"),
        1013: replace(_DOWN, seen="voice clone, voice design and file references"),
        1024: _DOWN,
        1026: Row(Category.CONTENT_REFUSED, "docs", "caller", field="text"),
        # Judged on the finished audio, so the work was done.
        1027: Row(Category.CONTENT_REFUSED, "docs", "caller", field="text", charge="vendor"),
        1028: replace(_WINDOW, seen="MiniMax's command line client"),
        1030: replace(_WINDOW, seen="MiniMax's command line client"),
        1033: _DOWN,
        1039: replace(_RATE, seen="docs, T2A HTTP reference"),
        1041: _RATE,
        1042: replace(_BAD, field="text"),
        1043: Row(Category.TRANSCRIPT_MISMATCH, "docs, voice clone reference", "caller", field="text_validation"),
        1044: replace(_BAD, field="clone_prompt"),
        2013: replace(_BAD, seen="docs, measured"),
        20132: Row(Category.VOICE_MISSING, "docs", "caller", field="voice_id"),
        2037: replace(_BAD, field="sample"),
        2038: Row(Category.PERMISSION, "voice clone reference, MiniMax's own client", "operator"),
        2039: Row(Category.VOICE_DUPLICATE, "docs, measured", "caller", field="voice_id"),
        2042: Row(Category.PERMISSION, "docs, measured", "operator", field="voice_id"),
        2045: _RATE,
        2048: replace(_BAD, field="clone_prompt"),
        2049: Row(Category.AUTH, "docs, measured", "operator"),
        # In no official table, but measured by several clients: the voice a synthesis asked for is not there.
        2054: Row(Category.VOICE_MISSING, "measured", "caller", gone=True, field="voice_id"),
        2056: _WINDOW,
        2061: Row(Category.PERMISSION, "MiniMax's command line client", "operator", field="model"),
        2201: Row(Category.PROVIDER_DOWN, _WS, "nobody", retryable=True, charge="unknown"),
        2202: Row(Category.INVALID_INPUT, _WS, "operator"),
        2203: Row(Category.INVALID_INPUT, _WS, "caller", field="text"),
        2204: Row(Category.INVALID_INPUT, _WS, "caller", field="text"),
        2205: Row(Category.RATE_LIMITED, _WS, "nobody", retryable=True),
    }
)
UNKNOWN_CODE = Row(Category.MALFORMED_RESPONSE, "nowhere", "operator", charge="unknown")

# 2013 covers many faults; which one is only in its text (all measured). (operation or None, words, replaced parts)
_INVALID_PARAMS: tuple[tuple[str | None, str, Category, str], ...] = (
    ("delete_voice", "voice_id does not exist", Category.VOICE_MISSING, "voice_id"),
    (None, "voice_setting emotion", Category.INVALID_INPUT, "settings.emotion"),
    (None, "text too long", Category.INVALID_INPUT, "text"),
    (None, "voice_id first character", Category.INVALID_INPUT, "voice_id"),
    (None, "invalid file ext", Category.INVALID_INPUT, "sample"),
    # Docs; that it means a malformed pronunciation rule is our reading.
    (None, "glyph definition format error", Category.INVALID_INPUT, "rules"),
)

# Answers without a usable base_resp. Documented is only 200; 400 (file reference), 404 and 502 were measured, 401, 403
# and 429 are handled by MiniMax's own command line client.
HTTP_ROWS = MappingProxyType(
    {
        400: Row(Category.INVALID_INPUT, "file reference", "caller"),
        401: Row(Category.AUTH, "MiniMax's command line client", "operator"),
        402: Row(Category.BALANCE, "MiniMax's other interfaces", "operator"),
        403: Row(Category.PERMISSION, "MiniMax's command line client", "operator"),
        404: Row(Category.UNSUPPORTED, "measured: wrong path or method", "operator", field="base_url"),
        405: Row(Category.UNSUPPORTED, "HTTP", "operator", field="base_url"),
        413: Row(Category.INVALID_INPUT, "HTTP", "caller"),
        429: Row(Category.RATE_LIMITED, "MiniMax's command line client", "nobody", retryable=True),
        500: replace(_DOWN, seen="HTTP"),
        503: replace(_DOWN, seen="HTTP"),
    }
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def vendor_error(
    request: Request, code: int, message: str, *, http_status: int, trace_id: str, billed_characters: int | None
) -> ProviderError:
    """The error for a non-zero ``base_resp.status_code``."""
    row = _specific(TABLE.get(code, UNKNOWN_CODE), request, code, message)
    return error_of(
        row,
        request,
        message or f"MiniMax answered status {code} without a word",
        code=str(code),
        http_status=http_status,
        trace_id=trace_id,
        billed_characters=billed_characters,
    )


def http_error(request: Request, status: int, message: str, *, trace_id: str) -> ProviderError:
    """The error for an HTTP status that came without a base_resp to explain it."""
    if status in ANSWER_LOST:
        return lost_answer(request, f"HTTP {status} {message}".strip(), http_status=status, trace_id=trace_id)
    row = HTTP_ROWS.get(status)
    if status in _REDIRECTS:
        row = HTTP_ROWS[404]
    if row is None:
        return malformed(request, f"HTTP {status} {message}".strip(), http_status=status, trace_id=trace_id)
    return error_of(row, request, f"HTTP {status} {message}".strip(), http_status=status, trace_id=trace_id)


def _specific(row: Row, request: Request, code: int, message: str) -> Row:
    if code == 20132 and request.operation == "voice_clone":
        return replace(row, category=Category.INVALID_INPUT, field="sample")
    return by_words(row, request, message) if code == 2013 else row


def by_words(row: Row, request: Request, message: str) -> Row:
    """The row for "invalid params" in the light of what is said with it."""
    for operation, words, category, field in _INVALID_PARAMS:
        if operation in (None, request.operation) and words in message.lower():
            return replace(row, category=category, field=field, gone=category is Category.VOICE_MISSING)
    return row
