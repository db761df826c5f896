"""How fast an account may call, and how fast the vendor answers. Real time, not the sandbox's clock."""

import contextlib
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from providers.sandbox.store import Store


class RateLimitError(Exception):
    """More requests in a minute than allowed: 1002 at MiniMax."""


class ConnectionLimitError(Exception):
    """More requests at once than allowed: 1041 at MiniMax."""


class Limits:
    """Requests per minute and at once, per account and operation; unlimited unless set."""

    def __init__(self, store: Store) -> None:
        """Resume the stored limits."""
        self._store = store
        self._recent: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._running: dict[tuple[str, str], int] = defaultdict(int)
        self._limits: dict[str, dict[str, int | None]] = store.setting("limits", {})

    def put(self, account: str, *, rpm: int | None, concurrency: int | None) -> None:
        """Limit an account; None lifts a limit."""
        self._limits[account] = {"rpm": rpm, "concurrency": concurrency}
        self._store.keep_setting("limits", self._limits)

    def clear(self, account: str | None) -> None:
        """Lift the limits of an account, or all."""
        self._limits = {} if account is None else {k: v for k, v in self._limits.items() if k != account}
        self._store.keep_setting("limits", self._limits)
        self._recent.clear()

    @contextlib.contextmanager
    def entered(self, account: str, operation: str) -> Iterator[None]:
        """Count a call in. Raises `RateLimitError` or `ConnectionLimitError`."""
        limit = self._limits.get(account)
        place = (account, operation)
        if limit:
            self._check(place, limit)
        self._running[place] += 1
        try:
            yield
        finally:
            self._running[place] -= 1
            if not self._running[place]:
                del self._running[place]

    def _check(self, place: tuple[str, str], limit: dict[str, int | None]) -> None:
        rpm, concurrency = limit["rpm"], limit["concurrency"]
        if concurrency is not None and self._running[place] >= concurrency:
            raise ConnectionLimitError
        if rpm is None:
            return
        recent, now = self._recent[place], time.monotonic()
        while recent and now - recent[0] >= 60:
            recent.popleft()
        if len(recent) >= rpm:
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
