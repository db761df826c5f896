"""What the engine holds for its calls: one numbered hold a call, used again where the call surely cost nothing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.flows.holds import release_hold
from accounts.models import Attempt, Hold
from voicelib.models import ProviderVoice

# Holds of calls that ended long ago are not looked for again.
_RECENT_CALLS = 50
# Calls that somebody still has to end.
_LIVING = (Attempt.State.PREPARED, Attempt.State.SENT)
_USED = (Attempt.State.PREPARED, Attempt.State.SENT, Attempt.State.UNKNOWN)


def call_hold_key(home: ProviderVoice, number: int) -> str:
    """Under which the cost of the engine's n-th call for this home is held."""
    return f"keepalive:{home.id}:{number}"


def spare_holds(home: ProviderVoice) -> QuerySet[Hold]:
    """Open holds of this home whose calls surely cost nothing, or were never made."""
    first = max(1, home.calls - _RECENT_CALLS)
    keys = [call_hold_key(home, number) for number in range(first, home.calls + 1)]
    used = Attempt.objects.filter(state__in=_USED).values("hold_id")
    return Hold.objects.filter(key__in=keys, state=Hold.State.OPEN).exclude(id__in=used).order_by("id")


def living_calls(homes: Iterable[ProviderVoice]) -> QuerySet[Attempt]:
    """The engine's calls for these homes that have not ended: their worker is at it, is gone, or the provider works on
    what it accepted. Oldest first."""
    subjects = [f"provider_voice:{home.id}" for home in homes]
    living = Attempt.objects.filter(subject__in=subjects, kind=Attempt.Kind.KEEPALIVE, state__in=_LIVING)
    return living.select_related("provider_account").order_by("id")


def release_spare_holds(home: ProviderVoice) -> None:
    """Give back what is held for calls that will not be made. Outside of any transaction that locks a home."""
    for hold in spare_holds(home):
        release_hold(hold_id=hold.id)
