"""What stands above a list of the books: the sums of everything that is filtered, not only of the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import LedgerEntry
from accounts.money import Money

# Entries that an estimate was made for; fees, savings and corrections have none.
_SPOKEN = Q(kind__in=[LedgerEntry.Kind.SPEECH, LedgerEntry.Kind.PREVIEW, LedgerEntry.Kind.KEEPALIVE])


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a selection of entries; `difference` is billed minus estimated, of the spoken entries. Money is never
    added across currencies."""

    entries: int
    billed_characters: int
    saved_characters: int
    difference: int
    money: tuple[Money, ...]


def totals_of(entries: QuerySet[LedgerEntry]) -> Totals:
    """Totals of a selection, in one query."""
    rows = list(
        entries.order_by()
        .values("currency")
        .annotate(
            rows=Count("id"),
            billed=Sum("billed_characters"),
            saved=Sum("saved_characters"),
            difference=Sum(F("billed_characters") - F("estimated_characters"), filter=_SPOKEN, default=0),
            micros=Sum("amount_micros"),
        )
        .order_by("currency")
    )
    return Totals(
        entries=sum(row["rows"] for row in rows),
        billed_characters=int(sum(row["billed"] for row in rows)),
        saved_characters=int(sum(row["saved"] for row in rows)),
        difference=int(sum(row["difference"] for row in rows)),
        money=tuple(Money(int(row["micros"]), row["currency"]) for row in rows if row["currency"] and row["micros"]),
    )


def differing(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Spoken entries that were billed otherwise than estimated."""
    return entries.filter(_SPOKEN).exclude(billed_characters=F("estimated_characters"))


def agreeing(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Spoken entries that were billed as estimated."""
    return entries.filter(_SPOKEN, billed_characters=F("estimated_characters"))
