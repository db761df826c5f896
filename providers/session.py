"""A session over a blocking client: connect, then speak text after text (``providers.async_session`` is its twin).

Whether something may have been charged depends on one moment: when the text was written. What fails before that costs
nothing; what fails between that and the text's last message is an unknown outcome.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx
from websockets.exceptions import InvalidState, WebSocketException

from providers.errors import Category, ProviderError, lost_answer, malformed, while_listening
from providers.exchange import TRANSLATED, Budget, OnSent, arguments, refuse_foreign_origin, translated
from providers.frames import Frames
from providers.socket import Message, SocketExchange, SpeechTurn, Talk
from providers.types import Headers, Request, Response, SpeechResult

BROKEN = (httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.ReadError, httpcore.WriteError)
"""How an open connection fails under both kinds of client."""

SWITCHING = 101
READ_BYTES = 65536
NEWS_SECONDS = 0.01
"""How long to look whether the other side has ended the session, before a text is written."""


class Bound:
    """What one part of a session may take, and on whose account its failures go."""

    def __init__(self, asked: Request, seconds: float) -> None:
        self.asked = asked
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds

    def within(self, seconds: float) -> Bound:
        """What is left of it, ``seconds`` at most."""
        return Bound(self.asked, min(seconds, self._deadline - time.monotonic()))

    def wait(self) -> float:
        """Seconds the next bytes may take. Raises ``ProviderError`` when the time is up."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise lost_answer(self.asked, f"not done after {round(self._seconds, 3)} s")
        return min(left, self.asked.timeout.read)

    def broken(self, error: Exception) -> ProviderError:
        """The error for a connection that failed."""
        return lost_answer(self.asked, f"{type(error).__name__} {error}".strip())


class Spoken:
    """One text of a session, and its result once it was read to its end."""

    def __init__(self, turn: SpeechTurn) -> None:
        self.turn = turn
        self.bound: Bound | None = None
        self._result: SpeechResult | None = None

    @property
    def result(self) -> SpeechResult:
        """The summary, once the text was read to its end. Raises ``RuntimeError`` before that."""
        if self._result is None:
            raise RuntimeError("The text was not read to its end")
        return self._result

    def conclude(self) -> None:
        """Take the verdict. Raises ``ProviderError``."""
        self._result = self.turn.end()


