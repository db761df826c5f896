"""Where gates are kept: in this process, or in Redis for all processes.

The libraries of the field pace or count, none does both with leases: `limits` counts windows (no spacing),
`throttled-py` has GCRA without slots, `pyrate-limiter` queues in the process. Pace, slots and slowing have to be one
atomic step here, so that a call refused for want of a slot spends no pace; hence one small script of our own.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast

from redis import Redis

from accounts.rate_gate import rule
from accounts.rate_gate.rule import Decision, Entry, GateState, Limit

_SCRIPT = (Path(__file__).parent / "gate.lua").read_text(encoding="utf-8")
# An idle gate is forgotten: by then it is as good as new.
_KEEP_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Place:
    """One gate: a provider account, a family of operations, and for speech a model."""

    account_id: str
    family: str
    model: str

    def __str__(self) -> str:
        return f"{self.account_id}:{self.family}:{self.model}"


class GateStore(Protocol):
    """Keeps gates; every step is atomic."""

    def enter(self, place: Place, limit: Limit, entry: Entry) -> Decision:
        """See `rule.enter`."""

    def leave(self, place: Place, name: str) -> None:
        """See `rule.leave`."""

    def slow(self, place: Place, pause_seconds: float) -> float | None:
        """See `rule.slow`; the share that is left, None where the answer belongs to a crowd heard before."""


class MemoryStore:
    """Gates of this process, for all its threads."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._states: defaultdict[Place, GateState] = defaultdict(GateState)

    def enter(self, place: Place, limit: Limit, entry: Entry) -> Decision:
        with self._lock:
            self._states[place], decision = rule.enter(self._states[place], limit, entry, now=self._clock())
            return decision

    def leave(self, place: Place, name: str) -> None:
        with self._lock:
            self._states[place] = rule.leave(self._states[place], name)

    def slow(self, place: Place, pause_seconds: float) -> float | None:
        with self._lock:
            state, is_news = rule.slow(self._states[place], now=self._clock(), pause_seconds=pause_seconds)
            self._states[place] = state
            return state.share if is_news else None


class RedisStore:
    """Gates of all processes that know this Redis, by its clock. Raises `redis.RedisError`."""

    def __init__(
        self, client: Redis, *, prefix: str = "voicelib:gate", clock: Callable[[], float] | None = None
    ) -> None:
        self._script = client.register_script(_SCRIPT)
        self._client = client
        self._prefix = prefix
        self._clock = clock

    def enter(self, place: Place, limit: Limit, entry: Entry) -> Decision:
        kind, seconds = self._run(
            place,
            "enter",
            *_numbers(limit),
            entry.name,
            entry.lease_seconds,
            entry.patience_seconds,
            int(entry.forced),
            rule.POLL_SECONDS,
            rule.SLOT_SPACING_SECONDS,
            rule.LONGEST_TURN_SECONDS,
            rule.AT_ONCE_SECONDS,
        )
        return Decision(cast(Literal["go", "full", "later"], kind), float(seconds))

    def leave(self, place: Place, name: str) -> None:
        self._run(place, "leave", name)

    def slow(self, place: Place, pause_seconds: float) -> float | None:
        pause = min(pause_seconds, rule.LONGEST_PAUSE_SECONDS)
        heard, share = self._run(place, "slow", *_numbers(Limit()), pause, rule.CROWD_SECONDS, rule.SMALLEST_SHARE)
        return float(share) if heard == "slowed" else None

    def ping(self) -> None:
        """Raises `redis.RedisError` where the server cannot be reached."""
        self._client.ping()

    def _run(self, place: Place, action: str, *arguments: str | float) -> tuple[str, str]:
        # Both keys in one slot of a cluster.
        key = f"{self._prefix}:{{{place}}}"
        now = "" if self._clock is None else f"{self._clock():.6f}"
        kind, value = self._script(keys=[f"{key}:state", f"{key}:leases"], args=[action, now, *arguments])
        return _text(kind), _text(value)


def _numbers(limit: Limit) -> tuple[float, ...]:
    rpm = -1 if limit.rpm is None else limit.rpm
    concurrency = -1 if limit.concurrency is None else limit.concurrency
    return rpm, limit.burst, concurrency, rule.WINDOW_SECONDS, rule.GROWTH_PER_SECOND, _KEEP_SECONDS


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
