"""Audio that is handed on while it is made: what an adapter describes, and its two drivers' ends of it.

An adapter gives a ``StreamExchange``: one request and the decoder of its answer, without any I/O. ``Driver.stream`` and
``AsyncDriver.stream`` send it and give the audio as it comes.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Protocol, Self

import httpx

from providers.errors import ProviderError, while_listening
from providers.exchange import (
    TRANSLATED,
    Budget,
    OnSent,
    Sent,
    arguments,
    refuse_foreign_origin,
    translated,
)
from providers.types import Finding, Headers, Request, SpeechResult


class SpeechDecoder(Protocol):
    """Makes audio of one streamed answer; usable once. Every method may raise ``ProviderError``, whose ``heard_bytes``
    then says how much audio had been given; nothing may be asked of the decoder after that."""

    @property
    def heard_bytes(self) -> int:
        """Audio bytes given so far."""

    @property
    def finished(self) -> bool:
        """Whether the provider said that this was all; what comes after that cannot spoil it."""

    def begin(self, status: int, headers: Headers) -> None:
        """The head of the answer has come."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The next bytes, split anywhere; gives the audio they complete. To be exhausted before the next call."""

    def flush(self) -> Iterator[bytes]:
        """The answer has ended; gives the audio of a last line that lacked its line end."""

    def end(self) -> SpeechResult:
        """The verdict, after ``flush``: the summary of the synthesis, without the audio."""


@dataclass(frozen=True, slots=True)
class StreamExchange:
    """One streamed synthesis: what to send, and who reads the answer. The decoder makes it good for one use.

    ``instead`` may give another synthesis to make when this one is refused; it is only asked as long as nothing was
    heard and surely nothing charged. ``findings`` are told with the result.
    """

    request: Request
    decoder: SpeechDecoder = field(repr=False)
    instead: Callable[[ProviderError], StreamExchange | None] | None = field(default=None, repr=False)
    findings: tuple[Finding, ...] = ()

    def after(self, error: ProviderError) -> StreamExchange | None:
        """What to do after this one failed with ``error``; None: nothing."""
        if self.instead is None or error.heard_bytes or error.possibly_charged:
            return None
        return self.instead(error)

    def told(self) -> SpeechResult:
        """The decoder's summary with the findings of this exchange."""
        result = self.decoder.end()
        return replace(result, findings=(*self.findings, *result.findings))


class _Ended:
    """Keeps the result of a stream."""

    _result: SpeechResult | None = None

    @property
    def result(self) -> SpeechResult:
        """The summary, once the stream was read to its end. Raises ``RuntimeError`` before that."""
        if self._result is None:
            raise RuntimeError("The stream was not read to its end")
        return self._result


class AudioStream(_Ended):
    """The audio of one synthesis over a blocking client: iterate, then read ``result``.

    Nothing is sent before the first piece is asked for. Raises ``ProviderError``; a stream that breaks off is an
    unknown outcome. Use it in a ``with`` statement, which hangs up when the reader leaves early.
    """

    def __init__(self, client: httpx.Client, exchange: StreamExchange, on_sent: OnSent | None, longest: float) -> None:
        self._chunks = self._listen(client, exchange, on_sent, longest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._chunks.close()

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def _listen(
        self, client: httpx.Client, exchange: StreamExchange, on_sent: OnSent | None, longest: float
    ) -> Generator[bytes, None, None]:
        ends = time.monotonic() + longest
        following: StreamExchange | None = exchange
        while following is not None:
            exchange, decoder = following, following.decoder
            request = _bounded(exchange, ends - time.monotonic())
            try:
                yield from self._heard(client, request, decoder, Sent(request, on_sent))
                yield from decoder.flush()
                self._result = exchange.told()
                return
            except ProviderError as error:
                following = exchange.after(while_listening(error, decoder.heard_bytes))
                if following is None or time.monotonic() >= ends:
                    raise

    def _heard(
        self, client: httpx.Client, request: Request, decoder: SpeechDecoder, sent: Sent
    ) -> Generator[bytes, None, None]:
        try:
            with client.stream(**arguments(request), extensions={"trace": sent.trace}) as answer:
                sent.now()
                budget = Budget(request)
                decoder.begin(answer.status_code, Headers(answer.headers))
                for data in answer.iter_bytes():
                    budget.spend(data)
                    yield from decoder.feed(data)
        except TRANSLATED as error:
            if not decoder.finished:
                raise translated(error, request) from error


class AsyncAudioStream(_Ended):
    """The asynchronous twin: ``async with``, ``async for``, then ``result``."""

    def __init__(
        self, client: httpx.AsyncClient, exchange: StreamExchange, on_sent: OnSent | None, longest: float
    ) -> None:
        self._chunks = self._listen(client, exchange, on_sent, longest)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._chunks.aclose()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks

    async def _listen(
        self, client: httpx.AsyncClient, exchange: StreamExchange, on_sent: OnSent | None, longest: float
    ) -> AsyncGenerator[bytes, None]:
        ends = time.monotonic() + longest
        following: StreamExchange | None = exchange
        while following is not None:
            exchange, decoder = following, following.decoder
            request = _bounded(exchange, ends - time.monotonic())
            try:
                async with aclosing(self._heard(client, request, decoder, Sent(request, on_sent))) as heard:
                    async for chunk in heard:
                        yield chunk
                for chunk in decoder.flush():
                    yield chunk
                self._result = exchange.told()
                return
            except ProviderError as error:
                following = exchange.after(while_listening(error, decoder.heard_bytes))
                if following is None or time.monotonic() >= ends:
                    raise

    async def _heard(
        self, client: httpx.AsyncClient, request: Request, decoder: SpeechDecoder, sent: Sent
    ) -> AsyncGenerator[bytes, None]:
        try:
            async with client.stream(**arguments(request), extensions={"trace": sent.async_trace}) as answer:
                sent.now()
                budget = Budget(request)
                decoder.begin(answer.status_code, Headers(answer.headers))
                async for data in answer.aiter_bytes():
                    budget.spend(data)
                    for chunk in decoder.feed(data):
                        yield chunk
        except TRANSLATED as error:
            if not decoder.finished:
                raise translated(error, request) from error


def _bounded(exchange: StreamExchange, longest: float) -> Request:
    refuse_foreign_origin(exchange.request)
    return replace(exchange.request, timeout=exchange.request.timeout.within(longest))
