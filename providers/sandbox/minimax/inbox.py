"""What a WebSocket's client has sent and nobody has dealt with: read ahead, so that waiting texts can be counted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.gate import read_json

MOST_WAITING = 1000


def _waiting() -> "asyncio.Queue[dict[str, Any] | Exception]":
    # Beyond it the connection itself is not read on.
    return asyncio.Queue(maxsize=MOST_WAITING)


@dataclass(slots=True)
class Inbox:
    """The events of one session in their order. A text beyond `allowed()` is dropped, and `refuse` says so."""

    socket: WebSocket
    allowed: Callable[[], int | None]
    refuse: Callable[[], Awaitable[None]]
    _queue: "asyncio.Queue[dict[str, Any] | Exception]" = field(default_factory=_waiting)
    _texts: int = 0

    async def read(self) -> None:
        """Read until the client leaves or sends what is no event."""
        try:
            while True:
                await self._take(_event(await self.socket.receive_text()))
        except (ValueError, KeyError, RecursionError):
            await self._queue.put(VendorError(2202))
        except WebSocketDisconnect as error:
            await self._queue.put(error)

    async def _take(self, event: dict[str, Any]) -> None:
        if event.get("event") == "task_continue":
            most = self.allowed()
            if most is not None and self._texts >= most:
                await self.refuse()
                return
            self._texts += 1
        await self._queue.put(event)

    async def next(self, *, seconds: float) -> dict[str, Any]:
        """The oldest event. `VendorError` 2201 when none comes in time, 2202 for what is no event."""
        try:
            event = await asyncio.wait_for(self._queue.get(), seconds)
        except TimeoutError as error:
            raise VendorError(2201) from error
        if isinstance(event, Exception):
            raise event
        if event.get("event") == "task_continue":
            self._texts -= 1
        return event


def _event(text: str) -> dict[str, Any]:
    event = read_json(text)
    if not isinstance(event, dict):
        raise ValueError("no object")
    return event
