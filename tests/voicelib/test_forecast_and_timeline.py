"""What is ahead for the team's voices, and what has happened to one."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import Price
from voicelib.flows.forecast import forecast


def test_what_lapses_and_what_is_kept_at_what_cost(cast, clone, make_voice):
    kept = clone()
    clone(of=make_voice("passing"), policy="let_lapse")
    answer = cast.api("viewer").get("/api/v1/forecast?days=8").json()
    by_voice = {row["voice"]: row for row in answer["homes"]}
    assert (by_voice["ada"]["will_be_kept"], by_voice["passing"]["will_be_kept"]) == (True, False)
    fee = Price.objects.get(unit="clone", price_list=cast.account.price_list).amount_micros
    assert by_voice["ada"]["cost"]["amount_micros"] > fee
    assert by_voice["ada"]["day"] == kept.keepalive_due_at.date().isoformat()
    totals = {day["day"]: day for day in answer["days"]}
    assert totals[by_voice["ada"]["day"]]["costs"] == [by_voice["ada"]["cost"]]
    assert sum(day["kept"] for day in answer["days"]) == sum(day["lapsing"] for day in answer["days"]) == 1
    assert answer["complete"] is True


def test_what_is_permanent_or_later_is_not_in_it(cast, clone, advance):
    clone()
    assert forecast(team=cast.team, at=clock.now(), days=3).expected == []
    advance(hours=150, step_hours=10)
    assert forecast(team=cast.team, at=clock.now(), days=30).expected == []


@pytest.mark.parametrize("days", ["0", "367", "soon"])
def test_the_days_are_a_number_of_days(cast, db, days):
    assert cast.api("viewer").get(f"/api/v1/forecast?days={days}").status_code == 400


def test_the_day_is_the_teams_day(cast, clone):
    home = clone(policy="let_lapse")
    cast.team.time_zone = "Pacific/Kiritimati"
    cast.team.save()
    day = forecast(team=cast.team, at=clock.now(), days=8).expected[0].day
    assert day == (home.expires_at + timedelta(hours=14)).date()


def test_the_life_of_a_voice_with_who_and_what_it_cost(cast, clone, advance):
    clone()
    advance(hours=150, step_hours=10)
    page = cast.api("viewer").get("/api/v1/voices/ada/timeline").json()
    life = list(reversed(page["results"]))
    kinds = [event["kind"] for event in life]
    assert kinds[:3] == ["voice.created", "voice.clone_asked", "voice.cloned"]
    assert kinds[-1] == "voice.activated"
    assert (life[1]["actor"]["name"], life[-1]["actor"]["name"]) == ("Owner", "platform")
    fee = Price.objects.get(unit="clone", price_list=cast.account.price_list).amount_micros
    assert life[-1]["cost"]["amount_micros"] > fee
    assert life[1]["cost"] is None
