"""Runs an adapter's conversation over HTTP, blocking or asynchronous; failures are translated in one place
(``providers.exchange``)."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TypeVar

import httpx

from providers.async_session import AsyncSpeechSession
from providers.errors import PendingError, ProviderError
from providers.exchange import (
    TRANSLATED,
    Budget,
    OnSent,
    Sent,
    arguments,
    httpx_timeout,
    note_retry_after,
    refuse_foreign_origin,
    translated,
)
from providers.guard import (
    Allowed,
    AsyncGuardedBackend,
    AsyncGuardedTransport,
    GuardedBackend,
    GuardedTransport,
    Resolver,
    system_resolver,
)
from providers.patience import OnAccepted, Patience
from providers.session import SpeechSession
from providers.socket import SocketExchange
from providers.stream import AsyncAudioStream, AudioStream, StreamExchange
from providers.types import Accepted, Headers, Operation, Pause, Request, Response, Timeouts

T = TypeVar("T")

NOTHING = Response(204)
"""The answer to whatever is no request."""

_LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=15.0)


def http_client(
    *,
    allowed_hosts: Allowed = (),
    limits: httpx.Limits = _LIMITS,
    resolver: Resolver = system_resolver,
) -> httpx.Client:
    """A pooled client for workers: guarded addresses, no redirects, no proxies from the environment.

    ``allowed_hosts`` lists "host:port" that may lie in a private range (the embedded profile lists its sandbox); a
    callable is asked at every new connection.
    """
    backend = GuardedBackend(allowed=allowed_hosts, resolver=resolver)
    transport = GuardedTransport(backend=backend, limits=limits)
    return httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=httpx_timeout(Timeouts()))


def async_http_client(
    *,
    allowed_hosts: Allowed = (),
    limits: httpx.Limits = _LIMITS,
    resolver: Resolver = system_resolver,
) -> httpx.AsyncClient:
    """The asynchronous twin of ``http_client``."""
    backend = AsyncGuardedBackend(allowed=allowed_hosts, resolver=resolver)
    transport = AsyncGuardedTransport(backend=backend, limits=limits)
    return httpx.AsyncClient(
        transport=transport, trust_env=False, follow_redirects=False, timeout=httpx_timeout(Timeouts())
    )


class Driver:
    """Runs operations over a blocking client. ``on_sent`` is called once per request, when its last byte is written
    (with a transport that does not report that: before the answer is handed on). No exchange may take longer than
    ``longest_seconds``, whatever the adapter allows, and no operation waits beyond it: who claims work for a time must
    know that the call ends in it."""

    def __init__(
        self, client: httpx.Client, *, on_sent: OnSent | None = None, longest_seconds: float = math.inf
    ) -> None:
        self._client = client
        self._on_sent = on_sent
        self._longest_seconds = longest_seconds

    def run(self, operation: Operation[T], *, on_accepted: OnAccepted | None = None) -> T:
        """The result of ``operation``. ``on_accepted`` is told of paid work the provider took on under an id, before
        anything else is asked. Raises ``ProviderError`` and ``PendingError``; unlisted httpx errors pass through, and
        so does whatever ``on_accepted`` raises."""
        patience = Patience(self._longest_seconds, on_accepted)
        response: Response | None = None
        try:
            asked = next(operation)
            while True:
                try:
                    response = self._answer(asked, patience)
                except (ProviderError, PendingError) as error:
                    asked = operation.throw(error)
                else:
                    asked = operation.send(response)
        except StopIteration as done:
            result: T = done.value
            return result
        except ProviderError as error:
            note_retry_after(error, response)
            raise
        finally:
            operation.close()

    def within(self, seconds: float) -> Driver:
        """The same client and observer, with no exchange longer than ``seconds``."""
        return Driver(self._client, on_sent=self._on_sent, longest_seconds=min(seconds, self._longest_seconds))

    def stream(self, exchange: StreamExchange) -> AudioStream:
        """The audio of one streamed synthesis as it is made. Nothing is sent before the first piece is asked for."""
        return AudioStream(self._client, exchange, self._on_sent, self._longest_seconds)

    def socket(self, exchange: SocketExchange) -> SpeechSession:
        """A session that speaks text after text; ``with`` opens it. ``on_sent`` is called once for each text, and
        ``longest_seconds`` bounds each text, the opening and the end."""
        return SpeechSession(self._client, exchange, self._on_sent, self._longest_seconds)

    def _answer(self, asked: Request | Accepted | Pause, patience: Patience) -> Response:
        if isinstance(asked, Accepted):
            patience.accept(asked)
        elif isinstance(asked, Pause):
            time.sleep(patience.spend(asked))
        else:
            return self._exchange(patience.bounded(asked))
        return NOTHING

    def _exchange(self, request: Request) -> Response:
        refuse_foreign_origin(request)
        sent = Sent(request, self._on_sent)
        try:
            with self._client.stream(**arguments(request), extensions={"trace": sent.trace}) as answer:
                sent.now()
                budget, body = Budget(request), bytearray()
                for chunk in answer.iter_bytes():
                    budget.spend(chunk)
                    body += chunk
                return Response(answer.status_code, Headers(answer.headers), bytes(body))
        except TRANSLATED as error:
            raise translated(error, request) from error


class AsyncDriver:
    """Runs the same operations over an asynchronous client, under the same bounds."""

    def __init__(
        self, client: httpx.AsyncClient, *, on_sent: OnSent | None = None, longest_seconds: float = math.inf
    ) -> None:
        self._client = client
        self._on_sent = on_sent
        self._longest_seconds = longest_seconds

    async def run(self, operation: Operation[T], *, on_accepted: OnAccepted | None = None) -> T:
        """The result of ``operation``, as ``Driver.run`` gives it. ``on_accepted`` is called in the event loop."""
        patience = Patience(self._longest_seconds, on_accepted)
        response: Response | None = None
        try:
            asked = next(operation)
            while True:
                try:
                    response = await self._answer(asked, patience)
                except (ProviderError, PendingError) as error:
                    asked = operation.throw(error)
                else:
                    asked = operation.send(response)
        except StopIteration as done:
            result: T = done.value
            return result
        except ProviderError as error:
            note_retry_after(error, response)
            raise
        finally:
            operation.close()

    def stream(self, exchange: StreamExchange) -> AsyncAudioStream:
        """The audio of one streamed synthesis as it is made. Nothing is sent before the first piece is asked for."""
        return AsyncAudioStream(self._client, exchange, self._on_sent, self._longest_seconds)

    def socket(self, exchange: SocketExchange) -> AsyncSpeechSession:
        """A session that speaks text after text; ``async with`` opens it. As ``Driver.socket``."""
        return AsyncSpeechSession(self._client, exchange, self._on_sent, self._longest_seconds)

    async def _answer(self, asked: Request | Accepted | Pause, patience: Patience) -> Response:
        if isinstance(asked, Accepted):
            patience.accept(asked)
        elif isinstance(asked, Pause):
            await asyncio.sleep(patience.spend(asked))
        else:
            return await self._exchange(patience.bounded(asked))
        return NOTHING

    async def _exchange(self, request: Request) -> Response:
        refuse_foreign_origin(request)
        sent = Sent(request, self._on_sent)
        try:
            async with self._client.stream(**arguments(request), extensions={"trace": sent.async_trace}) as answer:
                sent.now()
                budget, body = Budget(request), bytearray()
                async for chunk in answer.aiter_bytes():
                    budget.spend(chunk)
                    body += chunk
                return Response(answer.status_code, Headers(answer.headers), bytes(body))
        except TRANSLATED as error:
            raise translated(error, request) from error
