"""An empty budget and a voice about to die: what a reserve pays for, when, and what it never pays for."""

import pytest

from accounts import clock
from accounts.errors import BudgetExceededError
from accounts.flows.budgets import change_budget, set_budget
from accounts.flows.holds import place_hold
from accounts.flows.verify import verify_ledger
from accounts.ids import new_id
from accounts.models import Event, Hold, LedgerEntry, Meter
from accounts.money import Money
from voicelib.flows.activation import ask_activation
from voicelib.models import ProviderVoice

State = ProviderVoice.State
USD = "USD"
# The clone fee of the list price and the cheapest call fit into it, once.
ENOUGH = Money(3_100_000, USD)


@pytest.fixture
def empty_budget(cast, actor):
    """`empty_budget(reserve)` limits the team to next to nothing; `reserve` (Money or None) is on top of it."""

    def make(reserve):
        return set_budget(
            team=cast.team,
            scope="team",
            target=None,
            characters=None,
            amount=Money(1, USD),
            reserve_amount=reserve,
            name="Winter",
            actor=actor,
        )

    return make


def told(kind):
    return Event.objects.filter(kind=kind).order_by("id")


def left(home):
    home.refresh_from_db()
    return (home.expires_at - clock.now()).total_seconds() / 3600


def test_at_the_margin_it_is_told_and_tried_on_and_in_the_last_hours_the_reserve_pays(
    clone, empty_budget, advance, vendor
):
    home = clone()
    budget = empty_budget(ENOUGH)

    advance(hours=156, step_hours=1)
    assert left(home) > 6
    assert (home.state, vendor.bill()) == (State.TEMPORARY, [])
    assert [event.data["budget"]["name"] for event in told("voice.activation_unpaid")] == ["Winter"]
    assert home.tries > 3
    assert not told("budget.reserve_used").exists()

    advance(hours=8, step_hours=0.5)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == ["activation_fee", "keepalive"]
    used = told("budget.reserve_used").get()
    assert (used.subject_id, used.data["unit"], used.data["limit"]) == (budget.id, USD, 1)
    assert used.data["for"] == f"activation:{home.id}"
    meter = Meter.objects.get(scope="team", unit=USD)
    assert 1 < meter.held + meter.spent <= 1 + ENOUGH.amount_micros
    assert verify_ledger() == []


def test_a_clip_is_refused_while_the_reserve_is_untouched_and_while_it_is_used(clone, empty_budget, advance, payer):
    def clip():
        return place_hold(payer=payer, key=new_id(), characters=10, amount=Money(1_000, USD), at=clock.now())

    home = clone()
    empty_budget(ENOUGH)
    advance(hours=144, step_hours=24)
    with pytest.raises(BudgetExceededError) as refusal:
        clip()
    assert refusal.value.data["budget"]["remaining"] == 1
    advance(hours=22, step_hours=1)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    with pytest.raises(BudgetExceededError) as refusal:
        clip()
    assert refusal.value.data["budget"]["remaining"] == 0


def test_a_reserve_that_is_empty_too_lets_the_voice_lapse_with_the_reason(clone, empty_budget, advance, vendor):
    home = clone()
    empty_budget(Money(1_000, USD))
    advance(hours=172, step_hours=1)
    home.refresh_from_db()
    assert (home.state, vendor.bill()) == (State.LAPSED, [])
    missed = told("voice.activation_missed").get()
    assert missed.data["error"]["code"] == "budget_exceeded"
    assert "its reserve counted" in missed.data["error"]["message"]
    # Once that the budget is full, once that the reserve is too small.
    assert ["reserve" in event.data["budget"] for event in told("voice.activation_unpaid")] == [False, True]
    assert not told("budget.reserve_used").exists()
    assert not Hold.objects.filter(state="open").exists()


def test_without_a_reserve_nothing_goes_beyond_the_limit(clone, empty_budget, advance, vendor):
    home = clone()
    empty_budget(None)
    advance(hours=172, step_hours=2)
    home.refresh_from_db()
    assert (home.state, vendor.bill()) == (State.LAPSED, [])


def test_two_voices_share_the_reserve_and_it_is_told_once_a_month(clone, make_voice, empty_budget, advance, vendor):
    first, second = clone(), clone(of=make_voice("second"))
    empty_budget(Money(2 * ENOUGH.amount_micros, USD))
    advance(hours=167, step_hours=1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert {first.state, second.state} == {State.PERMANENT}
    assert len(vendor.bill("clone_fee")) == 2
    months = [event.data["month"] for event in told("budget.reserve_used")]
    assert months == sorted(set(months))


def test_a_reserve_given_in_the_last_hours_still_saves_the_voice(cast, actor, clone, empty_budget, advance):
    home = clone()
    budget = empty_budget(None)
    advance(hours=165, step_hours=5)
    assert left(home) < 6
    change_budget(team=cast.team, budget_id=budget.id, changes={"reserve_amount": ENOUGH}, actor=actor)
    advance(hours=2, step_hours=0.25)
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def test_a_person_who_activates_by_hand_is_not_the_engine(clone, empty_budget, advance, voice, actor, payer):
    clone(policy="let_lapse")
    empty_budget(ENOUGH)
    advance(hours=165, step_hours=55)
    with pytest.raises(BudgetExceededError):
        ask_activation(voice=voice, account=None, actor=actor, payer=payer)


def test_a_short_life_has_its_own_last_chance(cast, clone, empty_budget, advance):
    cast.account.retention = {"kind": "activation", "hours": 8}
    cast.account.save()
    home = clone()
    empty_budget(ENOUGH)
    # The margin is two hours, the last quarter of it half an hour.
    advance(hours=7.25, step_hours=0.25)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert told("voice.activation_unpaid").count() == 1
    advance(hours=0.5, step_hours=1 / 12)
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def test_what_a_failed_call_held_of_the_reserve_is_given_back_at_the_end(clone, empty_budget, advance, vendor):
    home = clone()
    empty_budget(ENOUGH)
    advance(hours=161, step_hours=23)
    vendor.fail("t2a", "rate_limit", count=200)
    advance(hours=10, step_hours=1)
    vendor.heal()
    home.refresh_from_db()
    assert home.state == State.LAPSED
    assert told("budget.reserve_used").exists()
    assert not Meter.objects.exclude(held=0, spent=0).exists()
    assert verify_ledger() == []
