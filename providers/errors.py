"""What can go wrong with a provider.

    ProviderError                every failure of a call; answers the four questions below
    ├── RefusedError             refused by us before anything was sent: surely not charged, ``field`` says where
    │   ├── InvalidInputError    the request is wrong for every provider of this kind
    │   └── UnsupportedError     this provider (or model, or format) cannot honour it
    PendingError                 no failure: accepted work is not finished yet, and is asked for again
    FetchError                   a foreign URL was not fetched
    ├── FetchRefusedError        by our rules: scheme, address, size, type, redirects
    └── FetchFailedError         by the other side: no connection, bad status, too slow

The four questions: ``retryable`` (may the same call succeed later?), ``gone`` (is the voice gone for good?),
``possibly_charged`` (may the provider have booked it?), ``who_acts`` (caller, operator, nobody).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from providers.legible import LONGEST_CODE, LONGEST_TRACE_ID, legible
from providers.types import Request

WhoActs = Literal["caller", "operator", "nobody"]


class Category(StrEnum):
    """The fourteen kinds of provider failure."""

    AUTH = "auth"
    PERMISSION = "permission"
    BALANCE = "balance"
    RATE_LIMITED = "rate_limited"
    INVALID_INPUT = "invalid_input"
    CONTENT_REFUSED = "content_refused"
    TRANSCRIPT_MISMATCH = "transcript_mismatch"
    VOICE_MISSING = "voice_missing"
    VOICE_DUPLICATE = "voice_duplicate"
    QUOTA_WINDOW = "quota_window"
    PROVIDER_DOWN = "provider_down"
    TIMEOUT_UNKNOWN_OUTCOME = "timeout_unknown_outcome"
    UNSUPPORTED = "unsupported"
    MALFORMED_RESPONSE = "malformed_response"


class ProviderError(Exception):
    """A call that did not succeed.

    ``code`` is the provider's own code as text, kept even where we do not know it. ``billed_characters`` is set when
    the failing answer still reported usage. ``field`` names the part of our request at fault, where that is known.
    ``heard_bytes`` is how much audio a stream had handed on before it failed. ``retry_after_seconds`` is how long the
    provider asked to be left alone (``Retry-After``). All texts are fit to be stored.
    """

    def __init__(
        self,
        message: str,
        *,
        category: Category,
        retryable: bool = False,
        gone: bool = False,
        possibly_charged: bool = False,
        who_acts: WhoActs = "operator",
        code: str | None = None,
        trace_id: str = "",
        field: str | None = None,
        http_status: int | None = None,
        billed_characters: int | None = None,
        heard_bytes: int = 0,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(legible(message))
        self.message = legible(message)
        self.category = category
        self.retryable = retryable
        self.gone = gone
        self.possibly_charged = possibly_charged
        self.who_acts: WhoActs = who_acts
        self.code = None if code is None else legible(code, LONGEST_CODE)
        self.trace_id = legible(trace_id, LONGEST_TRACE_ID)
        self.field = field
        self.http_status = http_status
        self.billed_characters = billed_characters
        self.heard_bytes = heard_bytes
        self.retry_after_seconds = retry_after_seconds

    @property
    def is_foreign_voice(self) -> bool:
        """The voice is another customer's: said of a voice we made, the key is not that of the account that made it."""
        return self.category is Category.PERMISSION and self.field == "voice_id"

    def __str__(self) -> str:
        where = f" ({self.field})" if self.field else ""
        code = f" [{self.code}]" if self.code else ""
        return f"{self.category}{code}: {self.message}{where}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Workers hand exceptions to each other pickled; keyword-only arguments need help for that.
        return _rebuilt, (type(self), self.message, dict(vars(self)))


class RefusedError(ProviderError):
    """Refused before anything was sent: never charged, and the same request will always be refused."""

    kind = Category.INVALID_INPUT

    def __init__(self, field: str, message: str, *, who_acts: WhoActs = "caller") -> None:
        super().__init__(message, category=self.kind, field=field, who_acts=who_acts)


class InvalidInputError(RefusedError):
    """The value of ``field`` is out of range or malformed."""


class UnsupportedError(RefusedError):
    """The provider, the model or the format cannot honour what ``field`` asks for."""

    kind = Category.UNSUPPORTED


class PendingError(Exception):
    """The provider took the work on under ``task`` and has not finished it within the time this call may wait.

    It goes on there and will be billed: it is asked for again (``Adapter.resume_speech`` and its like) in
    ``retry_after_seconds``, and never submitted a second time. ``task`` is empty where the asker gave it.
    """

    def __init__(self, task: str, retry_after_seconds: float) -> None:
        super().__init__(task, retry_after_seconds)
        self.task = task
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return f"Still being worked on; ask again in {self.retry_after_seconds:g} s"


def lost_answer(request: Request, what: str, *, http_status: int | None = None, trace_id: str = "") -> ProviderError:
    """The request went out and its answer never arrived whole: nobody knows what the provider did.

    A request that may be repeated freely is simply ``provider_down`` and retryable.
    """
    return ProviderError(
        f"The answer to {request.operation} was lost: {what}",
        category=Category.PROVIDER_DOWN if request.repeatable else Category.TIMEOUT_UNKNOWN_OUTCOME,
        retryable=request.repeatable,
        possibly_charged=not request.repeatable,
        who_acts="nobody" if request.repeatable else "operator",
        http_status=http_status,
        trace_id=trace_id,
    )


def malformed(
    request: Request,
    what: str,
    *,
    code: str | None = None,
    http_status: int | None = None,
    trace_id: str = "",
    billed_characters: int | None = None,
) -> ProviderError:
    """The answer arrived and is not one: the work may have been done and booked all the same."""
    return ProviderError(
        f"The answer to {request.operation} cannot be used: {what}",
        category=Category.MALFORMED_RESPONSE,
        possibly_charged=not request.repeatable,
        code=code,
        http_status=http_status,
        trace_id=trace_id,
        billed_characters=billed_characters,
    )


def while_listening(error: ProviderError, heard_bytes: int) -> ProviderError:
    """The same error, told that audio had come before it: whatever it says, that audio was made and may be booked."""
    error.heard_bytes = heard_bytes
    error.possibly_charged = error.possibly_charged or heard_bytes > 0
    return error


class FetchError(Exception):
    """A foreign URL was not fetched; ``reason`` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


class FetchRefusedError(FetchError):
    """Our rules forbid it: ``url``, ``scheme``, ``credentials``, ``address``, ``redirects``, ``size``, ``type``."""


class FetchFailedError(FetchError):
    """The other side failed: ``resolve``, ``connection``, ``timeout``, ``status``. ``status`` holds the HTTP status."""

    def __init__(self, reason: str, message: str, status: int | None = None) -> None:
        super().__init__(reason, message)
        self.args = (reason, message, status)
        self.status = status


def _rebuilt(kind: type[ProviderError], message: str, state: dict[str, Any]) -> ProviderError:
    error = kind.__new__(kind, message)
    error.args = (message,)
    vars(error).update(state)
    return error
