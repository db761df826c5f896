"""Rings for background work, by task name, after the transaction commits.

The row is the work, the message only says "look". A broker that is down loses nothing: the tick finds the row.
"""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def ring(task_name: str, *args: str, in_seconds: float = 0) -> None:
    """Send `task_name(*args)` once the surrounding transaction is committed; at once where there is none.

    `in_seconds` of real time it is heard: for a wait that is shorter than the tick's.
    """
    transaction.on_commit(lambda: _send(task_name, args, in_seconds))


def _send(task_name: str, args: tuple[str, ...], in_seconds: float) -> None:
    try:
        current_app.send_task(task_name, args=args, retry=False, countdown=in_seconds or None)
    except Exception:
        # Whatever the transport raised: the caller's work is committed and a tick will pick it up.
        logger.warning("doorbell not heard; the tick will find the row", extra={"task": task_name}, exc_info=True)
