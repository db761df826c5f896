"""What an account has and what a request would cost: GET /api/v3/balance, POST /api/v3/model/price. Both free."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.errors import ProviderError, malformed
from providers.minimax.answers import json_object, mapping, text
from providers.quotes import Balance, Quote
from providers.types import Account, AccountCheck, Operation, SpeechRequest
from providers.verdicts import verdict_of
from providers.wavespeed import answers, limits
from providers.wavespeed.checks import check_speech
from providers.wavespeed.speech import body

_MICROS = 1_000_000


def balance(account: Account) -> Operation[Balance]:
    """What is left, in dollars."""
    asked = answers.get(account, "balance", operation="balance")
    left = _micros(answers.read(asked, (yield asked)).get("balance"))
    if left is None:
        raise malformed(asked, "no balance in it", http_status=200)
    return Balance(left, limits.CURRENCY)


def price(account: Account, request: SpeechRequest) -> Operation[Quote]:
    """What a synthesis would cost, discount included. The numbers were seen inside ``data`` and beside it."""
    check_speech(request)
    asked = answers.post(
        account,
        "model/price",
        operation="model_price",
        json={"model_id": limits.MODEL_PATHS[request.model], "inputs": body(account, request)},
        repeatable=True,
    )
    response = yield asked
    told = json_object(response.content) or {}
    data: dict[str, Any] = told if "price" in told and response.status == 200 else answers.read(asked, response)
    amount = _micros(data.get("discounted_price"))
    amount = _micros(data.get("price")) if amount is None else amount
    if amount is None:
        raise malformed(asked, "no price in it", http_status=200)
    told_currency = text(mapping(data).get("currency")).upper()
    return Quote(amount, told_currency if re.fullmatch(r"[A-Z]{3}", told_currency) else limits.CURRENCY)


def check_account(account: Account) -> Operation[AccountCheck]:
    """Proves key and address by asking for the balance. Never raises ``ProviderError``."""
    try:
        left = yield from balance(account)
    except ProviderError as error:
        return AccountCheck(
            ok=False, verdict=verdict_of(error), finding=error.message, code=error.code, trace_id=error.trace_id
        )
    told = f"Balance {left.amount_micros / _MICROS:.2f} {left.currency}"
    if left.amount_micros <= 0:
        return AccountCheck(ok=False, verdict="balance_empty", finding=f"{told}: nothing can be paid")
    return AccountCheck(ok=True, verdict="ok", finding=told)


def _micros(value: object) -> int | None:
    """An amount as a number or as a text of one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return round(amount * _MICROS) if amount.is_finite() and abs(amount) < 10**12 else None
