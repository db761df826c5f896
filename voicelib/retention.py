"""When a voice dies, when to keep it, when to warn. Pure: rules and moments in, moments out.

The rule is data of the provider account: `activation` (one real synthesis within the hours keeps the voice for good; a
clone preview does not count), `rolling` (dies when idle for the hours), `fixed` (dies after them, whatever is done),
`none`. What is not known is treated as rolling, the cautious reading.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from providers.types import RetentionRule

# MiniMax cloning introduction: 168 hours. Also what a rule without hours means.
DEFAULT_HOURS = 168
MARGIN = timedelta(hours=24)
LONGEST_JITTER = timedelta(hours=2)
ALERT_HOURS = (72, 24, 6)
# A home that is kept by routine warns only when the routine fails.
ROUTINE_ALERT_HOURS = (24, 6)
# A clone whose answer was lost is proven soon, but not while the provider may still be making it.
PROOF_DELAY = timedelta(minutes=10)
# From here on a call that keeps a voice waits for nobody: an hour leaves room for several tries.
LITTLE_TIME = timedelta(hours=1)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=2)
_SHORTEST_WAIT = timedelta(seconds=15)


def lifetime(rule: RetentionRule) -> timedelta | None:
    """How long a voice lives under the rule; None: for good."""
    if rule.kind == "none":
        return None
    return timedelta(hours=rule.hours if rule.hours is not None else DEFAULT_HOURS)


def expires_at(
    rule: RetentionRule, *, cloned_at: datetime, activated_at: datetime | None, last_used_at: datetime | None
) -> datetime | None:
    """The moment the provider lets the voice die, None for never.

    `cloned_at` is when the clone was sent where its answer was lost; previews never count as use.
    """
    life = lifetime(rule)
    if life is None or (rule.kind == "activation" and activated_at is not None):
        return None
    if rule.kind in ("activation", "fixed"):
        return cloned_at + life
    return max(cloned_at, last_used_at or cloned_at) + life


def margin(rule: RetentionRule) -> timedelta:
    """How long before the deadline a voice is kept: 24 hours, less where the whole life is short."""
    life = lifetime(rule)
    return MARGIN if life is None else min(MARGIN, life / 4)


def critical_window(rule: RetentionRule) -> timedelta:
    """How long before its deadline a voice is in such need that a call for it may use the reserves of budgets: the last
    quarter of the margin, 6 hours of 24, a sixteenth of a short life.

    The three quarters before it belong to people: at the margin they are told that a budget is full, and may raise it
    or say no. A reserve that opened with the margin would be spent before anybody was asked, and with a short life the
    margin is all there is. What is left must outlast a provider that is down for a while, hence hours and not minutes.
    No wait of `next_try_at` is longer than half of what is left, so that at least one try falls into it.
    """
    return margin(rule) / 4


def is_critical(rule: RetentionRule, *, now: datetime, deadline: datetime | None) -> bool:
    """Whether a call at `now` is one of the last chances before `deadline`."""
    return deadline is not None and deadline - critical_window(rule) <= now < deadline


def keepalive_due_at(rule: RetentionRule, *, deadline: datetime | None, jitter: timedelta) -> datetime | None:
    """When to keep the voice: the margin before its deadline, earlier by `jitter` (0 to 2 h) so that voices cloned
    together do not all call at once. Under `fixed` nothing helps, so it is the deadline itself."""
    if deadline is None:
        return None
    if rule.kind == "fixed":
        return deadline
    room = margin(rule)
    return deadline - room - min(max(jitter, timedelta(0)), LONGEST_JITTER, room / 2)


def next_try_at(*, now: datetime, deadline: datetime, tries: int) -> datetime:
    """When to try again after `tries` failures: doubling from a minute to two hours, always at least once more before
    the deadline, ever closer to it; at the deadline itself when nothing fits any more."""
    doublings: int = 1 << min(max(tries - 1, 0), 10)
    wait = min(_FIRST_WAIT * doublings, _LONGEST_WAIT, (deadline - now) / 2)
    return min(now + max(wait, _SHORTEST_WAIT), max(deadline, now))


def has_little_time(*, now: datetime, deadline: datetime | None) -> bool:
    """Whether the deadline is so near that a call may not wait for anything."""
    return deadline is not None and deadline - now <= LITTLE_TIME


def after_wait(*, now: datetime, deadline: datetime | None, seconds: float) -> datetime:
    """When to come back after being told to wait: then, but not later than when time gets short."""
    back = now + timedelta(seconds=seconds)
    return back if deadline is None else min(back, max(deadline - LITTLE_TIME, now))


def alert_hours(*, was_activated: bool) -> tuple[int, ...]:
    """How many hours before a deadline people are told."""
    return ROUTINE_ALERT_HOURS if was_activated else ALERT_HOURS


def next_alert_at(
    *, deadline: datetime | None, after: datetime, hours: tuple[int, ...] = ALERT_HOURS
) -> datetime | None:
    """The first alert moment later than `after`."""
    if deadline is None:
        return None
    moments = (deadline - timedelta(hours=ahead) for ahead in sorted(hours, reverse=True))
    return next((moment for moment in moments if moment > after), None)


def alert_now(*, deadline: datetime, at: datetime, hours: tuple[int, ...] = ALERT_HOURS) -> int | None:
    """The most urgent alert whose moment has come (what was missed meanwhile is stale), None before the first and
    after the deadline."""
    if at >= deadline:
        return None
    return min((ahead for ahead in hours if deadline - timedelta(hours=ahead) <= at), default=None)
