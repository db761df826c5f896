"""Background work of accounts."""

from __future__ import annotations

from celery import shared_task

from accounts.seals import seal_next


@shared_task
def seal_tick() -> None:
    """Seal what was booked since the last time."""
    while seal_next() is not None:
        pass
