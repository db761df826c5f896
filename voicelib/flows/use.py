"""What a real use of a home means for its life, whoever made it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts import clock
from accounts.flows.key_proof import prove_key
from accounts.models import Attempt
from providers.errors import ProviderError
from voicelib.flows.clone_outcomes import failure_of, mark_failed
from voicelib.flows.deadlines import columns, set_deadlines
from voicelib.flows.engine_holds import release_spare_holds
from voicelib.flows.history import note_home
from voicelib.flows.leaving import is_leaving
from voicelib.flows.listeners import tell_listeners
from voicelib.flows.losses import doubt, trust
from voicelib.models import ProviderVoice, Voice
from voicelib.states import LIVING, moved

State = ProviderVoice.State
# Writing down every use of a busy voice would make one row the bottleneck of all renders.
_USE_NOTED_EVERY = timedelta(hours=1)
_DEADLINES = ("last_used_at", "expires_at", "keepalive_due_at", "alert_due_at")


def record_use(*, provider_voice_id: str, attempt: Attempt, at: datetime) -> None:
    """A real synthesis with this home was answered at business time `at`: the first one activates it.

    Call it inside the transaction that settles `attempt`, for speech and keep-alive alike (never for a clone preview).
    Afterwards the home is permanent, its deadline is gone (moved, under a rule that counts idleness), and the engine
    has nothing left to do.
    """
    home = ProviderVoice.objects.select_related("provider_account", "voice").get(id=provider_voice_id)
    if home.voice.kind == Voice.Kind.CLONED:
        prove_key(account=home.provider_account, at=at)
    if home.state != State.PERMANENT:
        home = _locked(home.id)
    if home.state == State.PERMANENT:
        trust(home=home)
        _note_use(home, attempt, at)
    elif home.state in ProviderVoice.NOT_YET_ACTIVE:
        _activate(home, attempt, at)
    elif _came_back(home):
        _leave(home, attempt, at) if is_leaving(home) else _activate(home, attempt, at)
    elif home.state == State.DELETING and home.activated_at is None:
        _leave(home, attempt, at)


def report_missing(*, provider_voice_id: str, error: ProviderError) -> None:
    """A provider answered a real synthesis with "no such voice", or that it is another customer's.

    A clone whose answer was lost was not made, where there is no such voice: it has failed and can be asked for again.
    For every other home one answer proves nothing (a swapped key looks the same): it is noted with an event, once a
    day, and checked.
    """
    home = ProviderVoice.objects.select_related("provider_account", "voice").get(id=provider_voice_id)
    if home.state == State.UNPROVEN and not error.is_foreign_voice:
        mark_failed(home_id=home.id, error=error)
        release_spare_holds(home)
        return
    at = clock.now()
    failure = failure_of(error, at)
    with transaction.atomic():
        ProviderVoice.objects.filter(id=home.id).update(last_error=failure)
        key = f"voice.missing_reported:{home.id}:{at:%Y-%m-%d}"
        note_home(home=home, kind="voice.missing_reported", data={"error": failure}, key=key)
        doubt(home=home, at=at)


def _note_use(home: ProviderVoice, attempt: Attempt, at: datetime) -> None:
    recently = timedelta(0) if attempt.kind == Attempt.Kind.KEEPALIVE else _USE_NOTED_EVERY
    if home.last_used_at is not None and home.last_used_at > at - recently:
        return
    seen = home.last_used_at
    home.last_used_at = at
    set_deadlines(home, born_at=home.cloned_at or home.created_at, at=at)
    # Where another use was noted meanwhile, it moved the deadline as well.
    unchanged = Q(last_used_at__isnull=True) if seen is None else Q(last_used_at=seen)
    ProviderVoice.objects.filter(unchanged, id=home.id, state=State.PERMANENT).update(**columns(home, *_DEADLINES))


def _activate(home: ProviderVoice, attempt: Attempt, at: datetime) -> None:
    was_unproven = home.cloned_at is None
    born_at = home.cloned_at or home.created_at
    home.state = moved(home.state, State.PERMANENT)
    home.activated_at, home.activated_by, home.last_used_at = at, attempt.kind, at
    home.cloned_at, home.last_error, home.tries = born_at, None, 0
    home.missing_since = home.check_due_at = home.revival_due_at = home.ended_at = None
    set_deadlines(home, born_at=born_at, at=at)
    if home.keepalive_due_at is None and (was_unproven or home.calls):
        # One more look: the clone's lost answer is proven now, and what the engine held may be given back.
        home.keepalive_due_at = at
    home.save()
    data = {"by": attempt.kind, "attempt": attempt.id, "trace_id": attempt.trace_id}
    note_home(home=home, kind="voice.activated", data=data)
    tell_listeners(voice_id=home.voice_id)


def _leave(home: ProviderVoice, attempt: Attempt, at: datetime) -> None:
    """Sent before it was to be deleted: it lives, and goes all the same. If that is undone, it is permanent."""
    if home.state != State.DELETING:
        home.state = moved(home.state, State.DELETING)
        home.keepalive_due_at, home.ended_at, home.revival_due_at = clock.now(), None, None
    home.activated_at, home.activated_by, home.last_used_at = home.activated_at or at, attempt.kind, at
    home.save()


def _came_back(home: ProviderVoice) -> bool:
    """A call sent before the deadline was answered after it; unless another generation has taken the place."""
    if home.state not in (State.LAPSED, State.LOST, State.FAILED):
        return False
    others = ProviderVoice.objects.filter(voice=home.voice_id, provider_account=home.provider_account_id)
    return not others.filter(state__in=LIVING).exists()


def _locked(home_id: str) -> ProviderVoice:
    home = ProviderVoice.objects.select_for_update(of=("self",), no_key=True).select_related(
        "voice", "provider_account"
    )
    return home.get(id=home_id)
