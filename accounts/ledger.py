"""The only writer of the books. Entries are inserted, never changed; a key can be booked once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import clock, meters, metrics
from accounts.models import LedgerEntry, Meter, Project, ProviderAccount, Team, Token
from accounts.money import Money, month_of
from accounts.payer import Payer


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The voice side of an entry, as copied names: what was spoken with."""

    account: ProviderAccount
    model: str = ""
    voice_slug: str = ""
    vendor_voice_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One line to book. Characters are billed characters; `at` is when the money was spent (business time)."""

    key: str
    kind: str
    at: datetime
    payer: Payer
    spoken: Spoken
    amount: Money
    source: str
    billed_characters: int = 0
    estimated_characters: int = 0
    saved_characters: int = 0
    attempt_id: str = ""
    trace_id: str = ""
    corrects_id: str = ""
    reason: str = ""


def book(booking: Booking) -> LedgerEntry | None:
    """Insert the entry and count it on the meters; None where this key already stands (a redelivery)."""
    with transaction.atomic():
        if LedgerEntry.objects.filter(key=booking.key).exists():
            return None
        entry = _entry(booking)
        # Two that race for one key: the unique index lets one through and this transaction fails whole.
        entry.save(force_insert=True)
        meters.ensure(booking.payer, entry.period, (Meter.CHARACTERS, booking.amount.currency))
        for key, quantity in meters.lines(booking.payer, entry.period, booking.billed_characters, booking.amount):
            meters.spend(key, quantity)
        transaction.on_commit(lambda: metrics.count_entry(entry), robust=True)
        return entry


def book_saved(
    *,
    key: str,
    at: datetime,
    payer: Payer,
    spoken: Spoken,
    saved_characters: int,
    currency: str,
    attempt_id: str = "",
    trace_id: str = "",
) -> LedgerEntry | None:
    """Book a cache hit: nothing billed, `saved_characters` not paid again. `key` is `saved:<clip>:<position>`."""
    return book(
        Booking(
            key=key,
            kind=LedgerEntry.Kind.SAVED,
            at=at,
            payer=payer,
            spoken=spoken,
            amount=Money(0, currency),
            source=LedgerEntry.Source.PROVIDER,
            saved_characters=saved_characters,
            attempt_id=attempt_id,
            trace_id=trace_id,
        )
    )


def _entry(booking: Booking) -> LedgerEntry:
    team = Team.objects.get(id=booking.payer.team_id)
    project = Project.objects.filter(id=booking.payer.project_id, team=team).first()
    token = Token.objects.filter(id=booking.payer.token_id, team=team).first()
    account = booking.spoken.account
    return LedgerEntry(
        key=booking.key,
        at=booking.at,
        booked_at=clock.now(),
        period=month_of(booking.at, team.time_zone),
        kind=booking.kind,
        billed_characters=booking.billed_characters,
        estimated_characters=booking.estimated_characters,
        saved_characters=booking.saved_characters,
        source=booking.source,
        amount_micros=booking.amount.amount_micros,
        currency=booking.amount.currency,
        team_id=team.id,
        team_slug=team.slug,
        project_id=project.id if project else "",
        project_slug=project.slug if project else "",
        token_id=token.id if token else "",
        token_name=token.name if token else "",
        user_id=booking.payer.user_id or "",
        provider=account.provider,
        provider_account_id=account.id,
        provider_account_slug=account.slug,
        model=booking.spoken.model,
        voice_slug=booking.spoken.voice_slug,
        vendor_voice_id=booking.spoken.vendor_voice_id,
        attempt_id=booking.attempt_id,
        trace_id=booking.trace_id,
        corrects_id=booking.corrects_id,
        reason=booking.reason,
    )
