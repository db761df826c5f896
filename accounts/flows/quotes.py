"""What something costs at a provider account, at a moment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.errors import ConflictError
from accounts.models import Price, ProviderAccount
from accounts.money import Money
from accounts.pricing import PriceRow, amount, applicable


def quote_speech(*, account: ProviderAccount, model: str, characters: int, at: datetime) -> Money:
    """Money for `characters` billed characters of `model`. Raises ConflictError `price_missing`."""
    row = applicable(_rows(account), unit=Price.Unit.CHARACTER, model=model, at=at)
    if row is None:
        raise ConflictError(
            f"No price of {model} stands for {account.slug} at this time. Add one before spending.",
            code="price_missing",
            field="model",
        )
    return amount(row, characters)


def quote_fee(*, account: ProviderAccount, unit: str, at: datetime) -> tuple[Money, str] | None:
    """The one-off fee for a `clone` or `design` and when it is due (`clone`, `first_use`); None where it is free."""
    row = applicable(_rows(account), unit=unit, model="", at=at)
    if row is None or row.amount_micros == 0:
        return None
    return amount(row, 1), row.charged_on


def _rows(account: ProviderAccount) -> list[PriceRow]:
    prices = Price.objects.filter(
        Q(provider_account=account) | Q(provider_account__isnull=True, price_list=account.price_list)
    )
    return [
        PriceRow(
            model=price.model,
            unit=price.unit,
            amount_micros=price.amount_micros,
            per_units=price.per_units,
            currency=price.currency,
            charged_on=price.charged_on,
            valid_from=price.valid_from,
            valid_until=price.valid_until,
            is_of_account=price.provider_account_id is not None,
        )
        for price in prices
    ]
