"""Keeping voices alive: the call of the worker. One real synthesis, booked as keep-alive, with the fee where it is due.

Calls repeat until the deadline even where an earlier one may have been charged, each with an attempt of its own: a lost
voice costs more than a few characters. The fee is held and booked once, under the key of the home.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts import clock
from accounts.errors import BudgetExceededError, ConflictError, WaitError
from accounts.flows.paid_call import Answer, PaidOrder, answer_stored, paid_call, recover_attempt, resume_call
from accounts.models import Attempt, Hold
from accounts.provider_clients import adapter, wire_account
from accounts.steps import reached
from providers.errors import Category, PendingError, ProviderError
from providers.types import SpeechResult
from voicelib.flows.activation_orders import KeepQuote, ask_activation, hold_for_keep, keep_request, set_policy
from voicelib.flows.claims import let_go, take
from voicelib.flows.clone_outcomes import failure_of, subject_of
from voicelib.flows.deadlines import facts_of, is_critical
from voicelib.flows.engine_holds import living_calls
from voicelib.flows.history import note_home
from voicelib.flows.keepalive import act_without_call, keepalive_tick
from voicelib.flows.use import record_use, report_missing
from voicelib.flows.voices import guard_use
from voicelib.keeping import Step, next_step
from voicelib.models import ProviderVoice
from voicelib.retention import after_wait, has_little_time, next_try_at

State = ProviderVoice.State
_NO_DEADLINE = timedelta(days=7)
__all__ = ["ask_activation", "keep_home", "keepalive_tick", "record_use", "report_missing", "set_policy"]


def keep_home(*, provider_voice_id: str, claim: str = "") -> None:
    """Keep a home whose due time has come, if it is still to be kept. Safe to repeat and to run twice at once.

    `claim` is the one the tick handed over; empty for a fresh ring. What goes wrong is written to the home and tried
    again before the deadline; an unexpected error too, and is raised.
    """
    home = take(provider_voice_id=provider_voice_id, claim=claim)
    if home is None:
        return
    reached("claimed", provider_voice=home.id)
    try:
        if not _end_calls(home):
            return
        home.refresh_from_db(fields=["state", "expires_at", "keepalive_due_at", "activated_at", "policy", "on_silence"])
        at = clock.now()
        if home.keepalive_due_at is None or home.keepalive_due_at > at:
            let_go(home)
        elif next_step(facts_of(home), at) is Step.CALL:
            _call(home, at)
        else:
            act_without_call(home, at)
    except Exception:
        # Ahead before raising: a surprise must not come back at once, for ever.
        let_go(home, tries=home.tries + 1, keepalive_due_at=_next_try(home))
        raise


def _call(home: ProviderVoice, at: datetime) -> None:
    try:
        hold, quote = hold_for_keep(home=home, payer=home.payer(), at=at, is_critical=is_critical(home, at))
    except (BudgetExceededError, ConflictError) as refusal:
        _unpaid(home, refusal)
        return
    except ProviderError as refusal:
        _failed(home, refusal)
        return
    reached("held", provider_voice=home.id)
    try:
        attempt, _answer = paid_call(
            order=_order(home, hold, quote, at),
            operation=adapter(home.provider_account).speech(wire_account(home.provider_account), quote.request),
            answer_of=_answer_of,
            guard=lambda: _guard(home),
            on_settled=lambda attempt: _settled(home, attempt),
        )
    except WaitError as wait:
        seconds = wait.retry_after_seconds or 1
        let_go(home, keepalive_due_at=after_wait(now=at, deadline=home.expires_at, seconds=seconds))
    except ConflictError:
        # Used, suspended or decided otherwise in this moment: the next look sees it.
        let_go(home)
    except PendingError as pending:
        _wait_for(home, pending)
    except ProviderError as error:
        _failed(home, error)
    else:
        # Nobody listens to it: that it was spoken is all that counts.
        answer_stored(attempt_id=attempt.id)
        let_go(home, tries=0, last_error=None)


def _end_calls(home: ProviderVoice) -> bool:
    """Calls of a worker that is gone: an answer in the spool is booked, a lost one unresolved, an unsent one free, one
    that the provider accepted is asked for. False where one goes on, or said that the voice cannot be kept now: the
    claim is given back."""
    for attempt in living_calls([home]):
        found = recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: _settled(home, attempt))
        if found.outcome == "answered":
            answer_stored(attempt_id=attempt.id)
        elif found.outcome == "accepted" and not _ask_for(home, attempt):
            return False
    return True


def _ask_for(home: ProviderVoice, attempt: Attempt) -> bool:
    account = home.provider_account
    try:
        resume_call(
            attempt=attempt,
            operation=adapter(account).resume_speech(wire_account(account), keep_request(home), attempt.vendor_task),
            answer_of=_answer_of,
            on_settled=lambda attempt: _settled(home, attempt),
        )
    except PendingError as pending:
        _wait_for(home, pending)
        return False
    except ProviderError as error:
        _failed(home, error)
        return False
    answer_stored(attempt_id=attempt.id)
    ProviderVoice.objects.filter(id=home.id, claim=home.claim).update(tries=0, last_error=None)
    home.tries = 0
    return True


def _wait_for(home: ProviderVoice, pending: PendingError) -> None:
    """The provider still works on the call: it is asked for again, whatever the deadline says meanwhile."""
    let_go(home, keepalive_due_at=clock.now() + timedelta(seconds=pending.retry_after_seconds))


def _unpaid(home: ProviderVoice, refusal: ConflictError | BudgetExceededError) -> None:
    # That the reserve is empty too is news, beside the budget being full.
    with_reserve = ":reserve" if refusal.data.get("budget", {}).get("reserve") else ""
    _put_off(home, refusal, "voice.activation_unpaid", f"{refusal.code}{with_reserve}", refusal.data)


def _failed(home: ProviderVoice, error: ProviderError) -> None:
    if error.category is Category.VOICE_MISSING or error.is_foreign_voice:
        report_missing(provider_voice_id=home.id, error=error)
        if home.state == State.UNPROVEN and not error.is_foreign_voice:
            return
    _put_off(home, error, "voice.activation_failed", str(error.category), {"who_acts": error.who_acts})


def _put_off(home: ProviderVoice, error: Exception, kind: str, code: str, data: dict[str, object]) -> None:
    """Try again before the deadline; tell people once per reason and deadline."""
    failure = failure_of(error, clock.now())
    next_at = _next_try(home)
    with transaction.atomic():
        if not let_go(home, tries=home.tries + 1, keepalive_due_at=next_at, last_error=failure):
            return
        note_home(
            home=home,
            kind=kind,
            data={**data, "error": failure, "next_try_at": next_at.isoformat(), "deadline": _text(home.expires_at)},
            key=f"{kind}:{home.id}:{_stamp(home.expires_at)}:{code}"[:160],
        )


def _next_try(home: ProviderVoice) -> datetime:
    at = clock.now()
    return next_try_at(now=at, deadline=home.expires_at or at + _NO_DEADLINE, tries=home.tries + 1)


def _guard(home: ProviderVoice) -> None:
    guard_use(provider_voice_id=home.id)
    now = ProviderVoice.objects.select_related("voice", "provider_account").get(id=home.id)
    if next_step(facts_of(now), clock.now()) is not Step.CALL:
        raise ConflictError("It need not be kept any more.", code="keepalive_not_needed")


def _settled(home: ProviderVoice, attempt: Attempt) -> None:
    record_use(provider_voice_id=home.id, attempt=attempt, at=attempt.sent_at or attempt.prepared_at)


def _order(home: ProviderVoice, hold: Hold, quote: KeepQuote, at: datetime) -> PaidOrder:
    return PaidOrder(
        hold_id=hold.id,
        kind=Attempt.Kind.KEEPALIVE,
        subject=subject_of(home),
        account=home.provider_account,
        model=quote.request.model,
        voice_slug=home.voice.slug,
        vendor_voice_id=home.vendor_voice_id,
        estimated_characters=quote.characters,
        is_urgent=has_little_time(now=at, deadline=home.expires_at),
    )


def _answer_of(result: SpeechResult) -> Answer:
    return Answer(audio=b"", billed_characters=result.billed_characters, trace_id=result.trace_id)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y%m%d%H%M%S}"
