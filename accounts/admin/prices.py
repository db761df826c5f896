"""Prices: the published lists and what was agreed for one account. History is never priced again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.filters import ChoicesDropdownFilter, by_value
from accounts.admin.rights import rights_of
from accounts.admin.scoping import TeamAdmin
from accounts.admin.shown import moment, money, nowrap, number
from accounts.models import Price

_SHOWN: list[Any] = [
    "price_list", "provider_account", "model", "unit", "amount_micros", "per_units", "currency", "charged_on",
    "valid_from", "valid_until", "source",
]  # fmt: skip


@admin.register(Price)
class PricesAdmin(TeamAdmin[Price]):
    """Everybody reads the published lists and their own accounts' prices; a superuser adds prices and ends them. What
    a price said while it stood is not changed: a new price is a new row."""

    read_scope = "provider-accounts:read"
    list_display = ["price_list", "account", "shown_model", "unit", "price", "charged_on", "since", "until"]
    list_select_related = ["provider_account"]
    list_filter = [
        by_value("price_list", _("price list")),
        ("unit", ChoicesDropdownFilter),
        ("charged_on", ChoicesDropdownFilter),
    ]
    search_fields = ["model", "price_list"]
    fields = _SHOWN
    ordering = ["price_list", "unit", "model", "-valid_from"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        rights = rights_of(request)
        own = Q(provider_account__isnull=True) | Q(provider_account__team_id__in=rights.teams(self.read_scope))
        rows = super(TeamAdmin, self).get_queryset(request) if rights.is_superuser else Price.objects.filter(own)
        return rows.order_by(*self.ordering)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, self.read_scope)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return rights_of(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return rights_of(request).is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else [name for name in _SHOWN if name != "valid_until"]

    @display(description=_("Provider account"), ordering="provider_account")
    def account(self, price: Price) -> Any:
        return price.provider_account or _("all with this list")

    @display(description=_("Model"), ordering="model")
    def shown_model(self, price: Price) -> Any:
        return price.model or _("every model")

    @display(description=_("Price"), ordering="amount_micros")
    def price(self, price: Price) -> str:
        amount = money(price.amount_micros, price.currency)
        return amount if price.per_units == 1 else f"{amount} / {number(price.per_units)}"

    @display(description=_("Valid from"), ordering="valid_from")
    def since(self, price: Price) -> str:
        return nowrap(moment(price.valid_from))

    @display(description=_("Valid until"), ordering="valid_until")
    def until(self, price: Price) -> str:
        return nowrap(moment(price.valid_until))
