"""Proof that the books are whole: triggers stand, holds, attempts, entries and meters agree, seals verify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, F, OuterRef

from accounts import meters, seals, triggers
from accounts.flows.holds import amount_of, payer_of
from accounts.models import Attempt, Hold, LedgerEntry, Meter
from accounts.money import Money
from accounts.payer import Payer

_PER_ATTEMPT = (LedgerEntry.Kind.SPEECH, LedgerEntry.Kind.PREVIEW, LedgerEntry.Kind.KEEPALIVE)


def verify_ledger() -> list[str]:
    """Sentences about everything that does not agree; empty when the books are whole."""
    return [
        *(f"The trigger {name} is missing." for name in triggers.missing(connection)),
        *_attempts_without_entry(),
        *_entries_without_attempt(),
        *_holds_that_disagree(),
        *_meters_that_disagree(),
        *seals.broken_seals(),
    ]


def _attempts_without_entry() -> Iterator[str]:
    booked = LedgerEntry.objects.filter(attempt_id=OuterRef("id"), kind__in=_PER_ATTEMPT)
    paid = Attempt.objects.filter(state=Attempt.State.SETTLED, billed_characters__gt=0)
    for attempt in paid.filter(~Exists(booked)):
        yield f"Attempt {attempt.id} was paid and is not in the ledger."
    for attempt in paid.filter(~Exists(booked.filter(billed_characters=OuterRef("billed_characters"))), Exists(booked)):
        yield f"Attempt {attempt.id} and its ledger entry name different billed characters."


def _entries_without_attempt() -> Iterator[str]:
    settled = Attempt.objects.filter(id=OuterRef("attempt_id"), state=Attempt.State.SETTLED)
    for entry in LedgerEntry.objects.filter(kind__in=_PER_ATTEMPT).filter(~Exists(settled)):
        yield f"Ledger entry {entry.id} stands for no settled attempt."


def _holds_that_disagree() -> Iterator[str]:
    waiting = [Attempt.State.PREPARED, Attempt.State.SENT, Attempt.State.UNKNOWN]
    for attempt in Attempt.objects.filter(state__in=waiting).exclude(hold__state=Hold.State.OPEN):
        yield f"Attempt {attempt.id} is {attempt.state}, but its hold {attempt.hold_id} is not open."
    settled = Attempt.objects.filter(state=Attempt.State.SETTLED)
    for attempt in settled.exclude(hold__state=Hold.State.SETTLED):
        yield f"Attempt {attempt.id} is settled, but its hold {attempt.hold_id} is not."
    fees = Hold.objects.filter(state=Hold.State.SETTLED, key__startswith="activation:")
    for hold in fees.filter(~Exists(LedgerEntry.objects.filter(key=OuterRef("key"), amount_micros=F("amount_micros")))):
        yield f"The fee {hold.key} is settled and not in the ledger."


def _meters_that_disagree() -> Iterator[str]:
    held: Counter[meters.MeterKey] = Counter()
    for hold in Hold.objects.filter(state=Hold.State.OPEN).iterator():
        held.update(dict(meters.lines(payer_of(hold), hold.period, hold.characters, amount_of(hold))))
    spent: Counter[meters.MeterKey] = Counter()
    for entry in LedgerEntry.objects.iterator():
        payer = Payer(entry.team_id, entry.project_id or None, entry.token_id or None)
        amount = Money(entry.amount_micros, entry.currency)
        spent.update(dict(meters.lines(payer, entry.period, entry.billed_characters, amount)))
    for meter in Meter.objects.iterator():
        key = meters.MeterKey(meter.scope, meter.target_id, meter.period, meter.unit)
        if (meter.held, meter.spent) != (held.pop(key, 0), spent.pop(key, 0)):
            yield f"The meter of {meter} does not agree with holds and entries."
    for key in {**held, **spent}:
        yield f"There is no meter for {key.scope} {key.target_id} {key.period} {key.unit}."
