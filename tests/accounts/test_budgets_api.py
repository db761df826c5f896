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


def money(micros, currency="USD"):
    return {"amount_micros": micros, "currency": currency}


def test_a_reserve_is_set_changed_and_taken_away(cast):
    wish = {"scope": "team", "characters": 100, "amount": money(5_000)}
    api = cast.api("owner")
    made = api.post(BUDGETS, {**wish, "reserve": {"characters": 30, "amount": money(900)}})
    assert made.status_code == 201
    assert made.json()["reserve"] == {"characters": 30, "amount": money(900)}
    assert made.json()["reserve_used"] == {"characters": 0, "amount": money(0)}
    path = f"{BUDGETS}/{made.json()['id']}"
    assert api.patch(path, {"reserve": {"characters": 40}}).json()["reserve"] == {
        "characters": 40,
        "amount": money(900),
    }
    assert api.patch(path, {"name": "Winter"}).json()["reserve"]["characters"] == 40
    gone = api.patch(path, {"reserve": None}).json()
    assert gone["reserve"] == gone["reserve_used"] == {"characters": None, "amount": None}
    changed = Event.objects.filter(kind="budget.changed").order_by("id")
    assert [event.data["reserve_characters"] for event in changed] == [40, 40, None]


def test_a_reserve_in_use_is_shown_and_what_is_left_is_below_zero(cast):
    cast.api("owner").post(BUDGETS, {"scope": "team", "characters": 100, "reserve": {"characters": 30}})
    place_hold(
        payer=Payer(cast.team.id), key="k", characters=112, amount=Money(0, ""), at=clock.now(), is_critical=True
    )
    row = cast.api("auditor").get(BUDGETS).json()["results"][0]
    assert (row["reserve_used"], row["remaining"]["characters"]) == ({"characters": 12, "amount": None}, -12)


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"characters": 1, "reserve": {"amount": money(1)}}, "budget_reserve_needs_hard_limit", "reserve.amount"),
        (
            {"amount": money(1), "reserve": {"characters": 1}},
            "budget_reserve_needs_hard_limit",
            "reserve.characters",
        ),
        (
            {"characters": 1, "reserve": {"characters": 1}, "hard": False},
            "budget_reserve_needs_hard_limit",
            "reserve.characters",
        ),
        (
            {"amount": money(1), "reserve": {"amount": money(1, "CNY")}},
            "budget_reserve_currency",
            "reserve.amount.currency",
        ),
        ({"characters": 1, "reserve": {"characters": 0}}, "invalid_input", "reserve.characters"),
        ({"characters": 1, "reserve": {"characters": 2**63}}, "invalid_input", "reserve.characters"),
        ({"amount": money(1), "reserve": {"amount": money(0)}}, "invalid_input", "reserve.amount.amount_micros"),
        ({"amount": money(1), "reserve": {"amount": money(1, "usd")}}, "invalid_input", "reserve.amount.currency"),
        ({"characters": 1, "reserve": {"letters": 1}}, "invalid_input", "reserve.letters"),
        ({"characters": 1, "reserve": 5}, "invalid_input", "reserve"),
    ],
)
def test_a_reserve_that_says_nothing_is_refused(cast, wish, code, field):
    answer = cast.api("owner").post(BUDGETS, {"scope": "team", **wish})
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"].removesuffix(".non_field_errors")) == (code, field)
    assert not Budget.objects.exists()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"characters": None}, "budget_reserve_needs_hard_limit", "reserve.characters"),
        ({"amount": None}, "budget_reserve_needs_hard_limit", "reserve.amount"),
        ({"hard": False}, "budget_reserve_needs_hard_limit", "reserve.characters"),
        ({"amount": money(9_000, "CNY")}, "budget_reserve_currency", "reserve.amount.currency"),
    ],
)
def test_a_limit_is_not_pulled_away_under_its_reserve(cast, change, code, field):
    api = cast.api("owner")
    wish = {"scope": "team", "characters": 100, "amount": money(5_000)}
    made = api.post(BUDGETS, {**wish, "reserve": {"characters": 30, "amount": money(900)}}).json()
    answer = api.patch(f"{BUDGETS}/{made['id']}", change)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, code, field)
    assert api.patch(f"{BUDGETS}/{made['id']}", {**change, "reserve": None}).status_code == 200


def test_a_limit_changes_its_currency_together_with_its_reserve(cast):
    api = cast.api("owner")
    made = api.post(BUDGETS, {"scope": "team", "amount": money(5_000), "reserve": {"amount": money(900)}}).json()
    change = {"amount": money(9_000, "CNY"), "reserve": {"amount": money(700, "CNY")}}
    changed = api.patch(f"{BUDGETS}/{made['id']}", change).json()
    assert (changed["amount"], changed["reserve"]["amount"]) == (money(9_000, "CNY"), money(700, "CNY"))
