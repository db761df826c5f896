"""The sandbox's clock: real time plus an offset that only grows, so seven days pass in seconds."""

import asyncio
import time
from datetime import UTC, datetime

from providers.sandbox.store import Store


def iso(moment: float) -> str:
    """Unix seconds as ISO 8601 UTC with milliseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class SandboxClock:
    """Business time of the emulated vendor. The offset survives in the store."""

    def __init__(self, store: Store, stopping: asyncio.Event) -> None:
        """Resume at the stored offset. `stopping` ends every wait."""
        self._store = store
        self._stopping = stopping
        self._moved = asyncio.Event()
        self._walking = asyncio.Lock()
        self.offset_seconds: float = store.setting("clock_offset_seconds", 0)

    @property
    def stopping(self) -> bool:
        """Whether the server stops, which ends every wait."""
        return self._stopping.is_set()

    def now(self) -> float:
        """Unix seconds on this clock."""
        return time.time() + self.offset_seconds

    def reading(self) -> dict[str, object]:
        """What the control answers."""
        offset = self.offset_seconds
        return {"now": iso(self.now()), "offset_seconds": int(offset) if offset == int(offset) else offset}

    async def advance(self, *, seconds: float, step_seconds: float, pause_seconds: float) -> None:
        """Move in steps; each step takes effect, then the real pause happens. Two walks run one after the other."""
        async with self._walking:
            left = seconds
            while left > 0 and not self._stopping.is_set():
                step = min(step_seconds, left)
                left -= step
                self._move(step)
                await self.pause(pause_seconds)

    async def wait_beyond(self, offset_seconds: float, *, seconds: float) -> None:
        """Return as soon as the offset differs from `offset_seconds`, or after `seconds`, or when the server stops."""
        deadline = time.monotonic() + seconds
        while self.offset_seconds == offset_seconds and not self._stopping.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            moved = self._moved
            await _first_of(moved, self._stopping, seconds=left)

    async def pause(self, seconds: float) -> None:
        """Real time passes, unless the server stops."""
        if seconds > 0:
            await _first_of(self._stopping, seconds=seconds)

    def _move(self, seconds: float) -> None:
        self.offset_seconds += seconds
        self._store.keep_setting("clock_offset_seconds", self.offset_seconds)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


async def _first_of(*events: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
