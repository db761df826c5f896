"""The books as a table: totals of a selection, and its CSV. Shared by the API and the admin."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from accounts.models import LedgerEntry
from accounts.money import Money

_COLUMNS: tuple[tuple[str, Callable[[LedgerEntry], Any]], ...] = (
    ("id", lambda entry: entry.id),
    ("at", lambda entry: entry.at.isoformat()),
    ("booked_at", lambda entry: entry.booked_at.isoformat()),
    ("period", lambda entry: entry.period),
    ("kind", lambda entry: entry.kind),
    ("billed_characters", lambda entry: entry.billed_characters),
    ("estimated_characters", lambda entry: entry.estimated_characters),
    ("saved_characters", lambda entry: entry.saved_characters),
    ("source", lambda entry: entry.source),
    ("amount_micros", lambda entry: entry.amount_micros),
    ("currency", lambda entry: entry.currency),
    ("team", lambda entry: entry.team_slug),
    ("project", lambda entry: entry.project_slug),
    ("token", lambda entry: entry.token_name),
    ("provider", lambda entry: entry.provider),
    ("provider_account", lambda entry: entry.provider_account_slug),
    ("model", lambda entry: entry.model),
    ("voice", lambda entry: entry.voice_slug),
    ("provider_voice_id", lambda entry: entry.vendor_voice_id),
    ("attempt", lambda entry: entry.attempt_id),
    ("trace_id", lambda entry: entry.trace_id),
    ("corrects", lambda entry: entry.corrects_id),
    ("reason", lambda entry: entry.reason),
)
COLUMNS: tuple[str, ...] = tuple(name for name, _ in _COLUMNS)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a selection of entries. Money is never added across currencies."""

    entries: int
    billed_characters: int
    estimated_characters: int
    saved_characters: int
    money: tuple[Money, ...]

    @property
    def difference(self) -> int:
        """How many characters more than we estimated were billed."""
        return self.billed_characters - self.estimated_characters


def totals_of(entries: QuerySet[LedgerEntry]) -> Totals:
    """Totals of a selection, in one query per currency group and none per row."""
    rows = list(
        entries.order_by()
        .values("currency")
        .annotate(
            rows=Count("id"),
            billed=Sum("billed_characters"),
            estimated=Sum("estimated_characters"),
            saved=Sum("saved_characters"),
            micros=Sum("amount_micros"),
        )
        .order_by("currency")
    )
    return Totals(
        entries=sum(row["rows"] for row in rows),
        billed_characters=sum(row["billed"] for row in rows),
        estimated_characters=sum(row["estimated"] for row in rows),
        saved_characters=sum(row["saved"] for row in rows),
        money=tuple(Money(row["micros"], row["currency"]) for row in rows if row["currency"]),
    )


def differing(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Entries whose billed characters are not those we estimated."""
    return entries.filter(kind__in=_SPOKEN).exclude(billed_characters=F("estimated_characters"))


def csv_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The CSV of a selection, line by line, header first. Times are ISO 8601, money is in millionths."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        yield writer.writerow([_cell(read(entry)) for _, read in _COLUMNS])


_SPOKEN = (LedgerEntry.Kind.SPEECH, LedgerEntry.Kind.PREVIEW, LedgerEntry.Kind.KEEPALIVE)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


def _cell(value: Any) -> Any:
    # A spreadsheet takes these for a formula; names and reasons are typed by people.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
