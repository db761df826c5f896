"""Runs an adapter's conversation over HTTP, blocking or asynchronous; failures are translated in one place
(``providers.exchange``)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

import httpx

from providers.errors import ProviderError
from providers.exchange import (
    TRANSLATED,
    Budget,
    OnSent,
    Sent,
    arguments,
    httpx_timeout,
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
from providers.stream import AsyncAudioStream, AudioStream, StreamExchange
from providers.types import Headers, Operation, Request, Response, Timeouts

T = TypeVar("T")

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
    ``longest_seconds``, whatever the adapter allows: who claims work for a time must know that the call ends in it."""

    def __init__(
        self, client: httpx.Client, *, on_sent: OnSent | None = None, longest_seconds: float = math.inf
    ) -> None:
        self._client = client
        self._on_sent = on_sent
        self._longest_seconds = longest_seconds

    def run(self, operation: Operation[T]) -> T:
        """The result of ``operation``. Raises ``ProviderError``; unlisted httpx errors pass through."""
        try:
            request = next(operation)
            while True:
                try:
                    response = self._exchange(request)
                except ProviderError as error:
                    request = operation.throw(error)
                else:
                    request = operation.send(response)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            operation.close()

    def stream(self, exchange: StreamExchange) -> AudioStream:
        """The audio of one streamed synthesis as it is made. Nothing is sent before the first piece is asked for."""
        return AudioStream(self._client, exchange, self._on_sent, self._longest_seconds)

    def _exchange(self, request: Request) -> Response:
        refuse_foreign_origin(request)
        request = replace(request, timeout=request.timeout.within(self._longest_seconds))
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

    async def run(self, operation: Operation[T]) -> T:
        """The result of ``operation``. Raises ``ProviderError``; unlisted httpx errors pass through."""
        try:
            request = next(operation)
            while True:
                try:
                    response = await self._exchange(request)
                except ProviderError as error:
                    request = operation.throw(error)
                else:
                    request = operation.send(response)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            operation.close()

    def stream(self, exchange: StreamExchange) -> AsyncAudioStream:
        """The audio of one streamed synthesis as it is made. Nothing is sent before the first piece is asked for."""
        return AsyncAudioStream(self._client, exchange, self._on_sent, self._longest_seconds)

    async def _exchange(self, request: Request) -> Response:
        refuse_foreign_origin(request)
        request = replace(request, timeout=request.timeout.within(self._longest_seconds))
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
