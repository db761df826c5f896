"""The life of one paid call in the books: prepared → sent → settled | released | unknown → resolved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts import clock, events, ledger
from accounts.errors import ConflictError
from accounts.flows.holds import close_hold, lock_hold, payer_of, release_unused_fee
from accounts.flows.quotes import quote_speech
from accounts.ledger import Booking, Spoken
from accounts.models import Attempt, Hold, LedgerEntry, ProviderAccount
from accounts.money import Money, ceil_div
from accounts.payer import PLATFORM, Actor
from providers.errors import ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOrder:
    """What a paid call is for. The hold was placed before; names are copied so the books outlive the voice.

    `patience_seconds` is how long it may wait for the rate gate on the spot. An urgent call asks neither gate nor
    circuit: what it would lose by waiting costs more.
    """

    hold_id: str
    kind: str
    subject: str
    account: ProviderAccount
    model: str
    voice_slug: str
    vendor_voice_id: str
    estimated_characters: int
    patience_seconds: float = 2.0
    is_urgent: bool = False


def prepare(order: PaidOrder) -> Attempt:
    """Commit the attempt before anything is sent.

    Raises ConflictError `hold_not_open`, and `call_goes_on` where a call of this hold is still being worked on by the
    provider: it is asked for, whoever comes, and never made twice.
    """
    with transaction.atomic(durable=True):
        hold = Hold.objects.select_for_update(no_key=True).filter(id=order.hold_id, state=Hold.State.OPEN).first()
        if hold is None:
            raise ConflictError("What was set aside for this call is spent or given back.", code="hold_not_open")
        if accepted_attempt(hold_id=hold.id) is not None:
            raise ConflictError("The provider is still working on this call.", code="call_goes_on")
        return Attempt.objects.create(
            team_id=hold.team_id,
            provider_account=order.account,
            hold=hold,
            kind=order.kind,
            subject=order.subject,
            model=order.model,
            voice_slug=order.voice_slug,
            vendor_voice_id=order.vendor_voice_id,
            estimated_characters=order.estimated_characters,
            lease_until=clock.real_now() + timedelta(seconds=settings.WORK_LEASE_SECONDS),
        )


def mark_sent(attempt: Attempt, guard: Callable[[], None]) -> None:
    """Commit that the socket is about to be touched, if `guard` (voice not suspended, still there) lets it pass.

    What the guard raises releases the attempt and is raised on: nothing was sent. Raises ConflictError `superseded` for
    a worker so slow that its attempt was given up meanwhile.
    """
    try:
        with transaction.atomic(durable=True):
            guard()
            attempt.sent_at = clock.now()
            prepared = Attempt.objects.filter(id=attempt.id, state=Attempt.State.PREPARED)
            if not prepared.update(state=Attempt.State.SENT, sent_at=attempt.sent_at):
                raise ConflictError(
                    "A sweep has given this attempt up; it must not be sent any more.", code="superseded"
                )
            attempt.state = Attempt.State.SENT
    except Exception:
        release(attempt.id)
        raise


def note_accepted(attempt_id: str, task: str) -> None:
    """Commit the id under which the provider has taken the work on: from now on it is asked for, never sent again.

    Written whatever the attempt says by now: the id is evidence.
    """
    with transaction.atomic(durable=True):
        Attempt.objects.filter(id=attempt_id).update(vendor_task=task)


def accepted_attempt(*, hold_id: str) -> Attempt | None:
    """The call of this hold that goes on at the provider under an id, if any: ask for it, do not call again."""
    accepted = Attempt.objects.filter(hold_id=hold_id, state=Attempt.State.SENT).exclude(vendor_task="")
    return accepted.select_related("provider_account").order_by("id").last()


def settle(
    *,
    attempt_id: str,
    billed_characters: int | None,
    trace_id: str,
    on_settled: Callable[[Attempt], None],
    failure: ProviderError | None = None,
) -> Attempt:
    """Book what the provider charged (its own number, or our estimate, flagged) and close the hold. Idempotent.

    An answer is evidence whatever was said before it came: it also settles an attempt that a person gave back.

    `failure` is an answer that reported its bill but could not be used: paid all the same, and `on_settled` finds it in
    the attempt's `error_category` (the voice was used, whatever came back).
    """
    with transaction.atomic(durable=True):
        attempt = _locked(attempt_id)
        if attempt.state == Attempt.State.SETTLED:
            return attempt
        was_given_back = attempt.state == Attempt.State.RELEASED
        _book_attempt(attempt, billed_characters, trace_id)
        attempt.state = Attempt.State.SETTLED
        _note_failure(attempt, failure)
        attempt.save()
        if was_given_back:
            _tell_resolved(attempt, charged=True, reason="The provider's answer turned up.", actor=PLATFORM)
        on_settled(attempt)
        return attempt


def release(attempt_id: str, failure: ProviderError | None = None) -> None:
    """Surely not charged. The hold stays open: the caller tries again with it, or gives it back."""
    with transaction.atomic():
        attempt = _locked(attempt_id)
        if attempt.state not in (Attempt.State.PREPARED, Attempt.State.SENT):
            return
        attempt.state = Attempt.State.RELEASED
        attempt.ended_at = clock.now()
        _note_failure(attempt, failure)
        attempt.save()


def mark_unknown(attempt_id: str, failure: ProviderError | None = None) -> None:
    """It was sent and nobody knows how it ended: the hold stays until evidence or a person says so."""
    with transaction.atomic():
        attempt = _locked(attempt_id)
        if attempt.state != Attempt.State.SENT:
            return
        attempt.state = Attempt.State.UNKNOWN
        attempt.ended_at = clock.now()
        _note_failure(attempt, failure)
        attempt.save()
        events.record(
            team_id=attempt.team_id,
            kind="attempt.unresolved",
            subject_type="attempt",
            subject_id=attempt.id,
            subject_title=str(attempt),
            data={"subject": attempt.subject, "estimated_characters": attempt.estimated_characters},
            key=f"attempt.unresolved:{attempt.id}",
        )


def book_resolution(
    *, attempt_id: str, charged: bool, billed_characters: int | None, reason: str, actor: Actor = PLATFORM
) -> Attempt:
    """End an unresolved attempt: booked with `billed_characters` (None: the estimate), or given back."""
    with transaction.atomic():
        attempt = _locked(attempt_id)
        if charged:
            _book_attempt(attempt, billed_characters, attempt.trace_id)
            attempt.state = Attempt.State.SETTLED
        else:
            hold, fee_hold = lock_hold(attempt.hold_id)
            if hold.state == Hold.State.OPEN:
                close_hold(hold, Hold.State.RELEASED)
                release_unused_fee(fee_hold)
            attempt.state = Attempt.State.RELEASED
        attempt.ended_at = clock.now()
        attempt.resolved_by, attempt.resolution = actor.name, reason
        attempt.save()
        _tell_resolved(attempt, charged=charged, reason=reason, actor=actor)
        return attempt


def _tell_resolved(attempt: Attempt, *, charged: bool, reason: str, actor: Actor) -> None:
    events.record(
        team_id=attempt.team_id,
        kind="attempt.resolved",
        subject_type="attempt",
        subject_id=attempt.id,
        subject_title=str(attempt),
        actor=actor,
        data={"charged": charged, "billed_characters": attempt.billed_characters, "reason": reason},
    )


def _locked(attempt_id: str) -> Attempt:
    return Attempt.objects.select_for_update(no_key=True).get(id=attempt_id)


def _book_attempt(attempt: Attempt, billed_characters: int | None, trace_id: str) -> None:
    hold, fee_hold = lock_hold(attempt.hold_id)
    account = attempt.provider_account
    characters = attempt.estimated_characters if billed_characters is None else billed_characters
    at = attempt.sent_at or attempt.prepared_at
    amount = _amount(attempt, hold, characters, at)
    attempt.billed_characters, attempt.trace_id, attempt.ended_at = characters, trace_id, clock.now()
    if hold.state == Hold.State.OPEN:
        close_hold(hold, Hold.State.SETTLED)
    elif hold.state == Hold.State.RELEASED:
        # It is off the meters already.
        hold.state = Hold.State.SETTLED
        hold.save(update_fields=["state"])
    spoken = Spoken(
        account=account,
        model=attempt.model,
        voice_slug=attempt.voice_slug,
        vendor_voice_id=attempt.vendor_voice_id,
    )
    source = LedgerEntry.Source.ESTIMATED if billed_characters is None else LedgerEntry.Source.PROVIDER
    if characters or attempt.estimated_characters:
        ledger.book(
            Booking(
                key=f"attempt:{attempt.id}",
                kind=attempt.kind,
                at=at,
                payer=payer_of(hold),
                spoken=spoken,
                amount=amount,
                source=source,
                billed_characters=characters,
                estimated_characters=attempt.estimated_characters,
                attempt_id=attempt.id,
                trace_id=trace_id,
            )
        )
    if fee_hold is not None:
        _book_fee(attempt, fee_hold, spoken)


def _amount(attempt: Attempt, hold: Hold, characters: int, at: datetime) -> Money:
    """The price at `at`; where none stands any more, the price at which the call was held: what is paid is booked."""
    if not characters:
        return Money(0, hold.currency)
    try:
        return quote_speech(account=attempt.provider_account, model=attempt.model, characters=characters, at=at)
    except ConflictError:
        return Money(ceil_div(hold.amount_micros * characters, max(hold.characters, 1)), hold.currency)


def _book_fee(attempt: Attempt, fee_hold: Hold, spoken: Spoken) -> None:
    """The fee, once: its key is taken where an earlier first use was booked. A fee that was given back is due all the
    same when the use turns out to have happened."""
    if fee_hold.state == Hold.State.OPEN:
        close_hold(fee_hold, Hold.State.SETTLED)
    ledger.book(
        Booking(
            key=fee_hold.key,
            kind=LedgerEntry.Kind.ACTIVATION_FEE,
            at=attempt.sent_at or attempt.prepared_at,
            payer=payer_of(fee_hold),
            spoken=spoken,
            amount=Money(fee_hold.amount_micros, fee_hold.currency),
            # No provider reports a fee per call: it is known from the price list until the bill confirms it.
            source=LedgerEntry.Source.ESTIMATED,
            attempt_id=attempt.id,
            trace_id=attempt.trace_id,
        )
    )


def _note_failure(attempt: Attempt, failure: ProviderError | None) -> None:
    if failure is not None:
        attempt.error_category = failure.category
        attempt.error_code = failure.code or ""
        attempt.error_message = failure.message[:500]
        attempt.trace_id = failure.trace_id or attempt.trace_id
