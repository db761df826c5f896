"""The transition table."""

import itertools
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint

from accounts import clock
from tests.voicelib.test_retention_rules import BORN, HOUR
from voicelib.keeping import Facts, Step, next_step
from voicelib.models import ProviderVoice, Voice
from voicelib.states import BEST_FIRST, LIVING, MOVES, IllegalMoveError, moved, voice_state

STATES = sorted(ProviderVoice.State.values)


def test_the_table_knows_the_states_of_the_model():
    assert sorted(MOVES) == STATES == sorted(BEST_FIRST)
    assert set(STATES) >= LIVING >= set(ProviderVoice.SPEAKING)


@pytest.mark.parametrize(("source", "target"), list(itertools.product(STATES, STATES)))
def test_what_is_not_in_the_table_is_refused(source, target):
    if target in MOVES[source]:
        assert moved(source, target) == target
    else:
        with pytest.raises(IllegalMoveError):
            moved(source, target)


@pytest.mark.parametrize(("source", "target"), list(itertools.product(STATES, STATES)))
def test_the_database_refuses_it_too(cast, source, target):
    voice = Voice.objects.create(team=cast.team, slug="moves", name="Moves", language="en")
    home = ProviderVoice.objects.create(
        voice=voice, provider_account=cast.account, vendor_voice_id="moves", state=source, **_moments(source)
    )
    change = ProviderVoice.objects.filter(id=home.id)
    if source == target or target in MOVES[source]:
        assert change.update(state=target, **_moments(target)) == 1
    else:
        with pytest.raises(IntegrityError, match="cannot go there"), transaction.atomic():
            change.update(state=target, **_moments(target))
        home.refresh_from_db()
        assert home.state == source


def _moments(state):
    """What a home in this state has at least."""
    return {
        "activated_at": clock.now() if state == "permanent" else None,
        "ended_at": clock.now() if state in ("lapsed", "lost") else None,
    }


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "permanent_home_was_activated": {"state": "permanent"},
    "home_not_active_yet_was_not_activated": {"state": "temporary", "activated_at": BORN},
    "home_that_speaks_has_a_name": {"state": "unproven", "vendor_voice_id": ""},
    "home_has_ended_or_lives": {"state": "lapsed"},
    "claim_of_a_home_runs_out": {"state": "cloning", "claim": "someone"},
}


@pytest.mark.parametrize(
    ("rule", "shape"),
    [
        *IMPOSSIBLE.items(),
        ("home_not_active_yet_was_not_activated", {"state": "unproven", "activated_at": BORN}),
        ("home_has_ended_or_lives", {"state": "lost"}),
        ("home_has_ended_or_lives", {"state": "deleting", "ended_at": BORN}),
        ("home_has_ended_or_lives", {"state": "somewhere"}),
    ],
)
def test_the_database_takes_no_home_of_an_impossible_shape(cast, rule, shape):
    voice = Voice.objects.create(team=cast.team, slug="shapes", name="Shapes", language="en")
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        ProviderVoice.objects.create(
            **({"voice": voice, "provider_account": cast.account, "vendor_voice_id": "shapes"} | shape)
        )


def test_every_rule_of_a_homes_shape_is_tried():
    checks = [rule.name for rule in ProviderVoice._meta.constraints if isinstance(rule, CheckConstraint)]
    assert sorted(checks) == sorted(IMPOSSIBLE)


def test_a_deleted_voice_stays_deleted():
    assert MOVES["deleted"] == frozenset()


@pytest.mark.parametrize(
    ("homes", "state"),
    [([], "draft"), (["failed"], "failed"), (["lapsed", "cloning"], "cloning"), (["permanent", "lost"], "permanent")],
)
def test_a_voice_is_as_good_as_its_best_home(homes, state):
    assert voice_state(homes) == state


END = BORN + 24 * HOUR


def step(at=BORN, **changes):
    facts: dict[str, Any] = {
        "is_active": False,
        "is_unproven": False,
        "policy": "always",
        "on_silence": "activate",
        "was_asked": False,
        "is_suspended": False,
        "call_helps": True,
        "deadline": END,
    }
    return next_step(Facts(**(facts | changes)), at)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Step.CALL),
        ({"policy": "let_lapse"}, Step.WAIT),
        ({"policy": "let_lapse", "was_asked": True}, Step.CALL),
        ({"policy": "ask"}, Step.CALL),
        ({"policy": "ask", "on_silence": "lapse"}, Step.WAIT),
        ({"policy": "ask", "on_silence": "lapse", "was_asked": True}, Step.CALL),
        ({"is_suspended": True}, Step.WAIT),
        ({"is_suspended": True, "was_asked": True}, Step.WAIT),
        ({"call_helps": False}, Step.WAIT),
        ({"is_active": True, "policy": "let_lapse"}, Step.CALL),
        ({"is_active": True, "deadline": None}, Step.REST),
        ({"deadline": None}, Step.REST),
        ({"deadline": None, "was_asked": True}, Step.CALL),
        ({"deadline": None, "is_unproven": True}, Step.CALL),
        ({"deadline": None, "is_suspended": True, "was_asked": True}, Step.REST),
        ({"at": END}, Step.LAPSE),
        ({"at": END, "is_suspended": True}, Step.LAPSE),
        ({"at": END, "was_asked": True}, Step.LAPSE),
    ],
)
def test_the_engine_decides_by_policy_decision_and_suspension(changes, expected):
    assert step(**changes) is expected
