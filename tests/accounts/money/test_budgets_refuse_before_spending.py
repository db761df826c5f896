"""Budgets: what does not fit is refused before anything is spent, and named."""

from datetime import UTC, datetime

import pytest

from accounts import clock
from accounts.errors import BudgetExceededError, ConflictError
from accounts.flows.holds import Fee, budgets_effect, place_hold, release_hold
from accounts.flows.verify import verify_ledger
from accounts.ids import new_id
from accounts.models import Budget, Hold, Meter
from accounts.money import Money, month_of
from accounts.payer import Payer

USD = "USD"


def _budget(cast, scope="team", target=None, **limits):
    target = target or cast.team.id
    return Budget.objects.create(team=cast.team, name=f"the {scope} budget", scope=scope, target_id=target, **limits)


def _hold(cast, characters, *, micros=0, currency=USD, payer=None, fee=None, key=None):
    return place_hold(
        payer=payer or Payer(cast.team.id, cast.project.id),
        key=key or new_id(),
        characters=characters,
        amount=Money(micros, currency),
        at=clock.now(),
        fee=fee,
    )


def test_a_hold_that_fills_the_budget_exactly_fits_and_the_next_character_does_not(cast):
    _budget(cast, characters=100)
    _hold(cast, 100)
    with pytest.raises(BudgetExceededError) as caught:
        _hold(cast, 1)
    assert caught.value.data["budget"]["name"] == "the team budget"
    assert caught.value.data["budget"]["remaining"] == 0
    assert Hold.objects.count() == 1


@pytest.mark.parametrize("scope", ["team", "project"])
def test_every_scope_refuses_by_itself(cast, scope):
    _budget(cast, scope, getattr(cast, scope).id, characters=10)
    with pytest.raises(BudgetExceededError) as caught:
        _hold(cast, 11)
    assert caught.value.data["budget"]["scope"] == scope


def test_a_refused_hold_leaves_every_meter_as_it_was(cast):
    _budget(cast, "project", cast.project.id, characters=10)
    with pytest.raises(BudgetExceededError):
        _hold(cast, 11)
    assert not Meter.objects.exclude(held=0).exists()


def test_a_released_hold_gives_the_room_back_once(cast):
    _budget(cast, characters=100)
    hold = _hold(cast, 100)
    release_hold(hold_id=hold.id)
    release_hold(hold_id=hold.id)
    _hold(cast, 100)
    assert verify_ledger() == []


def test_a_money_budget_counts_money_and_refuses_another_currency(cast):
    _budget(cast, amount_micros=1_000, currency=USD)
    _hold(cast, 5, micros=1_000)
    with pytest.raises(BudgetExceededError):
        _hold(cast, 5, micros=1)
    with pytest.raises(ConflictError) as caught:
        _hold(cast, 5, micros=1, currency="CNY")
    assert caught.value.code == "budget_currency_mismatch"


def test_a_soft_budget_refuses_nothing(cast):
    _budget(cast, characters=1, is_hard=False)
    _hold(cast, 1_000)


def test_a_budget_set_in_mid_month_counts_what_was_held_before_it(cast):
    _hold(cast, 90)
    _budget(cast, characters=100)
    with pytest.raises(BudgetExceededError):
        _hold(cast, 11)


def test_another_teams_spending_does_not_count(cast):
    _budget(cast, characters=10)
    _hold(cast, 1_000, payer=Payer(cast.other_team.id))
    _hold(cast, 10)


def test_parallel_first_uses_hold_one_fee(cast):
    fee = Fee("activation:home-1", Money(1_500_000, USD))
    _budget(cast, amount_micros=1_500_010, currency=USD)
    first, second = _hold(cast, 1, micros=1, fee=fee), _hold(cast, 1, micros=1, fee=fee)
    assert first.fee_hold == second.fee_hold
    release_hold(hold_id=first.id)
    assert Hold.objects.get(key=fee.key).state == Hold.State.OPEN
    release_hold(hold_id=second.id)
    assert Hold.objects.get(key=fee.key).state == Hold.State.RELEASED
    assert verify_ledger() == []


def test_a_fee_that_does_not_fit_refuses_the_whole_call(cast):
    _budget(cast, amount_micros=1_000_000, currency=USD)
    with pytest.raises(BudgetExceededError):
        _hold(cast, 1, micros=1, fee=Fee("activation:home-2", Money(1_500_000, USD)))
    assert not Hold.objects.exists()


def test_the_month_is_that_of_the_teams_time_zone():
    new_years_eve = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert month_of(new_years_eve, "UTC") == "2026-12"
    assert month_of(new_years_eve, "Asia/Shanghai") == "2027-01"


def test_an_estimate_names_every_budget_and_what_is_left(cast):
    _budget(cast, characters=100)
    _hold(cast, 30)
    effect = budgets_effect(payer=Payer(cast.team.id), characters=80, amount=Money(8_000, USD), at=clock.now())
    assert [(row["name"], row["remaining"], row["fits"]) for row in effect] == [("the team budget", 70, False)]
