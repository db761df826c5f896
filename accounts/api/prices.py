"""What a team's provider accounts charge, with the dates between which it holds."""

from __future__ import annotations

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters
from accounts.api.openapi import page_of
from accounts.api.outputs import MoneyOutput, Output
from accounts.api.views import TeamView
from accounts.models import Price, ProviderAccount


class PriceOutput(Output):
    id = serializers.CharField()
    price_list = serializers.CharField()
    provider_account = serializers.CharField(allow_null=True, help_text="Slug, for a price agreed for one account.")
    model = serializers.CharField(allow_null=True, help_text="Null: every model.")
    unit = serializers.ChoiceField(Price.Unit.values)
    amount = MoneyOutput()
    per_units = serializers.IntegerField()
    charged_on = serializers.ChoiceField(Price.ChargedOn.values)
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]


class PricesView(TeamView):
    scopes = {"GET": "provider-accounts:read"}

    @extend_schema(operation_id="prices_list", parameters=[Filters], responses={200: page_of(PriceOutput)})
    def get(self, request: Request) -> Response:
        """Prices of the lists that the team's provider accounts use, and those agreed for its accounts."""
        self.filters(Filters)
        accounts = ProviderAccount.objects.filter(team=self.team)
        lists = Q(provider_account=None, price_list__in=accounts.values("price_list"))
        prices = Price.objects.filter(lists | Q(provider_account__in=accounts)).select_related("provider_account")
        return self.page(prices, _price_json)


def _price_json(price: Price) -> dict[str, object]:
    return PriceOutput.of(
        {
            "id": price.id,
            "price_list": price.price_list,
            "provider_account": price.provider_account.slug if price.provider_account else None,
            "model": price.model or None,
            "unit": price.unit,
            "amount": {"amount_micros": price.amount_micros, "currency": price.currency},
            "per_units": price.per_units,
            "charged_on": price.charged_on,
            "valid_from": price.valid_from,
            "valid_until": price.valid_until,
            "source": price.source,
        }
    )