class Session:
    """What both kinds of session know: what may be asked now, and what failures mean."""

    def __init__(self, exchange: SocketExchange, on_sent: OnSent | None, longest: float) -> None:
        refuse_foreign_origin(exchange.request)
        self._paid = replace(exchange.request, timeout=exchange.request.timeout.within(longest))
        self._free = replace(self._paid, repeatable=True)
        self._dialogue = exchange.dialogue
        self._open_seconds = min(exchange.open_seconds, longest)
        self._close_seconds = min(exchange.close_seconds, longest)
        self._frames = Frames(exchange.request.max_response_bytes)
        self._on_sent = on_sent
        self._spoken: Spoken | None = None
        self._over: ProviderError | None = None
        self._cannot_write = False

    def _begin(self, spoken: Spoken) -> Bound:
        """The text is about to be written."""
        spoken.bound = Bound(self._paid, self._paid.timeout.total)
        return spoken.bound

    def _unread(self, seconds: float) -> tuple[Spoken, Bound] | None:
        """The text somebody stopped reading in the middle, and what may be spent on the rest of it."""
        spoken, self._spoken = self._spoken, None
        return (spoken, spoken.bound.within(seconds)) if spoken and spoken.bound else None

    def _opening(self) -> Request:
        """The request that asks for the connection: as bounded as everything else, and free."""
        return replace(
            self._free,
            headers={**self._free.headers, **self._frames.upgrade},
            timeout=self._free.timeout.within(self._open_seconds),
        )

    def _accept(self, answer: httpx.Response, asked: Request) -> Any:
        """The stream under an answer that opened the connection."""
        try:
            self._frames.accept(answer)
        except WebSocketException as error:
            raise malformed(asked, f"no WebSocket: {error}", http_status=answer.status_code) from error
        return answer.extensions["network_stream"]

    def _declined(self, answer: httpx.Response, content: bytes) -> ProviderError:
        return self._dialogue.declined(Response(answer.status_code, Headers(answer.headers), content))

    def _bytes_of(self, text: str) -> bytes:
        """What to write; nothing was sent where that cannot be."""
        if self._cannot_write:
            raise self._ended(self._free)
        try:
            return self._frames.say(text)
        except InvalidState as error:
            raise self._ended(self._free) from error

    def _tell(self) -> None:
        if self._on_sent is not None:
            self._on_sent(self._paid)

    def _ended(self, asked: Request) -> ProviderError:
        """The connection is gone, by the other side's doing."""
        if self._frames.broken:
            return malformed(asked, self._frames.broken)
        return lost_answer(asked, self._frames.ending)

    def _refuse_when_over(self) -> None:
        if self._over is None:
            return
        raise ProviderError(
            f"The session is over: {self._over.message}",
            category=Category.PROVIDER_DOWN,
            retryable=True,
            who_acts="nobody",
            code=self._over.code,
            trace_id=self._over.trace_id,
        )

    def _fail(self, spoken: Spoken, error: ProviderError) -> None:
        """A text came to nothing; the session goes on only when it is known where the next answer begins."""
        while_listening(error, spoken.turn.heard_bytes)
        self._spoken = None
        if not spoken.turn.finished:
            self._over = error

    def _still_heard(self, spoken: Spoken) -> None:
        if self._spoken is not spoken:
            raise RuntimeError("The session went on; the rest of this text is gone")


class SpokenText(Spoken):
    """The audio of one text: iterate, then read ``result``. Nothing is sent before the first piece is asked for.

    Raises ``ProviderError``. Who stops in the middle may speak the next text all the same: the rest is read past.
    """

    def __init__(self, session: SpeechSession, turn: SpeechTurn) -> None:
        super().__init__(turn)
        self._chunks = session.chunks(self)

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


