"""When an account is left alone. Pure.

Closed → open after some failures of the provider in a row, or at once where every further call would fail too (key,
balance); open → one probe after a pause; its success closes, its failure opens again for longer.
"""

from __future__ import annotations

from enum import StrEnum

from accounts.backoff import wait_seconds
from providers.errors import Category, ProviderError

_FIRST_SECONDS = 15.0
_LONGEST_SECONDS = 600.0


class Verdict(StrEnum):
    """What one call says about its account: it works; it failed; nothing can work; nothing."""

    ALIVE = "alive"
    DOWN = "down"
    LOCKED = "locked"
    SILENT = "silent"


# Refusals of one request, one voice or one model: who refuses so has a key, a balance and is awake.
_VERDICTS = {
    Category.PROVIDER_DOWN: Verdict.DOWN,
    Category.TIMEOUT_UNKNOWN_OUTCOME: Verdict.DOWN,
    Category.AUTH: Verdict.LOCKED,
    Category.BALANCE: Verdict.LOCKED,
    Category.PERMISSION: Verdict.ALIVE,
    Category.INVALID_INPUT: Verdict.ALIVE,
    Category.CONTENT_REFUSED: Verdict.ALIVE,
    Category.TRANSCRIPT_MISMATCH: Verdict.ALIVE,
    Category.VOICE_MISSING: Verdict.ALIVE,
    Category.VOICE_DUPLICATE: Verdict.ALIVE,
    # A crowd is turned away before its keys are looked at; the rest says nothing either way.
    Category.RATE_LIMITED: Verdict.SILENT,
    Category.QUOTA_WINDOW: Verdict.SILENT,
    Category.UNSUPPORTED: Verdict.SILENT,
    Category.MALFORMED_RESPONSE: Verdict.SILENT,
}


def verdict_on(error: ProviderError) -> Verdict:
    """What a failed call says. What was refused by us before anything was sent says nothing."""
    if error.code is None and error.http_status is None and error.category is Category.INVALID_INPUT:
        return Verdict.SILENT
    return _VERDICTS[error.category]


def pause_seconds(trips: int, luck: float) -> float:
    """How long an account is left alone when its circuit opens for the `trips`-th time in a row."""
    return wait_seconds(trips, luck, first=_FIRST_SECONDS, longest=_LONGEST_SECONDS)
