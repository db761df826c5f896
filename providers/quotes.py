"""The words for money that a provider tells about itself: values only. Amounts in millionths of the currency."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of an account; negative when it is overdrawn."""

    amount_micros: int
    currency: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What one request would cost, as the provider says before it is made."""

    amount_micros: int
    currency: str
