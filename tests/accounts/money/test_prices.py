"""Which price applies when, and that rounding happens once, upwards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts import clock, list_prices
from accounts.errors import ConflictError
from accounts.flows.quotes import quote_fee, quote_speech
from accounts.models import Price
from accounts.money import Money
from accounts.pricing import PriceRow, amount, applicable

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def _row(micros=100, *, model="", start=T0, until=None, of_account=False, per=1):
    return PriceRow(model, "character", micros, per, "USD", "use", start, until, of_account)


def test_the_models_own_price_goes_before_the_general_and_the_accounts_before_the_lists():
    general, special, agreed = _row(1), _row(2, model="m"), _row(3, of_account=True)
    at = T0 + timedelta(days=1)
    assert applicable([general, special], unit="character", model="m", at=at) == special
    assert applicable([general, special, agreed], unit="character", model="m", at=at) == agreed


def test_a_price_applies_from_its_first_moment_to_before_its_last():
    until = T0 + timedelta(days=1)
    old, new = _row(1, until=until), _row(2, start=until)
    assert applicable([old, new], unit="character", model="m", at=until - timedelta(microseconds=1)) == old
    assert applicable([old, new], unit="character", model="m", at=until) == new
    assert applicable([old], unit="character", model="m", at=until) is None
    assert applicable([old], unit="character", model="m", at=T0 - timedelta(seconds=1)) is None


@given(units=st.integers(0, 10**9), micros=st.integers(0, 10**9), per=st.integers(1, 10**7))
def test_rounding_is_upwards_by_less_than_one_micro(units, micros, per):
    made = amount(_row(micros, per=per), units).amount_micros
    assert 0 <= made * per - units * micros < per


def test_minimax_list_prices_stand_after_migration_and_load_again_without_doubles(cast):
    before = Price.objects.count()
    assert list_prices.load() == 0
    assert Price.objects.count() == before == len(list_prices.LIST_PRICES)
    now = clock.now()
    assert quote_speech(account=cast.account, model="speech-2.8-hd", characters=7, at=now).amount_micros == 700
    assert quote_speech(account=cast.account, model="speech-2.6-turbo", characters=7, at=now).amount_micros == 420
    assert quote_fee(account=cast.account, unit="clone", at=now) == (Money(1_500_000, "USD"), "first_use")


def test_the_mainland_counts_in_yuan(cast):
    cast.account.price_list = "minimax-mainland"
    quote = quote_speech(account=cast.account, model="speech-2.8-hd", characters=3, at=clock.now())
    assert quote.as_json() == {"amount_micros": 1_050, "currency": "CNY"}


def test_a_model_without_a_price_is_refused_by_name(cast):
    with pytest.raises(ConflictError) as caught:
        quote_speech(account=cast.account, model="speech-99", characters=1, at=clock.now())
    assert (caught.value.code, caught.value.field) == ("price_missing", "model")


@pytest.mark.parametrize("agreed", [False, True], ids=["of the list", "of the account"])
def test_two_prices_of_one_moment_cannot_stand(cast, agreed):
    price = {
        "price_list": "minimax-global",
        "provider_account": cast.account if agreed else None,
        "model": "m",
        "unit": "character",
        "amount_micros": 1,
        "currency": "USD",
        "charged_on": "use",
        "valid_from": T0,
        "source": "contract",
    }
    Price.objects.create(**price)
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.create(**price)


@pytest.mark.parametrize(
    ("price_list", "model", "characters", "money"),
    [
        # Novita's page: 60 USD per million.
        ("novita", "speech-2.8-turbo", 1_000, Money(60_000, "USD")),
        ("ppio", "speech-02-hd", 10_000, Money(3_500_000, "CNY")),
        # UModelverse's page: 3.5 and 2 CNY per 10,000.
        ("umodelverse", "speech-2.6-hd", 10_000, Money(3_500_000, "CNY")),
        ("umodelverse", "speech-02-turbo", 10_000, Money(2_000_000, "CNY")),
        # WaveSpeed's pages, USD per 1,000.
        ("wavespeed", "speech-02-hd", 1_000, Money(50_000, "USD")),
        ("wavespeed", "speech-2.6-hd", 1_000, Money(100_000, "USD")),
        ("free", "tts-1", 1_000_000, Money(0, "USD")),
    ],
)
def test_the_prices_of_resellers_stand(cast, price_list, model, characters, money):
    cast.account.price_list = price_list
    assert quote_speech(account=cast.account, model=model, characters=characters, at=clock.now()) == money


@pytest.mark.parametrize("price_list", ["umodelverse", "wavespeed", "free"])
def test_a_fee_that_nobody_publishes_is_not_made_up(cast, price_list):
    cast.account.price_list = price_list
    assert quote_fee(account=cast.account, unit="clone", at=clock.now()) is None


def test_a_figure_that_was_not_seen_says_so(cast):
    assumed = Price.objects.filter(price_list="novita", model="speech-02-hd").get()
    assert assumed.source.startswith("Assumed")


def test_an_unknown_list_has_no_price_and_so_nothing_is_spent(cast):
    cast.account.price_list = "elsewhere"
    with pytest.raises(ConflictError):
        quote_speech(account=cast.account, model="speech-2.8-hd", characters=1, at=clock.now())
