"""Budgets: set, shown with what the month has used, changed, switched off."""

import pytest

from accounts import clock
from accounts.flows.holds import place_hold, release_hold
from accounts.models import Budget, Event, Meter, Token
from accounts.money import Money, month_of
from accounts.payer import Payer

BUDGETS = "/api/v1/budgets"


def hold(cast, characters=120, micros=7200):
    return place_hold(
        payer=Payer(team_id=cast.team.id, project_id=cast.project.id),
        key="test:1",
        characters=characters,
        amount=Money(micros, "USD"),
        at=clock.now(),
    )


def test_a_budget_shows_what_is_held_spent_and_left(cast):
    wish = {"scope": "team", "target": cast.team.slug, "period": "month", "characters": 1000, "hard": True}
    made = cast.api("owner").post(BUDGETS, wish)
    assert made.status_code == 201
    hold(cast)
    Meter.objects.filter(scope="team", unit="characters").update(spent=80)
    row = cast.api("auditor").get(BUDGETS).json()["results"][0]
    assert row["id"] == made.json()["id"]
    assert row["month"] == month_of(clock.now(), "UTC")
    assert [row[name]["characters"] for name in ("held", "spent", "remaining")] == [120, 80, 800]
    assert row["remaining"]["amount"] is None


def test_a_money_budget_counts_in_its_currency(cast):
    amount = {"amount_micros": 10_000, "currency": "USD"}
    wish = {"scope": "project", "target": "website", "amount": amount}
    assert cast.api("owner").post(BUDGETS, wish).status_code == 201
    held = hold(cast)
    row = cast.api("owner").get(BUDGETS).json()["results"][0]
    assert row["amount"] == amount
    assert row["held"]["amount"] == {"amount_micros": 7200, "currency": "USD"}
    assert row["remaining"] == {"characters": None, "amount": {"amount_micros": 2800, "currency": "USD"}}
    release_hold(hold_id=held.id)
    assert cast.api("owner").get(BUDGETS).json()["results"][0]["remaining"]["amount"]["amount_micros"] == 10_000


def test_a_budget_set_in_mid_month_counts_what_was_used_before(cast):
    hold(cast)
    made = cast.api("owner").post(BUDGETS, {"scope": "team", "characters": 1000}).json()
    assert made["remaining"]["characters"] == 880


def test_a_token_is_named_by_prefix_or_id(cast):
    cast.api("editor")
    token = Token.objects.get(created_by=cast.editor)
    for target in (token.prefix, token.id):
        made = cast.api("owner").post(BUDGETS, {"scope": "token", "target": target, "characters": 1}).json()
        assert (made["target"], made["target_id"]) == (token.prefix, token.id)


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"scope": "team"}, "budget_limits_nothing", "characters"),
        ({"scope": "project", "target": "nowhere", "characters": 1}, "budget_target_unknown", "target"),
        ({"scope": "project", "characters": 1}, "budget_target_unknown", "target"),
        ({"scope": "team", "target": "other", "characters": 1}, "budget_target_unknown", "target"),
        ({"scope": "world", "characters": 1}, "invalid_input", "scope"),
        ({"scope": "team", "characters": -1}, "invalid_input", "characters"),
        ({"scope": "team", "characters": 2**63}, "invalid_input", "characters"),
        ({"scope": "team", "characters": 1, "period": "week"}, "invalid_input", "period"),
        ({"scope": "team", "amount": {"amount_micros": 1, "currency": "dollar"}}, "invalid_input", "amount.currency"),
    ],
)
def test_a_budget_that_says_nothing_is_refused(cast, wish, code, field):
    answer = cast.api("owner").post(BUDGETS, wish)
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)
    assert not Budget.objects.exists()


def test_a_budget_is_changed_and_switched_off(cast):
    made = cast.api("owner").post(BUDGETS, {"scope": "team", "characters": 10}).json()
    path = f"{BUDGETS}/{made['id']}"
    changed = cast.api("owner").patch(path, {"characters": 20, "hard": False}).json()
    assert (changed["characters"], changed["hard"]) == (20, False)
    assert cast.api("owner").patch(path, {"characters": None}).json()["code"] == "budget_limits_nothing"
    assert cast.api("owner").delete(path).status_code == 204
    assert cast.api("owner").get(BUDGETS).json()["results"] == []
    assert Event.objects.filter(kind="budget.changed").count() == 2
    assert cast.api("outsider").delete(path).status_code == 404
