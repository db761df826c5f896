"""MiniMax's published list prices and fees, loaded after migrations. A changed price is a new row with its own date."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from accounts.models import Price

_SINCE = datetime(2025, 1, 1, tzinfo=UTC)
_HD = ("speech-2.8-hd", "speech-2.6-hd", "speech-02-hd")
_TURBO = ("speech-2.8-turbo", "speech-2.6-turbo", "speech-02-turbo")
_GLOBAL = "MiniMax pay-as-you-go page, global"
_MAINLAND = "MiniMax pay-as-you-go page, mainland"


def _speech(
    models: tuple[str, ...], price_list: str, amount_micros: int, per: int, currency: str, source: str
) -> list[dict[str, Any]]:
    return [
        {
            "price_list": price_list,
            "model": model,
            "unit": Price.Unit.CHARACTER,
            "amount_micros": amount_micros,
            "per_units": per,
            "currency": currency,
            "charged_on": Price.ChargedOn.USE,
            "source": source,
        }
        for model in models
    ]


def _fee(unit: str, price_list: str, amount_micros: int, currency: str, source: str) -> dict[str, Any]:
    return {
        "price_list": price_list,
        "model": "",
        "unit": unit,
        "amount_micros": amount_micros,
        "per_units": 1,
        "currency": currency,
        "charged_on": Price.ChargedOn.FIRST_USE,
        "source": source,
    }


LIST_PRICES: list[dict[str, Any]] = [
    # 100 and 60 USD per million billed characters.
    *_speech(_HD, "minimax-global", 100_000_000, 1_000_000, "USD", _GLOBAL),
    *_speech(_TURBO, "minimax-global", 60_000_000, 1_000_000, "USD", _GLOBAL),
    _fee(Price.Unit.CLONE, "minimax-global", 1_500_000, "USD", _GLOBAL),
    _fee(Price.Unit.DESIGN, "minimax-global", 3_000_000, "USD", _GLOBAL),
    # 3.5 and 2 CNY per ten thousand.
    *_speech(_HD, "minimax-mainland", 3_500_000, 10_000, "CNY", _MAINLAND),
    *_speech(_TURBO, "minimax-mainland", 2_000_000, 10_000, "CNY", _MAINLAND),
    _fee(Price.Unit.CLONE, "minimax-mainland", 9_900_000, "CNY", _MAINLAND),
    _fee(Price.Unit.DESIGN, "minimax-mainland", 9_900_000, "CNY", _MAINLAND),
]


def load() -> int:
    """Insert the list prices that are not there yet; returns how many. What an operator changed stays as it is."""
    created = 0
    for price in LIST_PRICES:
        key = {"price_list": price["price_list"], "model": price["model"], "unit": price["unit"]}
        _row, is_new = Price.objects.get_or_create(**key, provider_account=None, valid_from=_SINCE, defaults=price)
        created += is_new
    return created
