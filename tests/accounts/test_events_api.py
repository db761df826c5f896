"""Events of a team: listed newest first, filtered, unknown kinds impossible."""

import pytest

from accounts import events
from accounts.payer import Actor

EVENTS = "/api/v1/events"


@pytest.fixture
def recorded(cast):
    actor = Actor(user_id=cast.owner.id, name="Owner")
    for number in range(3):
        kind = "project.created" if number else "token.created"
        subject_type = "project" if number else "token"
        events.record(
            team_id=cast.team.id,
            kind=kind,
            subject_type=subject_type,
            subject_id=f"subject-{number}",
            subject_title=f"Thing {number}",
            actor=actor,
            data={"number": number},
        )
    return cast.api("auditor")


def numbers(answer):
    return [row["data"]["number"] for row in answer.json()["results"] if "number" in row["data"]]


def test_events_come_newest_first_with_subject_and_actor(recorded, cast):
    rows = recorded.get(EVENTS).json()["results"]
    row = next(row for row in rows if row["data"].get("number") == 2)
    assert row["subject"] == {"type": "project", "id": "subject-2", "title": "Thing 2"}
    assert row["actor"] == {"user": cast.owner.id, "token": None, "name": "Owner"}
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)


def test_events_are_filtered_by_kind_and_subject(recorded):
    assert sorted(numbers(recorded.get(EVENTS, {"kind": "project.created"}))) == [1, 2]
    assert numbers(recorded.get(EVENTS, {"subject": "subject-1"})) == [1]
    assert numbers(recorded.get(EVENTS, {"subject": "project:subject-1"})) == [1]
    assert numbers(recorded.get(EVENTS, {"subject": "token:subject-1"})) == []


def test_another_team_sees_nothing_of_it(recorded, cast):
    assert numbers(cast.api("outsider").get(EVENTS)) == []


def test_what_is_recorded_with_a_key_is_recorded_once(cast):
    details = {
        "team_id": cast.team.id, "kind": "budget.refused", "subject_type": "budget", "subject_id": "b",
        "subject_title": "B", "key": "once",
    }  # fmt: skip
    assert events.record(**details) is not None
    assert events.record(**details) is None


def test_an_unlisted_kind_cannot_be_recorded(cast):
    with pytest.raises(events.UnknownEventError):
        events.record(team_id=cast.team.id, kind="x.y", subject_type="x", subject_id="x", subject_title="x")
