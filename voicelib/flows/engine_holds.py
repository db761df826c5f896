"""What the engine holds for its calls: one numbered hold a call, used again where the call surely cost nothing."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.flows.holds import release_hold
from accounts.models import Attempt, Hold
from voicelib.models import ProviderVoice

# Holds of calls that ended long ago are not looked for again.
_RECENT_CALLS = 50
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


def release_spare_holds(home: ProviderVoice) -> None:
    """Give back what is held for calls that will not be made. Outside of any transaction that locks a home."""
    for hold in spare_holds(home):
        release_hold(hold_id=hold.id)
