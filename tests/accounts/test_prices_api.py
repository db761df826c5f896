"""Prices: those of the lists a team uses, and its own agreements."""

from datetime import UTC, datetime

from accounts.models import Price
from tests.cast import make_account

PRICES = "/api/v1/prices"


def test_a_team_sees_the_lists_it_uses_and_its_own_agreements(cast):
    theirs = make_account(cast.other_team, price_list="minimax-mainland")
    values = {
        "price_list": "minimax-global", "unit": "character", "amount_micros": 1, "per_units": 1, "currency": "USD",
        "charged_on": "use", "valid_from": datetime(2026, 1, 1, tzinfo=UTC), "source": "agreement",
    }  # fmt: skip
    Price.objects.create(provider_account=cast.account, model="mine", **values)
    Price.objects.create(provider_account=theirs, model="theirs", **values)
    rows = cast.api("viewer").get(PRICES, {"limit": 500}).json()["results"]
    assert {row["price_list"] for row in rows} == {"minimax-global"}
    agreed = [row for row in rows if row["provider_account"]]
    assert [(row["model"], row["provider_account"]) for row in agreed] == [("mine", cast.account.slug)]
    assert agreed[0]["amount"] == {"amount_micros": 1, "currency": "USD"}
