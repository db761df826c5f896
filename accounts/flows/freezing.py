"""Freezing a provider account: nothing about its voices is believed or repaired until a person has looked."""

from __future__ import annotations

from datetime import datetime

from accounts import events
from accounts.models import ProviderAccount
from accounts.payer import PLATFORM, Actor


def freeze_account(*, account: ProviderAccount, reason: str, at: datetime) -> bool:
    """Freeze it at the business time `at`, with one event; False where it was frozen. In the caller's transaction."""
    standing = ProviderAccount.objects.filter(id=account.id, frozen_at__isnull=True)
    if not standing.update(frozen_at=at, frozen_reason=reason[:500]):
        return False
    account.frozen_at, account.frozen_reason = at, reason[:500]
    _record("provider_account.frozen", account, PLATFORM)
    return True


def thaw_account(*, account: ProviderAccount, actor: Actor) -> bool:
    """End the freeze, with one event; False where it was not frozen. In the caller's transaction."""
    if not ProviderAccount.objects.filter(id=account.id, frozen_at__isnull=False).update(
        frozen_at=None, frozen_reason=""
    ):
        return False
    _record("provider_account.unfrozen", account, actor)
    account.frozen_at, account.frozen_reason = None, ""
    return True


def _record(kind: str, account: ProviderAccount, actor: Actor) -> None:
    events.record(
        team_id=account.team_id,
        kind=kind,
        subject_type="provider_account",
        subject_id=account.id,
        subject_title=account.name,
        actor=actor,
        data={"reason": account.frozen_reason},
    )
