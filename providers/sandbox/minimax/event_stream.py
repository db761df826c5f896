"""An answer as server-sent events, the vendor's way: `data:` lines and blank lines, nothing else."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from providers.sandbox.transport import hang_up


class BrokenOffError(Exception):
    """Raised by the source of a stream where the connection shall die, after what it already gave."""


def frame(body: dict[str, Any]) -> bytes:
    """One event."""
    return b"data: " + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


class EventStream(Response):
    """Sends frames as they come. A client that leaves ends the source."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncGenerator[bytes, None]) -> None:
        """The source is read once."""
        super().__init__()
        self._frames = frames
        self.raw_headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send everything, unless the client leaves or the source breaks off."""
        playing = asyncio.ensure_future(self._play(scope, receive, send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((playing, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not playing.done():
                playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await playing

    async def _play(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async with contextlib.aclosing(self._frames) as frames:
                async for part in frames:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        except BrokenOffError:
            await hang_up(scope, receive)
        else:
            await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
