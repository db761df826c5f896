"""Deadlines, due times, alerts and waits, as values."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.types import RetentionRule
from voicelib import retention
from voicelib.backoff import MOST_TRIES, clone_wait

BORN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACTIVATION = RetentionRule("activation", 168)


def deadline(rule, *, activated=None, used=None):
    return retention.expires_at(rule, cloned_at=BORN, activated_at=activated, last_used_at=used)


@pytest.mark.parametrize(
    ("rule", "activated", "used", "hours"),
    [
        (ACTIVATION, None, None, 168),
        (ACTIVATION, BORN + HOUR, BORN + HOUR, None),
        (RetentionRule("rolling", 168), None, None, 168),
        (RetentionRule("rolling", 168), BORN + HOUR, BORN + 10 * HOUR, 178),
        (RetentionRule("rolling"), None, None, 168),
        (RetentionRule("fixed", 48), BORN + HOUR, BORN + HOUR, 48),
        (RetentionRule("none"), None, None, None),
    ],
)
def test_the_deadline_follows_the_rule(rule, activated, used, hours):
    expected = None if hours is None else BORN + hours * HOUR
    assert deadline(rule, activated=activated, used=used) == expected


@pytest.mark.parametrize("minutes", [0, 60, 120])
def test_a_voice_is_due_a_day_and_its_jitter_before_the_deadline(minutes):
    end = deadline(ACTIVATION)
    due = retention.keepalive_due_at(ACTIVATION, deadline=end, jitter=timedelta(minutes=minutes))
    assert end - due == timedelta(hours=24, minutes=minutes)


def test_jitter_beyond_its_bounds_is_cut():
    end = deadline(ACTIVATION)
    for jitter in (timedelta(days=9), timedelta(hours=2)):
        assert retention.keepalive_due_at(ACTIVATION, deadline=end, jitter=jitter) == end - 26 * HOUR
    assert retention.keepalive_due_at(ACTIVATION, deadline=end, jitter=-HOUR) == end - 24 * HOUR


@pytest.mark.parametrize("hours", [1, 4, 24, 48])
def test_a_short_life_leaves_most_of_it_before_the_call(hours):
    rule = RetentionRule("rolling", hours)
    due = retention.keepalive_due_at(rule, deadline=BORN + hours * HOUR, jitter=2 * HOUR)
    assert due is not None
    assert due >= BORN + timedelta(hours=hours) / 2


def test_under_a_fixed_life_there_is_only_the_end():
    rule = RetentionRule("fixed", 48)
    assert retention.keepalive_due_at(rule, deadline=BORN + 48 * HOUR, jitter=HOUR) == BORN + 48 * HOUR


def test_without_a_deadline_nothing_is_due():
    assert retention.keepalive_due_at(RetentionRule("none"), deadline=None, jitter=HOUR) is None
    assert retention.next_alert_at(deadline=None, after=BORN) is None


@pytest.mark.parametrize("left", [timedelta(days=2), 2 * HOUR, timedelta(minutes=10), timedelta(minutes=1)])
@pytest.mark.parametrize("tries", [1, 2, 5, 20, 1000])
def test_there_is_always_a_next_try_before_the_deadline(left, tries):
    end = BORN + left
    at = retention.next_try_at(now=BORN, deadline=end, tries=tries)
    assert BORN < at < end
    assert at - BORN <= 2 * HOUR


def test_tries_come_closer_together_towards_the_deadline_and_end_with_it():
    now, end, tries = BORN, BORN + 24 * HOUR, 0
    while now < end:
        tries += 1
        now = retention.next_try_at(now=now, deadline=end, tries=tries)
    assert now == end
    assert 20 < tries < 60


def test_the_first_waits_are_short():
    end = BORN + 24 * HOUR
    waits = [retention.next_try_at(now=BORN, deadline=end, tries=tries) - BORN for tries in (1, 2, 3)]
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]


@pytest.mark.parametrize(("hours", "critical"), [(168, 6), (96, 6), (48, 3), (8, 0.5), (1, 1 / 16)])
def test_the_last_quarter_of_the_margin_is_critical(hours, critical):
    rule, end = RetentionRule("activation", hours), BORN + hours * HOUR
    opens = end - critical * HOUR
    assert retention.critical_window(rule) == critical * HOUR
    moments = [opens - timedelta(seconds=1), opens, end - timedelta(seconds=1), end]
    assert [retention.is_critical(rule, now=at, deadline=end) for at in moments] == [False, True, True, False]
    assert not retention.is_critical(rule, now=BORN, deadline=None)


@given(
    hours=st.integers(1, 24 * 60),
    overdue_seconds=st.integers(0, 3600 * 24 * 30),
    delays=st.lists(st.integers(0, 20), min_size=1, max_size=80),
)
def test_some_try_falls_into_the_critical_hours_wherever_the_tries_began(hours, overdue_seconds, delays):
    """`delays`: seconds by which ticks and workers are late."""
    rule, end = RetentionRule("activation", hours), BORN + hours * HOUR
    window = retention.critical_window(rule)
    now, tries, late = max(BORN, end - window - timedelta(seconds=overdue_seconds)), 0, itertools.cycle(delays)
    while now < end - window:
        tries += 1
        now = retention.next_try_at(now=now, deadline=end, tries=tries) + timedelta(seconds=next(late))
    assert retention.is_critical(rule, now=now, deadline=end)


def test_alerts_come_at_72_24_and_6_hours():
    end = deadline(ACTIVATION)
    moments = []
    alert = retention.next_alert_at(deadline=end, after=BORN)
    while alert is not None:
        moments.append((end - alert) / HOUR)
        alert = retention.next_alert_at(deadline=end, after=alert)
    assert moments == [72, 24, 6]


@pytest.mark.parametrize(
    ("left", "hours"), [(100, None), (72, 72), (30, 72), (24, 24), (7, 24), (6, 6), (1, 6), (0, None)]
)
def test_the_most_urgent_alert_is_told(left, hours):
    end = deadline(ACTIVATION)
    assert retention.alert_now(deadline=end, at=end - left * HOUR) == hours


def test_alerts_that_lie_before_a_short_life_are_left_out():
    assert retention.next_alert_at(deadline=BORN + 48 * HOUR, after=BORN) == BORN + 24 * HOUR


def test_cloning_waits_longer_each_time_and_gives_up_at_last():
    waits = [wait for tries in range(1, MOST_TRIES) if (wait := clone_wait(tries, 0.5)) is not None]
    assert len(waits) == MOST_TRIES - 1
    assert waits == sorted(waits)
    assert clone_wait(MOST_TRIES, 0.5) is None
