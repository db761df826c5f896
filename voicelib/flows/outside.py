"""Voices that were used without us: the provider's list shows what only a real use can have made visible."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from voicelib.flows.deadlines import set_deadlines
from voicelib.flows.history import note_home
from voicelib.flows.leaving import is_leaving
from voicelib.flows.listeners import tell_listeners
from voicelib.models import ProviderVoice
from voicelib.states import LIVING, moved

State = ProviderVoice.State
_REVIVABLE = (State.LAPSED, State.LOST, State.FAILED)


def mark_used_outside(*, home_id: str, at: datetime) -> bool:
    """A home that we never activated (or gave up) is in the provider's list: it is permanent since `at` at the latest.

    No fee is booked: it enters the books with the bill. False where nothing was to be changed: it is permanent already,
    it is to be deleted, or another generation has taken its place.
    """
    with transaction.atomic():
        homes = ProviderVoice.objects.select_for_update(of=("self",), no_key=True)
        home = homes.select_related("voice", "provider_account").get(id=home_id)
        if home.state not in (*ProviderVoice.NOT_YET_ACTIVE, *_REVIVABLE) or _is_replaced(home) or is_leaving(home):
            return False
        before = home.state
        home.state = moved(home.state, State.PERMANENT)
        home.activated_at, home.activated_by, home.last_used_at = at, "outside", at
        home.cloned_at = home.cloned_at or home.created_at
        home.missing_since = home.check_due_at = home.revival_due_at = home.ended_at = home.last_error = None
        set_deadlines(home, born_at=home.cloned_at, at=at)
        if home.keepalive_due_at is None:
            # One more look by the engine: what it held may be given back.
            home.keepalive_due_at = at
        home.save()
        note_home(home=home, kind="voice.activated", data={"by": "outside", "was": before})
        tell_listeners(voice_id=home.voice_id)
    return True


def _is_replaced(home: ProviderVoice) -> bool:
    others = ProviderVoice.objects.filter(voice=home.voice_id, provider_account=home.provider_account_id)
    return others.filter(state__in=LIVING).exclude(id=home.id).exists()
