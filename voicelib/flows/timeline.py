"""The life of a voice: every event about it, and what the paid calls of these events cost."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet, Sum

from accounts.models import Event, LedgerEntry
from accounts.money import Money
from voicelib.models import Voice


def events_of(*, voice: Voice) -> QuerySet[Event]:
    """Every event with the voice as subject, newest first."""
    return Event.objects.filter(team_id=voice.team_id, subject_type="voice", subject_id=voice.id).order_by("-id")


def costs_of(*, events: Iterable[Event]) -> dict[str, Money]:
    """What is booked for the paid call that an event names, its fee included, by the id of the event.

    Events of one team. One without a call, or whose call is not booked, has no entry. One query.
    """
    calls = {event.id: event for event in events if event.data.get("attempt")}
    if not calls:
        return {}
    booked = LedgerEntry.objects.filter(
        team_id__in={event.team_id for event in calls.values()},
        attempt_id__in={event.data["attempt"] for event in calls.values()},
    )
    # Of two currencies for one call, the same one is told every time.
    rows = booked.values("attempt_id", "currency").annotate(micros=Sum("amount_micros")).order_by("-currency")
    by_call = {row["attempt_id"]: Money(row["micros"], row["currency"]) for row in rows}
    return {id_: by_call[event.data["attempt"]] for id_, event in calls.items() if event.data["attempt"] in by_call}
