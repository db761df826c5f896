"""Unresolved attempts are listed and resolved with a reason."""

import pytest

from accounts import clock
from accounts.flows.holds import place_hold
from accounts.models import Attempt, LedgerEntry
from accounts.money import Money
from accounts.payer import Payer
from tests.cast import make_account

ATTEMPTS = "/api/v1/attempts"


def make_attempt(cast, state="unknown"):
    hold = place_hold(
        payer=Payer(team_id=cast.team.id),
        key=f"test:{state}",
        characters=100,
        amount=Money(10_000, "USD"),
        at=clock.now(),
    )
    return Attempt.objects.create(
        team=cast.team,
        provider_account=cast.account,
        hold=hold,
        kind="speech",
        subject="rendering:1",
        model="speech-2.8-hd",
        voice_slug="narrator",
        vendor_voice_id="v1",
        state=state,
        estimated_characters=100,
        trace_id="0af",
        vendor_task="task-0af",
        error_category="timeout_unknown_outcome",
        error_message="The answer was lost",
        sent_at=clock.now(),
    )


def test_the_unresolved_ones_are_listed(cast):
    unknown = make_attempt(cast)
    make_attempt(cast, state="released")
    rows = cast.api("auditor").get(ATTEMPTS, {"state": "unknown"}).json()["results"]
    assert [row["id"] for row in rows] == [unknown.id]
    assert rows[0]["error"]["category"] == "timeout_unknown_outcome"
    assert len(cast.api("auditor").get(ATTEMPTS).json()["results"]) == 2
    assert cast.api("auditor").get(ATTEMPTS, {"state": "lost"}).status_code == 400


def test_the_id_under_which_the_provider_works_on_it_is_shown(cast):
    shown = cast.api("auditor").get(f"{ATTEMPTS}/{make_attempt(cast, state='sent').id}").json()
    assert (shown["state"], shown["provider_task"]) == ("sent", "task-0af")


def test_one_is_shown_to_its_team_only(cast):
    path = f"{ATTEMPTS}/{make_attempt(cast).id}"
    assert cast.api("auditor").get(path).json()["estimated_characters"] == 100
    assert cast.api("outsider").get(path).status_code == 404


def test_a_charged_one_is_booked_with_the_number_given(cast):
    path = f"{ATTEMPTS}/{make_attempt(cast).id}/resolve"
    wish = {"outcome": "charged", "billed_characters": 90, "reason": "On the vendor's bill of today."}
    answer = cast.api("owner").post(path, wish)
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["billed_characters"]) == ("settled", 90)
    assert LedgerEntry.objects.get().billed_characters == 90
    assert cast.api("owner").post(path, wish).status_code == 409


def test_one_that_was_not_charged_gives_its_hold_back(cast):
    path = f"{ATTEMPTS}/{make_attempt(cast).id}/resolve"
    answer = cast.api("owner").post(path, {"outcome": "not_charged", "reason": "Not on the bill."})
    assert answer.json()["state"] == "released"
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("wish", [{"outcome": "charged"}, {"outcome": "maybe", "reason": "x"}, {"reason": "x"}])
def test_a_resolution_needs_an_outcome_and_a_reason(cast, wish):
    answer = cast.api("owner").post(f"{ATTEMPTS}/{make_attempt(cast).id}/resolve", wish)
    assert answer.status_code == 400


def test_another_teams_attempt_cannot_be_resolved(cast):
    make_account(cast.other_team)
    path = f"{ATTEMPTS}/{make_attempt(cast).id}/resolve"
    assert cast.api("outsider").post(path, {"outcome": "not_charged", "reason": "x"}).status_code == 404
