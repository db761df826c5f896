"""A uvicorn protocol whose connections can be closed from inside a request, with no answer or half of one."""

import asyncio
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_open: dict[tuple[str, int, Any], asyncio.Transport] = {}


class ClosableProtocol(HttpToolsProtocol):
    """Remembers each connection by server port and client address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        # uvicorn's own switch depends on how the embedding process configured its loggers.
        self.access_log = False
        if self.client:
            _open[(*self.client, self.server and self.server[1])] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self.client:
            _open.pop((*self.client, self.server and self.server[1]), None)
        super().connection_lost(exc)


def break_off(scope: Scope) -> None:
    """Close a WebSocket's connection without the handshake that ends one."""
    transport = _open.pop(_place(scope), None)
    if transport is not None:
        transport.close()


def forget(scope: Scope) -> None:
    """A WebSocket ended; its connection has passed to another protocol, which does not tell."""
    _open.pop(_place(scope), None)


def _place(scope: Scope) -> tuple[str, int, Any]:
    return (*scope["client"], scope["server"][1])


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close the request's connection after what was already written, and wait until it is gone."""
    transport = _open.get(_place(scope))
    if transport is not None:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
