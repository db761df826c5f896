"""Reserves: beyond the limit goes a critical call and nothing else, as far as the reserve and no further."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import clock
from accounts.errors import BudgetExceededError, ConflictError
from accounts.flows.holds import Fee, place_hold, release_hold
from accounts.flows.verify import verify_ledger
from accounts.ids import new_id
from accounts.models import Alert, Budget, Event, Hold, Meter
from accounts.money import Money
from accounts.payer import Payer
from tests.cast import make_team

USD = "USD"
LIMIT, RESERVE = 500, 200


def _budget(cast, scope="team", target=None, **limits):
    target = target or cast.team.id
    return Budget.objects.create(team=cast.team, name=f"the {scope} budget", scope=scope, target_id=target, **limits)


def _hold(cast, characters, *, micros=0, currency=USD, fee=None, is_critical=False):
    return place_hold(
        payer=Payer(cast.team.id, cast.project.id),
        key=new_id(),
        characters=characters,
        amount=Money(micros, currency),
        at=clock.now(),
        fee=fee,
        is_critical=is_critical,
    )


def _used(cast, unit="characters"):
    return sum(sum(pair) for pair in Meter.objects.filter(scope="team", unit=unit).values_list("held", "spent"))


def test_a_critical_call_uses_limit_and_reserve_to_the_last_character(cast):
    _budget(cast, characters=100, reserve_characters=20)
    _hold(cast, 100)
    _hold(cast, 20, is_critical=True)
    with pytest.raises(BudgetExceededError) as refusal:
        _hold(cast, 1, is_critical=True)
    assert (refusal.value.data["budget"]["remaining"], refusal.value.data["budget"]["reserve"]) == (0, 20)
    assert "its reserve counted" in refusal.value.detail


def test_other_calls_stop_at_the_limit_and_find_no_room_while_the_reserve_is_in_use(cast):
    _budget(cast, characters=100, reserve_characters=20)
    critical = _hold(cast, 110, is_critical=True)
    with pytest.raises(BudgetExceededError) as refusal:
        _hold(cast, 1)
    assert refusal.value.data["budget"]["remaining"] == 0
    release_hold(hold_id=critical.id)
    _hold(cast, 100)


def test_a_critical_call_within_the_limit_uses_no_reserve(cast):
    _budget(cast, characters=100, reserve_characters=20)
    _hold(cast, 100, is_critical=True)
    assert not Event.objects.filter(kind="budget.reserve_used").exists()


def test_a_budget_without_a_reserve_stops_a_critical_call_though_another_has_one(cast):
    _budget(cast, characters=100, reserve_characters=1_000)
    _budget(cast, "project", cast.project.id, characters=100)
    with pytest.raises(BudgetExceededError) as refusal:
        _hold(cast, 101, is_critical=True)
    assert refusal.value.data["budget"]["scope"] == "project"
    assert not Event.objects.filter(kind="budget.reserve_used").exists()
    assert not Meter.objects.exclude(held=0).exists()


def test_of_two_budgets_on_one_meter_the_one_that_leaves_less_counts(cast):
    _budget(cast, characters=100, reserve_characters=50)
    _budget(cast, characters=120)
    _hold(cast, 120, is_critical=True)
    with pytest.raises(BudgetExceededError):
        _hold(cast, 1, is_critical=True)


def test_the_fee_comes_out_of_the_reserve_of_money_and_another_currency_stays_refused(cast):
    _budget(cast, amount_micros=1_000, currency=USD, reserve_amount_micros=1_500_000)
    fee = Fee("activation:home-1", Money(1_500_000, USD))
    with pytest.raises(BudgetExceededError):
        _hold(cast, 2, micros=200, fee=fee)
    _hold(cast, 2, micros=200, fee=fee, is_critical=True)
    with pytest.raises(ConflictError):
        _hold(cast, 2, micros=200, currency="CNY", is_critical=True)


def test_the_first_use_of_a_reserve_is_told_once_a_month_and_by_mail(cast):
    budget = _budget(
        cast, characters=10, reserve_characters=50, amount_micros=100, currency=USD, reserve_amount_micros=5_000
    )
    for _ in range(3):
        _hold(cast, 12, micros=1_200, is_critical=True)
    event = Event.objects.get(kind="budget.reserve_used")
    assert (event.subject_id, event.data["unit"], event.data["used"]) == (budget.id, "characters", 2)
    assert Alert.objects.get().event == event


def test_the_largest_numbers_do_not_overflow(cast):
    _budget(cast, characters=2**63 - 1, reserve_characters=2**63 - 1)
    _hold(cast, 1_000, is_critical=True)


class ReservesHold(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(calls=st.lists(st.tuples(st.integers(1, 300), st.booleans(), st.booleans()), min_size=1, max_size=15))
    def test_nothing_passes_limit_and_reserve_and_other_calls_never_pass_the_limit(self, calls):
        cast = make_team()
        _budget(cast, characters=LIMIT, reserve_characters=RESERVE)
        for characters, is_critical, gives_back in calls:
            before = _used(cast)
            most = LIMIT + RESERVE if is_critical else LIMIT
            try:
                hold = _hold(cast, characters, is_critical=is_critical)
            except BudgetExceededError:
                assert before + characters > most
                assert _used(cast) == before
                continue
            assert _used(cast) == before + characters <= most
            if gives_back:
                release_hold(hold_id=hold.id)
        assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_pass_neither_the_limit_nor_the_reserve(cast):
    _budget(cast, characters=LIMIT, reserve_characters=RESERVE)
    start = threading.Barrier(8)

    def spend(number):
        placed = []
        try:
            start.wait()
            for _ in range(20):
                try:
                    hold = _hold(cast, 17, is_critical=number % 2 == 0)
                except BudgetExceededError:
                    continue
                placed.append((number % 2 == 0, hold.characters))
            return placed
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        placed = [pair for pairs in pool.map(spend, range(8)) for pair in pairs]
    others = sum(characters for is_critical, characters in placed if not is_critical)
    assert others <= LIMIT
    assert LIMIT < _used(cast) == sum(characters for _, characters in placed) <= LIMIT + RESERVE
    assert Hold.objects.count() == len(placed)
    assert Event.objects.filter(kind="budget.reserve_used").count() == 1
    assert verify_ledger() == []
