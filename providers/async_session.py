"""The same session over an asynchronous client."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self

import httpcore
import httpx

from providers.errors import ProviderError
from providers.exchange import TRANSLATED, Budget, OnSent, arguments, translated
from providers.session import BROKEN, NEWS_SECONDS, READ_BYTES, SWITCHING, Bound, Session, Spoken
from providers.socket import Message, SocketExchange, SpeechTurn, Talk


class AsyncSpokenText(Spoken):
    """The audio of one text: iterate, then read ``result``. Nothing is sent before the first piece is asked for.

    Raises ``ProviderError``. Who stops in the middle may speak the next text all the same: the rest is read past.
    """

    def __init__(self, session: AsyncSpeechSession, turn: SpeechTurn) -> None:
        super().__init__(turn)
        self._chunks = session.chunks(self)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks


class AsyncSpeechSession(Session):
    """Texts spoken one after another over one connection: ``async with``, then ``speak``.

    Between texts nobody reads, so pings are not answered and an idle session dies at the provider; ``keep_alive`` now
    and then prevents both. A session that is over refuses every further text with a retryable error: open another.
    """

    def __init__(
        self, client: httpx.AsyncClient, exchange: SocketExchange, on_sent: OnSent | None, longest: float
    ) -> None:
        super().__init__(exchange, on_sent, longest)
        self._client = client
        self._stack = AsyncExitStack()
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def __aenter__(self) -> Self:
        bound = Bound(self._free, self._open_seconds)
        try:
            self._stream = await self._connect()
            await self._hold(self._dialogue.open(), bound)
        except BaseException:
            await self._hang_up()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self.close()
        else:
            await self._hang_up()

    def speak(self, text: str) -> AsyncSpokenText:
        """One text, paid for itself. Raises ``RefusedError`` at once for what cannot be spoken."""
        return AsyncSpokenText(self, self._dialogue.speak(text))

    async def keep_alive(self) -> None:
        """Tell the provider that the session is still wanted; free. Raises ``ProviderError`` when it is over."""
        await self._settle()
        await self._listen_for_news()
        try:
            await self._hold(self._dialogue.keep_alive(), Bound(self._free, self._open_seconds))
        except ProviderError as error:
            self._over = error
            raise

    async def close(self) -> None:
        """Say goodbye within ``close_seconds`` and hang up. What fails now has no consequence, so nothing is raised."""
        if self._stream is None:
            return
        bound = Bound(self._free, self._close_seconds)
        try:
            with suppress(ProviderError):
                await self._settle(self._close_seconds)
                self._refuse_when_over()
                await self._hold(self._dialogue.finish(), bound)
            with suppress(*BROKEN):
                await self._push(self._frames.close(), self._close_seconds)
        finally:
            await self._hang_up()

    async def chunks(self, spoken: AsyncSpokenText) -> AsyncGenerator[bytes, None]:
        """The audio of a text made by ``speak``, through which it is asked for."""
        await self._settle()
        await self._listen_for_news()
        turn, bound = spoken.turn, self._begin(spoken)
        try:
            await self._write(turn.frame, bound)
            self._spoken = spoken
            self._tell()
            while not turn.finished:
                piece = turn.feed(await self._receive(bound))
                if piece:
                    yield piece
                    self._still_heard(spoken)
            self._spoken = None
            spoken.conclude()
        except ProviderError as error:
            self._fail(spoken, error)
            raise

    async def _settle(self, seconds: float = math.inf) -> None:
        """Read past the rest of a text that somebody stopped reading."""
        unread = self._unread(seconds)
        if unread is None:
            return
        spoken, bound = unread
        try:
            while not spoken.turn.finished:
                spoken.turn.feed(await self._receive(bound))
            spoken.conclude()
        except ProviderError as error:
            self._fail(spoken, error)

    async def _listen_for_news(self) -> None:
        """What was said unasked: above all, that the session has ended. Nothing has been written yet."""
        self._open_stream()
        self._refuse_when_over()
        bound = Bound(self._free, self._open_seconds)
        try:
            while await self._has_news(bound):
                message = self._frames.next()
                if message is not None:
                    self._dialogue.unasked(message)
                elif not self._frames.is_open:
                    raise self._ended(self._free)
        except ProviderError as error:
            self._over = error
            raise

    async def _has_news(self, bound: Bound) -> bool:
        if self._frames.has_message or not self._frames.is_open:
            return True
        try:
            await self._pull(min(NEWS_SECONDS, bound.wait()))
        except httpcore.ReadTimeout:
            return False
        except BROKEN as error:
            raise bound.broken(error) from error
        return True

    async def _hold(self, talk: Talk, bound: Bound) -> None:
        """A part of the dialogue from its first frame to its last message."""
        frame = next(talk)
        try:
            while True:
                if frame is not None:
                    await self._write(frame, bound)
                frame = talk.send(await self._receive(bound))
        except StopIteration:
            return
        finally:
            talk.close()

    async def _receive(self, bound: Bound) -> Message:
        while (message := self._frames.next()) is None:
            if not self._frames.is_open:
                raise self._ended(bound.asked)
            try:
                await self._pull(bound.wait())
            except BROKEN as error:
                raise bound.broken(error) from error
        return message

    async def _pull(self, seconds: float) -> None:
        self._frames.feed(await self._open_stream().read(READ_BYTES, seconds))
        with suppress(*BROKEN):
            # What has been read is good whatever becomes of the answers to pings.
            await self._push(self._frames.outgoing(), self._paid.timeout.write)

    async def _write(self, text: str, bound: Bound) -> None:
        content = self._bytes_of(text)
        try:
            await self._push(content, min(bound.wait(), self._paid.timeout.write))
        except BROKEN as error:
            raise bound.broken(error) from error

    async def _push(self, content: bytes, seconds: float) -> None:
        """Write all of it, or never write again: nothing may follow half a message."""
        if content and not self._cannot_write:
            self._cannot_write = True
            await self._open_stream().write(content, seconds)
            self._cannot_write = False

    def _open_stream(self) -> httpcore.AsyncNetworkStream:
        if self._stream is None:
            raise RuntimeError("The session is not open: use it in an `async with` statement")
        return self._stream

    async def _connect(self) -> httpcore.AsyncNetworkStream:
        asked = self._opening()
        try:
            answer = await self._stack.enter_async_context(self._client.stream(**arguments(asked)))
            if answer.status_code != SWITCHING:
                budget, content = Budget(asked), bytearray()
                async for chunk in answer.aiter_bytes():
                    budget.spend(chunk)
                    content += chunk
                raise self._declined(answer, bytes(content))
        except TRANSLATED as error:
            raise translated(error, asked) from error
        stream: httpcore.AsyncNetworkStream = self._accept(answer, asked)
        return stream

    async def _hang_up(self) -> None:
        self._stream = None
        await self._stack.aclose()
