"""How fast an account may call, and how fast the vendor answers. Real time, not the sandbox's clock."""

import contextlib
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from providers.sandbox.store import Store

# MiniMax rate limits page: a task may be asked for ten times a second.
QUERIES_PER_SECOND = 10
_WINDOWS = {"rpm": 60.0, "queries_per_second": 1.0}


class RateLimitError(Exception):
    """More requests in their time than allowed: 1002 at MiniMax."""


class ConnectionLimitError(Exception):
    """More requests at once than allowed: 1041 at MiniMax."""


class Limits:
    """What an account may do, by operation: requests in a minute and at once, queries of tasks in a second, and texts
    that wait in a WebSocket. Unlimited unless set, but for the queries, whose number is published.
    """

    def __init__(self, store: Store) -> None:
        """Resume the stored limits."""
        self._store = store
        self._recent: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._running: dict[tuple[str, str], int] = defaultdict(int)
        self._limits: dict[str, dict[str, int | None]] = store.setting("limits", {})

    def put(self, account: str, limits: dict[str, int | None]) -> None:
        """Limit an account: `rpm`, `concurrency`, `queries_per_second`, `queued_texts`. None lifts a limit."""
        self._limits[account] = limits
        self._store.keep_setting("limits", self._limits)

    def clear(self, account: str | None) -> None:
        """Lift the limits of an account, or all."""
        self._limits = {} if account is None else {k: v for k, v in self._limits.items() if k != account}
        self._store.keep_setting("limits", self._limits)
        self._recent.clear()

    @contextlib.contextmanager
    def entered(self, account: str, operation: str) -> Iterator[None]:
        """Count a call in. Raises `RateLimitError` or `ConnectionLimitError`."""
        place, concurrency = (account, operation), self._of(account, "concurrency")
        if concurrency is not None and self._running[place] >= concurrency:
            raise ConnectionLimitError
        self._count(account, operation, "rpm")
        self._running[place] += 1
        try:
            yield
        finally:
            self._running[place] -= 1
            if not self._running[place]:
                del self._running[place]

    def query(self, account: str, operation: str) -> None:
        """Count a query of a task in. Raises `RateLimitError`."""
        self._count(account, operation, "queries_per_second")

    def queued_texts(self, account: str) -> int | None:
        """How many texts may wait in a WebSocket session; None is any number, for MiniMax publishes none."""
        return self._of(account, "queued_texts")

    def _of(self, account: str, name: str) -> int | None:
        default = QUERIES_PER_SECOND if name == "queries_per_second" else None
        return self._limits.get(account, {}).get(name, default)

    def _count(self, account: str, operation: str, name: str) -> None:
        allowed = self._of(account, name)
        if allowed is None:
            return
        recent, now = self._recent[account, operation], time.monotonic()
        while recent and now - recent[0] >= _WINDOWS[name]:
            recent.popleft()
        if len(recent) >= allowed:
            raise RateLimitError
        recent.append(now)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the vendor takes: a start, then a share of the clip's own length."""

    first_byte_ms: float = 0
    realtime_factor: float = 0
    async_task_seconds: float = 2
    ws_idle_seconds: float = 120
    sync_hold_seconds: float = 90

    def seconds(self, duration_ms: int) -> float:
        """The time one answer takes."""
        return self.first_byte_ms / 1000 + self.realtime_factor * duration_ms / 1000

    @classmethod
    def stored(cls, store: Store) -> "Pace":
        """The pace kept in the store."""
        return cls(**store.setting("pace", {}))

    def keep(self, store: Store) -> dict[str, Any]:
        """Keep this pace."""
        store.keep_setting("pace", asdict(self))
        return asdict(self)
