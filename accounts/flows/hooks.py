"""Webhooks as hints: one that is the provider's lets accepted work be asked for now, by ourselves. Nothing in it is
believed, and asking goes on whether webhooks come or not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import transaction

from accounts import clock, events, keyring
from accounts.doorbell import ring
from accounts.errors import ConflictError
from accounts.hook_links import account_of_hook, can_hear
from accounts.metrics import HOOKS
from accounts.models import Attempt, Event, ProviderAccount
from accounts.provider_clients import adapter, quick_driver, wire_account
from accounts.steps import reached
from providers.errors import ProviderError

logger = logging.getLogger(__name__)
LEARN_TASK = "accounts.tasks.learn_hook_secret"
_MISMATCH = "provider_account.hook_mismatch"


def hear_hook(
    *, provider: str, token: str, headers: Mapping[str, str], body: bytes, wake: Callable[[Attempt], None]
) -> None:
    """Take one webhook in. For the first genuine one about a call that goes on at the provider, `wake` runs in the
    transaction that notes it; every other one changes nothing and is told apart only in `voicelib_hooks`.

    Raises NotFoundError `hook_unknown` for an address that is not ours.
    """
    account = account_of_hook(provider, token)
    HOOKS.labels(account.provider, _taken_in(account, headers, body, wake)).inc()


def learn_later(account: ProviderAccount) -> None:
    """Let a worker ask for the secret of the account's webhooks, where they can be heard."""
    if can_hear(account):
        ring(LEARN_TASK, account.id)


def learn_hook_secret(*, account_id: str) -> None:
    """Ask the provider what the account's webhooks are signed with, and keep it encrypted. Free, safe to repeat.

    From then on submissions name our address. A refusal is logged: until the next try nothing is heard, and asked all
    the same.
    """
    account = ProviderAccount.objects.filter(id=account_id).first()
    webhooks = None if account is None else adapter(account).webhooks
    if account is None or webhooks is None or not can_hear(account):
        return
    try:
        secret = quick_driver().run(webhooks.secret(wire_account(account)))
    except (ProviderError, ConflictError) as error:
        logger.warning("the secret of webhooks was not told", extra={"account": account.id, "why": str(error)})
        return
    # Of the key it was asked with: another key may be another account over there.
    same = ProviderAccount.objects.filter(id=account.id, key_encrypted=account.key_encrypted)
    same.update(hook_secret_encrypted=keyring.encrypt(secret))


def learn_missing_secrets() -> int:
    """Ask for the secrets of all accounts that can hear and have none, and work as far as is known; how many."""
    waiting = ProviderAccount.objects.filter(
        hook_secret_encrypted="", finding="", circuit=ProviderAccount.Circuit.CLOSED
    )
    deaf = [account.id for account in waiting.order_by("id") if can_hear(account)]
    for account_id in deaf:
        learn_hook_secret(account_id=account_id)
    return len(deaf)


def _taken_in(
    account: ProviderAccount, headers: Mapping[str, str], body: bytes, wake: Callable[[Attempt], None]
) -> str:
    webhooks, secret = adapter(account).webhooks, _secret_of(account)
    if webhooks is None or not secret:
        return "not_listening"
    verdict = webhooks.verify(headers, body, secret=secret, now=clock.real_now().timestamp())
    if verdict == "mismatch":
        _tell_mismatch(account)
    return _hinted(account, webhooks.task_of(body), wake) if verdict == "accepted" else verdict


def _hinted(account: ProviderAccount, task: str, wake: Callable[[Attempt], None]) -> str:
    """At most one hint per attempt, whatever comes how often."""
    goes_on = Attempt.objects.filter(provider_account=account, state=Attempt.State.SENT, vendor_task=task)
    attempt = goes_on.order_by("id").first() if task else None
    if attempt is None:
        return "unknown"
    with transaction.atomic():
        fresh = goes_on.filter(id=attempt.id, hinted_at__isnull=True)
        if not fresh.update(hinted_at=clock.real_now()):
            return "repeated"
        wake(attempt)
    reached("hinted", attempt=attempt.id)
    return "rang"


def _secret_of(account: ProviderAccount) -> str:
    if not account.hook_secret_encrypted:
        return ""
    try:
        return keyring.decrypt(account.hook_secret_encrypted)
    except ConflictError:
        logger.warning("the secret of webhooks cannot be decrypted", extra={"account": account.id})
        return ""


def _tell_mismatch(account: ProviderAccount) -> None:
    """Once an hour and account: tell people, and ask for the secret anew, because it may have been changed."""
    logger.warning("the signature of a webhook does not fit", extra={"account": account.id})
    told = Event.objects.filter(kind=_MISMATCH, subject_id=account.id, at__gt=clock.now() - timedelta(hours=1))
    if told.exists():
        return
    with transaction.atomic():
        first = events.record(
            team_id=account.team_id,
            kind=_MISMATCH,
            subject_type="provider_account",
            subject_id=account.id,
            subject_title=account.name,
            # Of two at the same moment.
            key=f"{_MISMATCH}:{account.id}:{clock.now():%Y%m%d%H}",
        )
        if first is not None:
            learn_later(account)
