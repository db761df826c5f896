"""The transition table."""

import itertools
from typing import Any

import pytest
from django.db import IntegrityError, transaction

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
        voice=voice, provider_account=cast.account, vendor_voice_id="moves", state=source, activated_at=clock.now()
    )
    change = ProviderVoice.objects.filter(id=home.id)
    if source == target or target in MOVES[source]:
        assert change.update(state=target) == 1
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            change.update(state=target)
        home.refresh_from_db()
        assert home.state == source


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
