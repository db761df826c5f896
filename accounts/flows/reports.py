"""The books as people read them: entries, totals, CSV. Read only; what was booked is never priced again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.errors import InvalidInputError
from accounts.models import LedgerEntry, Team, Token

GROUPS = {
    "voice": "voice_slug",
    "model": "model",
    "token": "token_id",
    "project": "project_slug",
    "provider_account": "provider_account_slug",
    "kind": "kind",
    "day": "day",
}
COLUMNS = (
    "id", "at", "booked_at", "kind", "billed_characters", "estimated_characters", "saved_characters", "source",
    "amount_micros", "currency", "voice_slug", "provider_account_slug", "vendor_voice_id", "model", "project_slug",
    "token_id", "token_name", "attempt_id", "trace_id", "corrects_id", "reason",
)  # fmt: skip
# A spreadsheet runs a cell that begins so.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilters:
    """What to read. Moments bound as [since, until); a plain date is a whole day in the team's time zone, both days
    included. `token` is an id or a prefix, `project` a slug or an id."""

    since: date | datetime | None = None
    until: date | datetime | None = None
    voice: str | None = None
    model: str | None = None
    token: str | None = None
    project: str | None = None
    kind: str | None = None


def ledger_entries(*, team: Team, filters: LedgerFilters) -> QuerySet[LedgerEntry]:
    """The team's entries that match, newest first."""
    zone = ZoneInfo(team.time_zone)
    entries = LedgerEntry.objects.filter(team_id=team.id).order_by("-id")
    if filters.since is not None:
        entries = entries.filter(at__gte=_moment(filters.since, zone, day_after=False))
    if filters.until is not None:
        entries = entries.filter(at__lt=_moment(filters.until, zone, day_after=True))
    if filters.voice is not None:
        entries = entries.filter(voice_slug=filters.voice)
    if filters.model is not None:
        entries = entries.filter(model=filters.model)
    if filters.kind is not None:
        entries = entries.filter(kind=filters.kind)
    if filters.project is not None:
        entries = entries.filter(Q(project_slug=filters.project) | Q(project_id=filters.project))
    if filters.token is not None:
        prefixed = Token.objects.filter(team=team, prefix=filters.token).values_list("id", flat=True)
        entries = entries.filter(Q(token_id=filters.token) | Q(token_id__in=list(prefixed)))
    return entries


def ledger_totals(*, team: Team, filters: LedgerFilters, group_by: Iterable[str]) -> list[dict[str, Any]]:
    """Sums per group and currency, in the order of the names.

    A row holds the group's names, `currency`, `billed_characters`, `estimated_characters`, `saved_characters`,
    `amount_micros`, `entries`. Raises InvalidInputError on `group_by`.
    """
    groups = list(dict.fromkeys(group_by))
    unknown = [group for group in groups if group not in GROUPS]
    if unknown:
        raise InvalidInputError(f"Group by any of {', '.join(GROUPS)}.", field="group_by", data={"unknown": unknown})
    entries = ledger_entries(team=team, filters=filters)
    if "day" in groups:
        entries = entries.annotate(day=TruncDate("at", tzinfo=ZoneInfo(team.time_zone)))
    columns = [GROUPS[group] for group in groups]
    names = {"token_name": Max("token_name")} if "token" in groups else {}
    rows = (
        entries.order_by()
        .values(*columns, "currency")
        .annotate(
            billed=Sum("billed_characters"),
            estimated=Sum("estimated_characters"),
            saved=Sum("saved_characters"),
            micros=Sum("amount_micros"),
            entries=Count("id"),
            **names,
        )
        .order_by(*columns, "currency")
    )
    return [_total(row, groups) for row in rows]


def ledger_csv(*, team: Team, filters: LedgerFilters) -> Iterator[str]:
    """The team's entries that match, as `csv_of` writes them."""
    return csv_of(ledger_entries(team=team, filters=filters))


def csv_of(entries: QuerySet[LedgerEntry]) -> Iterator[str]:
    """A selection of entries as lines of CSV, header first, read from the database in pieces.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay as they are.
    """
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for row in entries.values_list(*COLUMNS).iterator(chunk_size=2000):
        yield writer.writerow([cell(value) for value in row])


class Echo:
    """A file whose write gives back the line."""

    def write(self, line: str) -> str:
        return line


def _total(row: dict[str, Any], groups: list[str]) -> dict[str, Any]:
    total: dict[str, Any] = {group: row[GROUPS[group]] or None for group in groups}
    if "token" in groups:
        total["token_name"] = row["token_name"] or None
    return total | {
        "currency": row["currency"],
        "billed_characters": int(row["billed"]),
        "estimated_characters": int(row["estimated"]),
        "saved_characters": int(row["saved"]),
        "amount_micros": int(row["micros"]),
        "entries": row["entries"],
    }


def _moment(bound: date | datetime, zone: ZoneInfo, *, day_after: bool) -> datetime:
    if isinstance(bound, datetime):
        return bound
    return datetime.combine(bound + timedelta(days=1 if day_after else 0), time(), tzinfo=zone)


def cell(value: Any) -> Any:
    """A value as CSV shows it; what a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
