"""Who works on a home now: a claim, with a lease in real time.

A tick claims what is due and hands the claim to the worker it rings, so that nothing is rung twice while it waits; a
claim whose holder died runs out and the next tick takes it. The name of the claim changes hands with it: a message that
is delivered again finds it gone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import clock
from accounts.ids import new_id
from voicelib.models import ProviderVoice


def claim_due(due: QuerySet[ProviderVoice], *, limit: int) -> list[ProviderVoice]:
    """Claim up to `limit` of the homes in `due` that nobody holds: the first in the order of `due`, returned in it.

    Any number may claim at once. PostgreSQL gives each of them rows that no other is taking at this moment, so nobody
    waits, nobody goes away with nothing while there is work, and two claims cannot lock each other's rows in a circle.
    On SQLite one transaction writes at a time.
    """
    claim = new_id()
    with transaction.atomic():
        free = due.filter(_free()).select_for_update(no_key=True, skip_locked=True)
        ids = list(free.values_list("id", flat=True)[:limit])
        due.filter(_free(), id__in=ids).order_by().update(claim=claim, lease_until=_lease())
    claimed = _whole(ProviderVoice.objects.filter(claim=claim)).in_bulk(ids)
    return [claimed[home_id] for home_id in ids if home_id in claimed]


def take(*, provider_voice_id: str, claim: str) -> ProviderVoice | None:
    """Take over a claim, or a free home where `claim` is empty; None where someone else was faster."""
    mine = ProviderVoice.objects.filter(id=provider_voice_id)
    mine = mine.filter(claim=claim, lease_until__gt=clock.real_now()) if claim else mine.filter(_free())
    fresh = new_id()
    if not mine.update(claim=fresh, lease_until=_lease()):
        return None
    return _whole(ProviderVoice.objects.filter(id=provider_voice_id)).get()


def let_go(home: ProviderVoice, *, unless_changed: bool = False, **changes: Any) -> bool:
    """Give the claim back and write `changes`; False, and nothing written, where the claim was lost meanwhile.

    With `unless_changed` the changes are written only where state and deadlines are still those of `home`: uses by
    others do not ask for the claim.
    """
    held = ProviderVoice.objects.filter(id=home.id, claim=home.claim)
    if unless_changed:
        same = held.filter(state=home.state, expires_at=home.expires_at, keepalive_due_at=home.keepalive_due_at)
        if same.update(claim="", lease_until=None, **changes):
            return True
        held.update(claim="", lease_until=None)
        return False
    return held.update(claim="", lease_until=None, **changes) == 1


def forget_claims() -> int:
    """Free all claims: for a start at which surely nobody works."""
    return ProviderVoice.objects.exclude(claim="").update(claim="", lease_until=None)


def _free() -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lte=clock.real_now())


def _lease() -> Any:
    return clock.real_now() + timedelta(seconds=settings.WORK_LEASE_SECONDS)


def _whole(homes: QuerySet[ProviderVoice]) -> QuerySet[ProviderVoice]:
    return homes.select_related(
        "voice__consent", "voice__sample", "voice__team", "provider_account", "sample", "handed_over", "prompt_sample"
    )
