"""Published list prices and fees, loaded after migrations. A changed price is a new row with its own date.

`source` says where a figure was seen. "Assumed" is a planning figure where a reseller publishes none: enter the price
you agreed before you trust the totals. A fee nobody publishes is no row: it is not booked until a bill shows it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from accounts.models import Price

_SINCE = datetime(2025, 1, 1, tzinfo=UTC)
_HD = ("speech-2.8-hd", "speech-2.6-hd", "speech-02-hd")
_TURBO = ("speech-2.8-turbo", "speech-2.6-turbo", "speech-02-turbo")
# Resellers offer the previews of 2.5 as well, and name models as MiniMax does.
_RESOLD_HD = (*_HD, "speech-2.5-hd-preview")
_RESOLD_TURBO = (*_TURBO, "speech-2.5-turbo-preview")
_GLOBAL = "MiniMax pay-as-you-go page, global"
_MAINLAND = "MiniMax pay-as-you-go page, mainland"

_AS_GLOBAL = "Assumed: as MiniMax's list, global"
_AS_MAINLAND = "Assumed: as MiniMax's list, mainland"
_UMODELVERSE = "UModelverse's page of t2a_v2"
_OPENAI = "OpenAI's pages of the models"
_OPENAI_BY_TOKENS = "Assumed: billed by tokens, about 0.015 USD a minute; as tts-1"
_WAVESPEED = "WaveSpeed's model pages; every character is one unit"
_AS_WAVESPEED = "Assumed: as WaveSpeed's dearest of this kind"


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


def _other(models: tuple[str, ...], *known: str) -> tuple[str, ...]:
    return tuple(model for model in models if model not in known)


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
    # Novita and its sisters outside of the mainland publish one price (2.8-turbo); PPIO's pages name none.
    *_speech(("speech-2.8-turbo",), "novita", 60_000_000, 1_000_000, "USD", "Novita's model page"),
    *_speech(_other(_RESOLD_TURBO, "speech-2.8-turbo"), "novita", 60_000_000, 1_000_000, "USD", _AS_GLOBAL),
    *_speech(_RESOLD_HD, "novita", 100_000_000, 1_000_000, "USD", _AS_GLOBAL),
    _fee(Price.Unit.CLONE, "novita", 1_500_000, "USD", _AS_GLOBAL),
    *_speech(_RESOLD_HD, "ppio", 3_500_000, 10_000, "CNY", _AS_MAINLAND),
    *_speech(_RESOLD_TURBO, "ppio", 2_000_000, 10_000, "CNY", _AS_MAINLAND),
    _fee(Price.Unit.CLONE, "ppio", 9_900_000, "CNY", _AS_MAINLAND),
    # 3.5 and 2 CNY per ten thousand; no cloning is documented.
    *_speech(_HD, "umodelverse", 3_500_000, 10_000, "CNY", _UMODELVERSE),
    *_speech(_TURBO, "umodelverse", 2_000_000, 10_000, "CNY", _UMODELVERSE),
    # USD per thousand characters; no fee of a clone is published.
    *_speech(("speech-02-hd",), "wavespeed", 50_000, 1_000, "USD", _WAVESPEED),
    *_speech(("speech-02-turbo",), "wavespeed", 30_000, 1_000, "USD", _WAVESPEED),
    *_speech(("speech-2.5-turbo-preview",), "wavespeed", 40_000, 1_000, "USD", _WAVESPEED),
    *_speech(("speech-2.6-hd",), "wavespeed", 100_000, 1_000, "USD", _WAVESPEED),
    *_speech(("speech-2.6-turbo",), "wavespeed", 60_000, 1_000, "USD", _WAVESPEED),
    *_speech(("speech-2.5-hd-preview", "speech-2.8-hd"), "wavespeed", 100_000, 1_000, "USD", _AS_WAVESPEED),
    *_speech(("speech-2.8-turbo",), "wavespeed", 60_000, 1_000, "USD", _AS_WAVESPEED),
    # 15 and 30 USD per million characters; the newest model is billed by tokens, of what is said and of its sound.
    *_speech(("tts-1",), "openai", 15_000_000, 1_000_000, "USD", _OPENAI),
    *_speech(("tts-1-hd",), "openai", 30_000_000, 1_000_000, "USD", _OPENAI),
    *_speech(("gpt-4o-mini-tts",), "openai", 15_000_000, 1_000_000, "USD", _OPENAI_BY_TOKENS),
    # A server of one's own: every model of it.
    *_speech(("",), "free", 0, 1, "USD", "A server of one's own charges nothing"),
]


def load() -> int:
    """Insert the list prices that are not there yet; returns how many. What an operator changed stays as it is."""
    created = 0
    for price in LIST_PRICES:
        key = {"price_list": price["price_list"], "model": price["model"], "unit": price["unit"]}
        _row, is_new = Price.objects.get_or_create(**key, provider_account=None, valid_from=_SINCE, defaults=price)
        created += is_new
    return created
