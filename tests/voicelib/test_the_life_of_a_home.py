"""Every state of a home × everything that is done with it × every answer: a row of the table, run through the real
flows over the provider's wire. Whatever comes, the home is in order and no call was made that the books do not know."""

import itertools

import pytest

from tests.voicelib.life_actions import ACTIONS, STATES, staged
from tests.voicelib.life_order import complaints
from tests.voicelib.life_table import TABLE


def rows():
    """(action, answer, state, what comes of it); one for all answers that cannot matter."""
    for action, state in itertools.product(ACTIONS, STATES):
        told = TABLE[action][state]
        named = {"*": told} if isinstance(told, str) else told
        spare = next(answer for answer in ACTIONS[action] if answer not in named) if "*" in named else ""
        for answer, outcome in named.items():
            yield action, spare if answer == "*" else answer, state, outcome


@pytest.mark.parametrize(("action", "answer", "state", "outcome"), list(rows()))
def test_what_comes_of_it(action, answer, state, outcome, cast, vendor, actor, payer, consent):
    with staged(action, answer, state, cast=cast, vendor=vendor, actor=actor, payer=payer, consent=consent) as life:
        assert life.act(action, answer) == outcome
        assert complaints() == []
        assert life.calls_without_attempt() == 0


def test_the_table_has_every_row():
    assert {action: sorted(states) for action, states in TABLE.items()} == {
        action: sorted(STATES) for action in ACTIONS
    }
    for action, state in itertools.product(ACTIONS, STATES):
        told = TABLE[action][state]
        if not isinstance(told, str):
            assert set(told) == set(ACTIONS[action]) or ("*" in told and set(told) - {"*"} < set(ACTIONS[action]))


def test_every_state_is_reached_and_left_but_one():
    ends = {
        (state, outcome.split()[0])
        for states in TABLE.values()
        for state, told in states.items()
        for outcome in ([told] if isinstance(told, str) else told.values())
    }
    assert {after for _, after in ends} == set(STATES)
    assert set(STATES) - {before for before, after in ends if before != after} == {"deleted"}
