"""When people are told that a consent is about to run out. Pure: moments in, moments out."""

from __future__ import annotations

from datetime import datetime, timedelta

# Days before the end at which they are told, once each.
NOTICE_DAYS = (30, 7, 1)


def next_notice_at(*, valid_until: datetime | None, after: datetime) -> datetime | None:
    """The first notice later than `after`; None where none is left, or the consent does not run out."""
    if valid_until is None:
        return None
    moments = (valid_until - timedelta(days=days) for days in NOTICE_DAYS)
    return next((moment for moment in moments if moment > after), None)


def notice_now(*, valid_until: datetime, at: datetime) -> int | None:
    """Which notice is due, in days before the end: the most urgent one whose moment has come, since what was missed
    meanwhile is stale. None before the first and after the end."""
    if at >= valid_until:
        return None
    return min((days for days in NOTICE_DAYS if valid_until - timedelta(days=days) <= at), default=None)
