"""Background work of accounts."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from accounts.flows import hooks
from accounts.flows.alerts import alert_tick
from accounts.flows.idempotency import forget_old_requests
from accounts.flows.mails import send_tick
from accounts.seals import seal_next


@shared_task
def seal_tick() -> None:
    """Seal what was booked since the last time."""
    while seal_next() is not None:
        pass


@shared_task
def forget_tick() -> None:
    """Drop the answers of requests that nobody repeats any more."""
    forget_old_requests(older_than=timedelta(days=7))


@shared_task
def mail_tick() -> None:
    """Tell what waits to be told, and send it."""
    alert_tick()
    send_tick()


@shared_task
def learn_hook_secret(account_id: str) -> None:
    """What one account's webhooks are signed with."""
    hooks.learn_hook_secret(account_id=account_id)


@shared_task
def hooks_tick() -> None:
    """The same for all accounts of which it is not known yet."""
    hooks.learn_missing_secrets()
