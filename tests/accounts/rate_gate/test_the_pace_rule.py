"""Pace, slots and slowing, as rules: whatever order calls come in, the limits hold."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rate_gate import rule
from accounts.rate_gate.rule import Decision, Entry, GateState, Limit

limits = st.builds(Limit, rpm=st.integers(1, 600), concurrency=st.none())
gaps = st.lists(st.floats(0, 30), min_size=1, max_size=120)


def enter(state, limit, now, *, name="call", patience=0.0, lease=600.0, forced=False):
    return rule.enter(state, limit, Entry(name, lease, patience, forced), now=now)


def starts(limit, gaps, *, patience):
    """When calls that come with these gaps between them are sent."""
    state, now, sent = GateState(), 1000.0, []
    for number, gap in enumerate(gaps):
        now += gap
        state, decision = enter(state, limit, now, name=str(number), patience=patience)
        if decision.kind == "go":
            sent.append(now + decision.seconds)
    return sent


@given(limits, gaps, st.sampled_from([0.0, 2.0, 30.0]))
def test_no_sixty_seconds_see_more_calls_than_allowed(limit, gaps, patience):
    sent = starts(limit, gaps, patience=patience)
    assert all(sum(first <= later <= first + 60 for later in sent) <= limit.rpm for first in sent)


@pytest.mark.parametrize("rpm", [1, 2, 10, 20, 60, 200, 500])
def test_who_asks_all_the_time_gets_nearly_the_whole_limit(rpm):
    sent = starts(Limit(rpm=rpm), [0.05] * 6000, patience=0)
    assert sum(moment < sent[0] + 240 for moment in sent) >= 4 * rpm * 60 / 61 * 0.9


def test_after_a_small_burst_calls_are_spread_evenly():
    sent = starts(Limit(rpm=60), [0.0] * 12, patience=60)
    between = [later - earlier for earlier, later in pairwise(sent)]
    assert between[:5] == [0.0] * 5
    assert between[5:] == pytest.approx([61 / 55] * 6)


def test_who_is_sent_away_gets_a_time_of_its_own():
    state, limit, turns = GateState(), Limit(rpm=60), []
    for number in range(26):
        state, decision = enter(state, limit, 1000.0, name=str(number))
        if decision.kind == "later":
            turns.append(decision.seconds)
    assert len(turns) == 20
    assert turns == sorted(turns)
    assert len(set(turns)) == 20
    assert turns[-1] < rule.LONGEST_TURN_SECONDS


@given(st.integers(1, 5), st.lists(st.tuples(st.floats(0, 20), st.booleans()), min_size=1, max_size=80))
def test_never_more_calls_at_once_than_slots(concurrency, moves):
    running: dict[str, float] = {}
    state, now = GateState(), 1000.0
    for number, (gap, leaves) in enumerate(moves):
        now += gap
        running = {name: ends for name, ends in running.items() if ends > now}
        if leaves and running:
            name = next(iter(running))
            del running[name]
            state = rule.leave(state, name)
        state, decision = enter(state, Limit(concurrency=concurrency), now, name=str(number), lease=30)
        if decision.kind == "go":
            running[str(number)] = now + 30
        assert len(running) <= concurrency
        assert (decision.kind == "go") or len(running) == concurrency


def test_a_slot_that_nobody_gives_back_ends_by_itself():
    limit = Limit(concurrency=1)
    state, _ = enter(GateState(), limit, 1000.0, name="killed", lease=600)
    assert enter(state, limit, 1599.0)[1].kind == "later"
    assert enter(state, limit, 1600.0)[1] == Decision("go", 0)


def test_who_has_patience_looks_again_for_a_slot():
    limit = Limit(concurrency=1)
    state, _ = enter(GateState(), limit, 1000.0, name="first")
    assert enter(state, limit, 1000.0, patience=2)[1] == Decision("full", rule.POLL_SECONDS)
    assert enter(rule.leave(state, "first"), limit, 1000.0, patience=2)[1].kind == "go"


def test_a_call_that_waits_has_its_slot_from_when_it_starts():
    limit = Limit(rpm=1, concurrency=2)
    state, _ = enter(GateState(), limit, 1000.0, name="first")
    state, decision = enter(state, limit, 1000.0, name="second", patience=100, lease=10)
    assert decision.seconds == pytest.approx(61)
    assert state.leases["second"] == pytest.approx(1071)


def test_a_forced_call_starts_at_once_and_is_counted():
    limit = Limit(rpm=1, concurrency=1)
    state, _ = enter(GateState(), limit, 1000.0, name="first")
    state, decision = enter(state, limit, 1000.0, name="forced", forced=True)
    assert decision == Decision("go", 0)
    assert set(state.leases) == {"first", "forced"}
    assert enter(rule.leave(rule.leave(state, "first"), "forced"), limit, 1061.0)[1].kind == "later"


def test_too_fast_halves_pace_and_slots_and_they_grow_back():
    limit = Limit(rpm=60, concurrency=8)
    state, is_news = rule.slow(GateState(), now=1000.0)
    assert is_news
    shares = [rule.share_at(state, 1000.0 + seconds) for seconds in (0, 150, 300, 9000)]
    assert shares == pytest.approx([0.5, 0.75, 1, 1])
    assert [rule.slots(limit, share) for share in shares] == [4, 6, 8, 8]
    assert rule.spacing_seconds(limit, 0.5) == 2 * rule.spacing_seconds(limit, 1)


def test_a_crowd_of_answers_slows_once_and_never_to_a_stop():
    limit, state = Limit(rpm=60, concurrency=8), GateState()
    news = []
    for number in range(100):
        state, is_news = rule.slow(state, now=1000.0 + number)
        news.append(is_news)
    assert news.count(True) == 20
    assert state.share == rule.SMALLEST_SHARE
    assert rule.slots(limit, state.share) == 1


@pytest.mark.parametrize("limit", [Limit(), Limit(rpm=1), Limit(rpm=600, concurrency=3)])
def test_nothing_is_sent_while_the_vendor_asked_to_be_left_alone(limit):
    state, _ = rule.slow(GateState(), now=1000.0, pause_seconds=30)
    decision = enter(state, limit, 1000.0)[1]
    assert decision.kind == "later"
    assert decision.seconds == pytest.approx(30)
    assert enter(state, limit, 1031)[1].kind == "go"


def test_a_limit_that_was_lifted_holds_nobody_back():
    state, _ = enter(GateState(), Limit(rpm=1), 1000.0)
    assert enter(state, Limit(rpm=1), 1001.0)[1].kind == "later"
    assert enter(state, Limit(), 1001.0)[1].kind == "go"


def test_a_pause_of_a_week_is_not_believed():
    state, _ = rule.slow(GateState(), now=1000.0, pause_seconds=7 * 86400)
    assert enter(state, Limit(), 1000.0 + rule.LONGEST_PAUSE_SECONDS)[1].kind == "go"


def test_without_limits_everything_passes():
    state = GateState()
    for number in range(1000):
        state, decision = enter(state, Limit(), 1000.0, name=str(number))
        assert decision == Decision("go", 0)
