"""Which price applies, and what it makes of so many units. Pure: prices and time come in as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.money import Money, ceil_div


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price: `amount_micros` per `per_units`, for `model` (empty: every model), from/until business times."""

    model: str
    unit: str
    amount_micros: int
    per_units: int
    currency: str
    charged_on: str
    valid_from: datetime
    valid_until: datetime | None
    is_of_account: bool


def applicable(rows: Iterable[PriceRow], *, unit: str, model: str, at: datetime) -> PriceRow | None:
    """The price in force at `at`: the account's before the list's, the model's before the general, then the newest."""
    standing = [
        row
        for row in rows
        if row.unit == unit
        and row.model in ("", model)
        and row.valid_from <= at
        and (row.valid_until is None or at < row.valid_until)
    ]
    return max(standing, key=lambda row: (row.is_of_account, row.model != "", row.valid_from), default=None)


def amount(row: PriceRow, units: int) -> Money:
    """Money for `units`, rounded up once to a whole micro-unit."""
    return Money(ceil_div(units * row.amount_micros, row.per_units), row.currency)
