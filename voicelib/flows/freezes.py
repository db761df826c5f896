"""A provider account that is frozen because its voices are missing as if it were another, and a person's word about
it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.errors import ConflictError
from accounts.flows.freezing import freeze_account, thaw_account
from accounts.models import ProviderAccount
from accounts.payer import Actor
from voicelib.flows.clone_outcomes import give_back_clone, note_never_made
from voicelib.flows.endings import end_home
from voicelib.flows.listeners import tell_listeners
from voicelib.models import ProviderVoice

State = ProviderVoice.State


def freeze_for_missing(*, account: ProviderAccount, homes: Iterable[ProviderVoice], at: datetime) -> None:
    """Freeze the account: these homes are missing, and none of them is declared lost. Every doubt waits."""
    homes = list(homes)
    slugs = ", ".join(home.voice.slug for home in homes[:5])
    reason = (
        f"Voices are missing there as if it were another account, among them {slugs}. Is its key still that of the "
        "account which made them? Nothing is declared lost, cloned or cloned again there until somebody has looked."
    )
    with transaction.atomic():
        living = ProviderVoice.objects.filter(provider_account=account, state__in=ProviderVoice.SPEAKING)
        living.filter(id__in=[home.id for home in homes], missing_since__isnull=True).update(missing_since=at)
        living.filter(check_due_at__isnull=False).update(check_due_at=None)
        freeze_account(account=account, reason=reason, at=at)
        for voice_id in sorted({home.voice_id for home in homes}):
            tell_listeners(voice_id=voice_id)


def unfreeze(*, account: ProviderAccount, actor: Actor, accept_losses: bool, at: datetime) -> list[ProviderVoice]:
    """A person has looked: go on. With `accept_losses` the voices that are missing are lost, and are returned; else
    every doubt is dropped and begins anew with the next report or comparison. Raises ConflictError
    `account_not_frozen`."""
    with transaction.atomic():
        account = ProviderAccount.objects.select_for_update(no_key=True).get(id=account.id)
        if not thaw_account(account=account, actor=actor):
            raise ConflictError("This account is not frozen.", code="account_not_frozen")
        missing = ProviderVoice.objects.select_for_update(of=("self",), no_key=True).filter(
            provider_account=account, missing_since__isnull=False, state__in=ProviderVoice.SPEAKING
        )
        homes = list(missing.select_related("voice__consent", "provider_account").order_by("id"))
        lost = [home for home in homes if accept_losses and _lose(home, actor, at)]
        missing.update(missing_since=None, check_due_at=None, unclear_checks=0)
        _look_again(account, at)
    for home in lost:
        if home.state == State.UNPROVEN:
            give_back_clone(home)
    return lost


def _look_again(account: ProviderAccount, at: datetime) -> None:
    """Homes past their deadline whose check was put off by the freeze: the engine looks at them."""
    ProviderVoice.objects.filter(
        provider_account=account,
        state__in=ProviderVoice.SPEAKING,
        expires_at__isnull=False,
        keepalive_due_at__isnull=True,
        check_due_at__isnull=True,
    ).update(keepalive_due_at=at)


def _lose(home: ProviderVoice, actor: Actor, at: datetime) -> bool:
    if home.state == State.UNPROVEN:
        note_never_made(home_id=home.id)
        return True
    data = {"accepted": True, "missing_since": home.missing_since.isoformat() if home.missing_since else None}
    return end_home(home=home, state=State.LOST, at=at, data=data, actor=actor)
