"""Money as integer micro-units of one currency; rounding happens once, upwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in millionths of `currency` (ISO 4217 code)."""

    amount_micros: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added.")
        return Money(self.amount_micros + other.amount_micros, self.currency)

    def as_json(self) -> dict[str, int | str]:
        """The API's shape of money."""
        return {"amount_micros": self.amount_micros, "currency": self.currency}


def ceil_div(numerator: int, denominator: int) -> int:
    """Integer division, rounded up."""
    return -(-numerator // denominator)


def month_of(at: datetime, time_zone: str) -> str:
    """The budget and report period of a moment: `YYYY-MM` in the team's time zone."""
    return at.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m")