class SpeechSession(Session):
    """Texts spoken one after another over one connection: ``with``, then ``speak``.

    Between texts nobody reads, so pings are not answered and an idle session dies at the provider; ``keep_alive`` now
    and then prevents both. A session that is over refuses every further text with a retryable error: open another.
    """

    def __init__(self, client: httpx.Client, exchange: SocketExchange, on_sent: OnSent | None, longest: float) -> None:
        super().__init__(exchange, on_sent, longest)
        self._client = client
        self._stack = ExitStack()
        self._stream: httpcore.NetworkStream | None = None

    def __enter__(self) -> Self:
        bound = Bound(self._free, self._open_seconds)
        try:
            self._stream = self._connect()
            self._hold(self._dialogue.open(), bound)
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._hang_up()

    def speak(self, text: str) -> SpokenText:
        """One text, paid for itself. Raises ``RefusedError`` at once for what cannot be spoken."""
        return SpokenText(self, self._dialogue.speak(text))

    def keep_alive(self) -> None:
        """Tell the provider that the session is still wanted; free. Raises ``ProviderError`` when it is over."""
        self._settle()
        self._listen_for_news()
        try:
            self._hold(self._dialogue.keep_alive(), Bound(self._free, self._open_seconds))
        except ProviderError as error:
            self._over = error
            raise

    def close(self) -> None:
        """Say goodbye within ``close_seconds`` and hang up. What fails now has no consequence, so nothing is raised."""
        if self._stream is None:
            return
        bound = Bound(self._free, self._close_seconds)
        try:
            with suppress(ProviderError):
                self._settle(self._close_seconds)
                self._refuse_when_over()
                self._hold(self._dialogue.finish(), bound)
            with suppress(*BROKEN):
                self._push(self._frames.close(), self._close_seconds)
        finally:
            self._hang_up()

    def chunks(self, spoken: SpokenText) -> Generator[bytes, None, None]:
        """The audio of a text made by ``speak``, through which it is asked for."""
        self._settle()
        self._listen_for_news()
        turn, bound = spoken.turn, self._begin(spoken)
        try:
            self._write(turn.frame, bound)
            self._spoken = spoken
            self._tell()
            while not turn.finished:
                piece = turn.feed(self._receive(bound))
                if piece:
                    yield piece
                    self._still_heard(spoken)
            self._spoken = None
            spoken.conclude()
        except ProviderError as error:
            self._fail(spoken, error)
            raise

    def _settle(self, seconds: float = math.inf) -> None:
        """Read past the rest of a text that somebody stopped reading."""
        unread = self._unread(seconds)
        if unread is None:
            return
        spoken, bound = unread
        try:
            while not spoken.turn.finished:
                spoken.turn.feed(self._receive(bound))
            spoken.conclude()
        except ProviderError as error:
            self._fail(spoken, error)

    def _listen_for_news(self) -> None:
        """What was said unasked: above all, that the session has ended. Nothing has been written yet."""
        self._open_stream()
        self._refuse_when_over()
        bound = Bound(self._free, self._open_seconds)
        try:
            while self._has_news(bound):
                message = self._frames.next()
                if message is not None:
                    self._dialogue.unasked(message)
                elif not self._frames.is_open:
                    raise self._ended(self._free)
        except ProviderError as error:
            self._over = error
            raise

    def _has_news(self, bound: Bound) -> bool:
        if self._frames.has_message or not self._frames.is_open:
            return True
        try:
            self._pull(min(NEWS_SECONDS, bound.wait()))
        except httpcore.ReadTimeout:
            return False
        except BROKEN as error:
            raise bound.broken(error) from error
        return True

    def _hold(self, talk: Talk, bound: Bound) -> None:
        """A part of the dialogue from its first frame to its last message."""
        frame = next(talk)
        try:
            while True:
                if frame is not None:
                    self._write(frame, bound)
                frame = talk.send(self._receive(bound))
        except StopIteration:
            return
        finally:
            talk.close()

    def _receive(self, bound: Bound) -> Message:
        while (message := self._frames.next()) is None:
            if not self._frames.is_open:
                raise self._ended(bound.asked)
            try:
                self._pull(bound.wait())
            except BROKEN as error:
                raise bound.broken(error) from error
        return message

    def _pull(self, seconds: float) -> None:
        self._frames.feed(self._open_stream().read(READ_BYTES, seconds))
        with suppress(*BROKEN):
            # What has been read is good whatever becomes of the answers to pings.
            self._push(self._frames.outgoing(), self._paid.timeout.write)

    def _write(self, text: str, bound: Bound) -> None:
        content = self._bytes_of(text)
        try:
            self._push(content, min(bound.wait(), self._paid.timeout.write))
        except BROKEN as error:
            raise bound.broken(error) from error

    def _push(self, content: bytes, seconds: float) -> None:
        """Write all of it, or never write again: nothing may follow half a message."""
        if content and not self._cannot_write:
            self._cannot_write = True
            self._open_stream().write(content, seconds)
            self._cannot_write = False

    def _open_stream(self) -> httpcore.NetworkStream:
        if self._stream is None:
            raise RuntimeError("The session is not open: use it in a `with` statement")
        return self._stream

    def _connect(self) -> httpcore.NetworkStream:
        asked = self._opening()
        try:
            answer = self._stack.enter_context(self._client.stream(**arguments(asked)))
            if answer.status_code != SWITCHING:
                budget, content = Budget(asked), bytearray()
                for chunk in answer.iter_bytes():
                    budget.spend(chunk)
                    content += chunk
                raise self._declined(answer, bytes(content))
        except TRANSLATED as error:
            raise translated(error, asked) from error
        stream: httpcore.NetworkStream = self._accept(answer, asked)
        return stream

    def _hang_up(self) -> None:
        self._stream = None
        self._stack.close()
