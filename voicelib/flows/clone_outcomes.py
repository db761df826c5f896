"""How a clone ends: cloned, unproven, failed, or to be tried again. Each is one short transaction."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import clock
from accounts.errors import WaitError
from accounts.flows.holds import release_hold
from accounts.flows.paid_call import resolve_attempt
from accounts.models import Attempt, Hold
from accounts.payer import PLATFORM
from providers.errors import ProviderError
from voicelib.backoff import clone_wait
from voicelib.errors import VoiceRefusedError
from voicelib.flows.claims import let_go
from voicelib.flows.clone_orders import clone_hold_key
from voicelib.flows.deadlines import look_again, set_deadlines, will_be_kept
from voicelib.flows.history import note_home
from voicelib.flows.leaving import is_leaving, silence
from voicelib.flows.listeners import tell_listeners
from voicelib.flows.statement_hearings import NOT_HEARD, record_heard, record_not_heard, was_not_heard
from voicelib.models import ProviderVoice
from voicelib.retention import PROOF_DELAY
from voicelib.states import moved

State = ProviderVoice.State
KEEP_TASK = "voicelib.tasks.keep_home"


def subject_of(home: ProviderVoice) -> str:
    """How attempts name this home."""
    return f"provider_voice:{home.id}"


def failure_of(error: Exception, at: datetime) -> dict[str, Any]:
    """An error as `last_error` keeps it."""
    if isinstance(error, ProviderError):
        return {
            "code": f"provider_{error.category}",
            "provider_code": error.code,
            "message": error.message,
            "trace_id": error.trace_id,
            "at": at.isoformat(),
        }
    code = getattr(error, "code", "unexpected")
    return {"code": code, "message": str(error), "trace_id": "", "at": at.isoformat()}


def record_cloned(*, home_id: str, attempt: Attempt, vendor_voice_id: str) -> None:
    """The provider made the voice: it lives until its deadline, counted from when the clone was sent.

    `vendor_voice_id` is the id in the answer, the truth where the provider picks it; empty where the answer could not
    be used: then a home that has no id of ours stays without a voice. In the transaction that books the clone.
    Idempotent.
    """
    home = _locked(home_id)
    # Unproven: the answer came after it had been given up, e.g. by a worker slower than its lease.
    if home.state not in (State.CLONING, State.UNPROVEN):
        return
    if not home.vendor_voice_id:
        if not vendor_voice_id or _is_taken(home, vendor_voice_id):
            return
        home.vendor_voice_id = vendor_voice_id
        Attempt.objects.filter(id=attempt.id).update(vendor_voice_id=vendor_voice_id)
    sent_at = attempt.sent_at or attempt.prepared_at
    home.state = moved(home.state, State.TEMPORARY)
    home.cloned_at, home.last_error, home.tries = sent_at, None, 0
    set_deadlines(home, born_at=sent_at, at=sent_at)
    look_again(home, at=clock.now())
    # The answer (preview, moderation) still has to be read: a crash before that is found by the tick.
    home.retry_at = clock.real_now()
    home.save()
    if is_leaving(home):
        silence(home)
    data = {"expires_at": home.expires_at.isoformat() if home.expires_at else None, "attempt": attempt.id}
    data["trace_id"] = attempt.trace_id
    note_home(home=home, kind="voice.cloned", data=data)
    record_heard(home=home, attempt=attempt)
    tell_listeners(voice_id=home.voice_id)


def mark_unproven(*, home_id: str, sent_at: datetime, error: ProviderError | None) -> None:
    """The clone was sent and nobody knows whether the voice exists; the deadline counts from `sent_at`.

    Where the home is wanted, a real synthesis will prove it soon; else only someone's use or decision does.
    """
    at = clock.now()
    with transaction.atomic():
        home = _locked(home_id)
        if home.state != State.CLONING:
            return
        home.state = moved(home.state, State.UNPROVEN)
        home.last_error = failure_of(error, at) if error is not None else None
        home.retry_at, home.tries = None, 0
        set_deadlines(home, born_at=sent_at, at=sent_at)
        if will_be_kept(home):
            proof = at + PROOF_DELAY
            home.keepalive_due_at = min(home.keepalive_due_at or proof, proof)
        home.claim, home.lease_until = "", None
        home.save()
        if is_leaving(home):
            silence(home)
        note_home(home=home, kind="voice.clone_unproven", data={"error": home.last_error})
        # It is tried like any other: speaking is what proves it.
        tell_listeners(voice_id=home.voice_id)


def mark_failed(*, home_id: str, error: Exception) -> None:
    """The voice does not exist and will not: say why, give back what was held, leave the way free for another try."""
    _note_failed(home_id=home_id, error=error)
    give_back_clone(ProviderVoice.objects.get(id=home_id))


def note_never_made(*, home_id: str) -> None:
    """The answer was lost, and the provider was found not to know the voice: it has failed. May run in a transaction
    that holds locks, so what the clone held is not given back here (`give_back_clone`)."""
    why = VoiceRefusedError("The provider does not know it: it was never made.", code="voice_never_made")
    _note_failed(home_id=home_id, error=why)


def _note_failed(*, home_id: str, error: Exception) -> None:
    at = clock.now()
    with transaction.atomic():
        home = _locked(home_id)
        if home.state not in (State.CLONING, State.UNPROVEN):
            return
        home.state = moved(home.state, State.FAILED)
        home.last_error = failure_of(error, at)
        if was_not_heard(home, error):
            home.last_error["code"] = NOT_HEARD
            record_not_heard(home=home, failure=home.last_error)
        home.retry_at = home.expires_at = home.keepalive_due_at = home.alert_due_at = None
        home.missing_since = home.check_due_at = None
        home.claim, home.lease_until = "", None
        home.save()
        note_home(home=home, kind="voice.clone_failed", data={"error": home.last_error})
        tell_listeners(voice_id=home.voice_id)


def try_clone_again(*, home: ProviderVoice, error: Exception) -> bool:
    """After a failure that surely cost nothing: wait and try again with the same id; False when that was the last."""
    luck = random.random()  # noqa: S311 - spreads retries, guards nothing
    asked = error.retry_after_seconds if isinstance(error, ProviderError) else None
    wait = clone_wait(home.tries + 1, luck, at_least=asked)
    if wait is None:
        return False
    failure = failure_of(error, clock.now())
    let_go(home, tries=home.tries + 1, retry_at=clock.real_now() + wait, last_error=failure)
    return True


def clone_later(*, home: ProviderVoice, wait: WaitError) -> None:
    """The account takes no call now; nothing was sent, and it counts as no try."""
    retry_at = clock.real_now() + timedelta(seconds=wait.retry_after_seconds or 1)
    let_go(home, retry_at=retry_at, last_error=failure_of(wait, clock.now()))


def give_back_clone(home: ProviderVoice) -> None:
    """Release what the clone held, unless an attempt of unknown outcome still needs it; end those that can have cost
    nothing."""
    for attempt in Attempt.objects.filter(subject=subject_of(home), kind="preview", state="unknown"):
        stake = attempt.hold
        # Without an id nobody can look whether the voice is there: only a person can say what it cost.
        if not home.vendor_voice_id or stake.characters or stake.amount_micros or stake.fee_hold_id:
            return
        _resolve(attempt, "not_charged", "A clone without a preview costs nothing, and the voice is not there.")
    hold = Hold.objects.filter(key=clone_hold_key(home), state=Hold.State.OPEN).first()
    if hold is not None:
        release_hold(hold_id=hold.id)


def settle_proven_clone(home: ProviderVoice) -> None:
    """The voice spoke, so the clone whose answer was lost was made, with its preview."""
    for attempt in Attempt.objects.filter(subject=subject_of(home), kind="preview", state="unknown"):
        _resolve(attempt, "charged", "The voice speaks, so its clone was made.")


def _is_taken(home: ProviderVoice, vendor_voice_id: str) -> bool:
    same = ProviderVoice.objects.filter(provider_account_id=home.provider_account_id, vendor_voice_id=vendor_voice_id)
    return same.exclude(id=home.id).exists()


def _resolve(attempt: Attempt, outcome: str, reason: str) -> None:
    resolve_attempt(
        team_id=attempt.team_id,
        attempt_id=attempt.id,
        outcome=outcome,
        billed_characters=None,
        reason=reason,
        actor=PLATFORM,
    )


def _locked(home_id: str) -> ProviderVoice:
    homes = ProviderVoice.objects.select_related("voice", "provider_account")
    return homes.select_for_update(of=("self",), no_key=True).get(id=home_id)
