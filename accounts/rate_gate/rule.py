"""How calls to one model of one provider account are spaced and counted. Pure: time in, decision out.

Pacing is GCRA (the generic cell rate algorithm): calls are spread evenly over the minute after a small burst, because
vendors refuse sudden ramps (MiniMax 2045) as well as full minutes (1002). Slots are leases that end by themselves: a
killed worker holds none for ever. After a vendor's "too fast" the account may use half of its limits, and grows back
evenly (additive increase, multiplicative decrease).

`gate.lua` is the same rule inside Redis; a test holds the two to the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

# A minute and a second: what is sent evenly does not arrive evenly, and the vendor counts arrivals.
WINDOW_SECONDS = 61.0
_LARGEST_BURST = 10
SMALLEST_SHARE = 1 / 16
# From half the limits back to all of them in five minutes.
GROWTH_PER_SECOND = 1 / 600
# Refusals that come this close together are one crowd, sent before the first of them was heard.
CROWD_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 600.0
# Less is no wait: times are sums of fractions.
AT_ONCE_SECONDS = 0.001
# How often a full gate is tried again while there is patience, and how far apart those are sent away.
POLL_SECONDS = 0.2
SLOT_SPACING_SECONDS = 0.5
LONGEST_TURN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What may be sent: calls per minute, and calls at the same time. None: as much as you like."""

    rpm: int | None = None
    concurrency: int | None = None

    @property
    def burst(self) -> int:
        """Calls that may start together after a rest: a tenth of the minute."""
        return max(1, min((self.rpm or 0) // 10, _LARGEST_BURST))


@dataclass(frozen=True, slots=True)
class GateState:
    """Where one gate stands; times in seconds of one clock.

    `next_at` is GCRA's theoretical arrival time of the next call, `paused_until` how long the vendor asked to be left
    alone, `turn_at` when the next one sent away is to come back, `share` how much of the limits was allowed at
    `slowed_at`; `leases` maps a call to when its slot ends.
    """

    next_at: float = 0.0
    paused_until: float = 0.0
    turn_at: float = 0.0
    share: float = 1.0
    slowed_at: float = 0.0
    leases: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """`go`: start after `seconds`. `full`: no slot is free now, look again after `seconds`. `later`: come back then."""

    kind: Literal["go", "full", "later"]
    seconds: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A call that asks to enter: its name, when its slot ends at the latest, how long it would wait on the spot.

    A `forced` call starts at once, whatever the limits say; it is counted all the same.
    """

    name: str
    lease_seconds: float
    patience_seconds: float
    forced: bool = False


def enter(state: GateState, limit: Limit, entry: Entry, *, now: float) -> tuple[GateState, Decision]:
    """Let a call in, or tell it when to come back.

    Who is let in has taken its place in the row, even where it starts a moment later. Who is sent away gets a time of
    its own, one after the other, so that a thousand waiting calls do not come back together.
    """
    state = replace(state, leases={name: ends for name, ends in state.leases.items() if ends > now})
    share = share_at(state, now)
    spacing = spacing_seconds(limit, share)
    opens_at = _opens_at(state, limit, spacing, now)
    if not entry.forced:
        if not _has_slot(state, limit, share):
            if entry.patience_seconds > AT_ONCE_SECONDS:
                return state, Decision("full", POLL_SECONDS)
            return _sent_away(state, opens_at, max(spacing, SLOT_SPACING_SECONDS), now)
        if opens_at - now > entry.patience_seconds:
            return _sent_away(state, opens_at, spacing, now)
    starts_at = now if entry.forced else opens_at
    let_in = replace(
        state,
        next_at=max(state.next_at, starts_at) + spacing,
        leases={**state.leases, entry.name: starts_at + entry.lease_seconds},
    )
    return let_in, Decision("go", starts_at - now)


def leave(state: GateState, name: str) -> GateState:
    """The call is over: its slot is free."""
    return replace(state, leases={lease: ends for lease, ends in state.leases.items() if lease != name})


def slow(state: GateState, *, now: float, pause_seconds: float = 0.0) -> tuple[GateState, bool]:
    """The vendor said "too fast": halve what is allowed, and send nothing for `pause_seconds` where it asked for that.

    False where this answer belongs to a crowd that was heard already.
    """
    is_crowd = state.slowed_at > 0 and now - state.slowed_at < CROWD_SECONDS
    if not is_crowd:
        state = replace(state, share=max(share_at(state, now) / 2, SMALLEST_SHARE), slowed_at=now)
    pause_ends = now + min(pause_seconds, LONGEST_PAUSE_SECONDS)
    return replace(state, paused_until=max(state.paused_until, pause_ends)), not is_crowd


def share_at(state: GateState, now: float) -> float:
    """How much of the limits may be used: all of them, less for a while after a vendor's "too fast"."""
    return min(1.0, state.share + max(0.0, now - state.slowed_at) * GROWTH_PER_SECOND)


def spacing_seconds(limit: Limit, share: float) -> float:
    """Seconds between two calls, such that no 60 seconds ever see more than `rpm`, burst included."""
    if limit.rpm is None:
        return 0.0
    return WINDOW_SECONDS / (limit.rpm - limit.burst + 1) / share


def slots(limit: Limit, share: float) -> int | None:
    """Calls that may run at the same time."""
    return None if limit.concurrency is None else max(1, int(limit.concurrency * share))


def _opens_at(state: GateState, limit: Limit, spacing: float, now: float) -> float:
    paced = 0.0 if limit.rpm is None else state.next_at - (limit.burst - 1) * spacing
    opens_at = max(paced, state.paused_until)
    return now if opens_at - now < AT_ONCE_SECONDS else opens_at


def _has_slot(state: GateState, limit: Limit, share: float) -> bool:
    free = slots(limit, share)
    return free is None or len(state.leases) < free


def _sent_away(state: GateState, opens_at: float, spacing: float, now: float) -> tuple[GateState, Decision]:
    turn_at = max(state.turn_at, opens_at, now + POLL_SECONDS)
    last = now + LONGEST_TURN_SECONDS
    return replace(state, turn_at=min(turn_at + spacing, last)), Decision("later", min(turn_at, last) - now)
