"""Runs an adapter's conversation over HTTP, blocking or asynchronous, and translates foreign failures once.

The rule of the translation: a connection that was never made cannot have cost anything; as soon as bytes may have been
written, a lost answer is an unknown outcome (unless the request may be repeated freely). The table is closed: an httpx
error that is not listed passes through untranslated.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import httpx

from providers.errors import Category, FetchError, ProviderError, WhoActs, lost_answer, malformed
from providers.guard import (
    Allowed,
    AsyncGuardedBackend,
    AsyncGuardedTransport,
    GuardedBackend,
    GuardedTransport,
    Resolver,
    system_resolver,
)
from providers.types import Headers, Operation, Request, Response, Timeouts, UploadPart

T = TypeVar("T")
OnSent = Callable[[Request], None]

# Connection never made: surely not charged. (exception, retryable, who acts)
NEVER_SENT: tuple[tuple[type[Exception], bool, WhoActs], ...] = (
    (httpx.ConnectError, True, "nobody"),
    (httpx.ConnectTimeout, True, "nobody"),
    (httpx.PoolTimeout, True, "nobody"),
    (httpx.UnsupportedProtocol, False, "operator"),
)
# Bytes may have been written: nobody knows what the provider did with them.
MAYBE_SENT: tuple[type[Exception], ...] = (
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.DecodingError,
)
_TRANSLATED: tuple[type[Exception], ...] = (*(row[0] for row in NEVER_SENT), *MAYBE_SENT, FetchError)
_BODY_SENT = ("http11.send_request_body.complete", "http2.send_request_body.complete")
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
    return httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=_timeout(Timeouts()))


def async_http_client(
    *,
    allowed_hosts: Allowed = (),
    limits: httpx.Limits = _LIMITS,
    resolver: Resolver = system_resolver,
) -> httpx.AsyncClient:
    """The asynchronous twin of ``http_client``."""
    backend = AsyncGuardedBackend(allowed=allowed_hosts, resolver=resolver)
    transport = AsyncGuardedTransport(backend=backend, limits=limits)
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=_timeout(Timeouts()))


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

    def _exchange(self, request: Request) -> Response:
        refuse_foreign_origin(request)
        request = replace(request, timeout=request.timeout.within(self._longest_seconds))
        sent = _Sent(request, self._on_sent)
        try:
            with self._client.stream(**_arguments(request), extensions={"trace": sent.trace}) as answer:
                sent.now()
                body = _Body(request)
                for chunk in answer.iter_bytes():
                    body.add(chunk)
                return Response(answer.status_code, Headers(answer.headers), body.content())
        except _TRANSLATED as error:
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

    async def _exchange(self, request: Request) -> Response:
        refuse_foreign_origin(request)
        request = replace(request, timeout=request.timeout.within(self._longest_seconds))
        sent = _Sent(request, self._on_sent)
        try:
            async with self._client.stream(**_arguments(request), extensions={"trace": sent.async_trace}) as answer:
                sent.now()
                body = _Body(request)
                async for chunk in answer.aiter_bytes():
                    body.add(chunk)
                return Response(answer.status_code, Headers(answer.headers), body.content())
        except _TRANSLATED as error:
            raise translated(error, request) from error


def refuse_foreign_origin(request: Request) -> None:
    """The key goes to the account's own origin and nowhere else."""
    if _origin(request.url) == _origin(request.account.base_url):
        return
    raise ProviderError(
        f"{request.operation} would leave the address of its account; nothing was sent",
        category=Category.UNSUPPORTED,
        field="base_url",
    )


def translated(error: Exception, request: Request) -> ProviderError:
    """A transport failure as one of ours: surely unpaid when no connection was made, else unknown."""
    if isinstance(error, FetchError):
        return ProviderError(str(error), category=Category.UNSUPPORTED, field="base_url")
    for kind, retryable, who_acts in NEVER_SENT:
        if isinstance(error, kind):
            message = f"No connection for {request.operation}: {_named(error)}"
            return ProviderError(message, category=Category.PROVIDER_DOWN, retryable=retryable, who_acts=who_acts)
    return lost_answer(request, _named(error))


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()


class _Sent:
    """Tells ``on_sent`` exactly once."""

    def __init__(self, request: Request, on_sent: OnSent | None) -> None:
        self._request = request
        self._on_sent = on_sent

    def now(self) -> None:
        tell, self._on_sent = self._on_sent, None
        if tell is not None:
            tell(self._request)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        if event in _BODY_SENT:
            self.now()

    async def async_trace(self, event: str, info: dict[str, Any]) -> None:
        self.trace(event, info)


class _Body:
    """Collects an answer within its bounds of size and time."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._chunks: list[bytes] = []
        self._size = 0
        self._deadline = time.monotonic() + request.timeout.total

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > self._request.max_response_bytes:
            raise malformed(self._request, f"longer than {self._request.max_response_bytes} bytes")
        if time.monotonic() > self._deadline:
            raise lost_answer(self._request, f"still coming after {self._request.timeout.total} s")

    def content(self) -> bytes:
        return b"".join(self._chunks)


def _origin(url: str) -> tuple[str, str, int | None, bytes]:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ProviderError("The address is no URL", category=Category.UNSUPPORTED, field="base_url") from error
    return parsed.scheme, parsed.host, parsed.port, parsed.userinfo


def _timeout(timeouts: Timeouts) -> httpx.Timeout:
    return httpx.Timeout(connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool)


def _arguments(request: Request) -> dict[str, Any]:
    """The request in httpx's words. Compression is declined: it would let a small answer grow past its bound."""
    return {
        "method": request.method,
        "url": request.url,
        "headers": {"Accept-Encoding": "identity", **request.headers},
        "params": dict(request.params) or None,
        "json": request.json,
        "data": request.form,
        "files": {name: _part(part) for name, part in request.files.items()} if request.files else None,
        "timeout": _timeout(request.timeout),
    }


def _part(part: UploadPart) -> tuple[str, bytes, str]:
    return part.filename, part.content, part.content_type
