"""Homes that are to be deleted: from then on they speak no more, whatever still happens to them."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts import clock
from voicelib.models import Deletion, ProviderVoice
from voicelib.states import moved

State = ProviderVoice.State


def is_leaving(home: ProviderVoice) -> bool:
    """Whether it is to be deleted, and the provider has not confirmed it yet."""
    return _standing(home).exists()


def silence(home: ProviderVoice) -> None:
    """Take a home that speaks out of use because it is to be deleted. In the caller's transaction, which locked it."""
    _standing(home).update(state_before=home.state)
    home.state = moved(home.state, State.DELETING)
    # One more look: it ends the calls of a worker that is gone.
    home.keepalive_due_at, home.alert_due_at = clock.now(), None
    home.missing_since = home.check_due_at = None
    home.save(update_fields=["state", "keepalive_due_at", "alert_due_at", "missing_since", "check_due_at"])


def _standing(home: ProviderVoice) -> QuerySet[Deletion]:
    return Deletion.objects.filter(home=home, undone_at__isnull=True, outcome=Deletion.Outcome.PENDING)
