"""The gate of the process: waits a moment on the spot, or says when to come back. Redis when it is set and answers."""

from __future__ import annotations

import functools
import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.errors import WaitError
from accounts.ids import new_id
from accounts.metrics import GATE_SECONDS
from accounts.rate_gate.rule import Decision, Entry, Limit
from accounts.rate_gate.stores import GateStore, MemoryStore, Place, RedisStore

logger = logging.getLogger(__name__)
_T = TypeVar("_T")
# A server that did not answer is left alone for this long: every call would wait for its time-out.
_REST_SECONDS = 5.0
_REDIS_TIMEOUT_SECONDS = 1.0


class GateFullError(WaitError):
    """The account's limits are used up for now. Nothing was written, sent or paid."""

    code = "rate_gate_full"
    title = "The provider account is busy"


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to make one call, until it leaves."""

    place: Place
    name: str
    store: GateStore


class RateGate:
    """Lets calls through at the pace of their account. Never stops the business: without Redis it paces by itself."""

    def __init__(
        self,
        shared: RedisStore | None = None,
        local: GateStore | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._local = local or MemoryStore()
        self._sleep = sleep
        self._now = now
        self._rests_until = 0.0

    @contextmanager
    def passing(
        self, place: Place, limit: Limit, *, provider: str, patience_seconds: float, forced: bool = False
    ) -> Iterator[Slot]:
        """Hold a slot while the block runs; waits up to `patience_seconds` for it. A forced call never waits.

        Raises GateFullError with when to come back.
        """
        began = self._now()
        slot, decision = self._entered(place, limit, patience_seconds, forced)
        if decision.kind != "go":
            GATE_SECONDS.labels(provider, place.family, "later").observe(decision.seconds)
            seconds = max(1, round(decision.seconds * (1 + random.random() / 4)))  # noqa: S311 - spreads the crowd
            raise GateFullError(
                f"The limits of the provider account are used up for now; come back in {seconds} s.",
                retry_after_seconds=seconds,
            )
        try:
            if decision.seconds > 0:
                self._sleep(decision.seconds)
            GATE_SECONDS.labels(provider, place.family, "let_in").observe(self._now() - began)
            yield slot
        finally:
            self._leave(slot)

    def slow(self, place: Place, *, pause_seconds: float = 0.0) -> float | None:
        """The vendor said "too fast": the share of the limits that is left; None where that was known."""
        return self._with_store(lambda store: store.slow(place, pause_seconds))

    def finding(self) -> str | None:
        """What an operator should know: `rate_gate_not_shared` where Redis is set and does not answer."""
        if self._shared is None:
            return None
        try:
            self._shared.ping()
        except RedisError:
            return "rate_gate_not_shared"
        return None

    def _entered(self, place: Place, limit: Limit, patience_seconds: float, forced: bool) -> tuple[Slot, Decision]:
        left, name = patience_seconds, new_id()
        while True:
            entry = Entry(name, settings.WORK_LEASE_SECONDS, max(left, 0.0), forced)
            slot, decision = self._with_store(lambda store: _enter(store, place, limit, entry))  # noqa: B023
            if decision.kind != "full":
                return slot, decision
            self._sleep(decision.seconds)
            left -= decision.seconds

    def _leave(self, slot: Slot) -> None:
        # A slot that cannot be given back ends by itself.
        with suppress(RedisError):
            slot.store.leave(slot.place, slot.name)

    def _with_store(self, act: Callable[[GateStore], _T]) -> _T:
        if self._shared is not None and self._now() >= self._rests_until:
            try:
                return act(self._shared)
            except RedisError:
                self._rests_until = self._now() + _REST_SECONDS
                logger.warning("the rate gate's Redis does not answer: this process paces by itself", exc_info=True)
        return act(self._local)


def _enter(store: GateStore, place: Place, limit: Limit, entry: Entry) -> tuple[Slot, Decision]:
    return Slot(place, entry.name, store), store.enter(place, limit, entry)


@functools.cache
def rate_gate() -> RateGate:
    """The one gate of this process."""
    if not settings.RATE_GATE_URL:
        return RateGate()
    timeout = _REDIS_TIMEOUT_SECONDS
    client = Redis.from_url(
        settings.RATE_GATE_URL,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        # The process's own pace is the second try.
        retry=Retry(NoBackoff(), 0),
    )
    return RateGate(RedisStore(client))
