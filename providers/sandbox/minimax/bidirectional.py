"""WebSocket /ws/v1/t2a_v2_bidi: text token by token, put together into sentences here (MiniMax bidirectional page).

A sentence is spoken between `sentence_start` and `sentence_end` while more text comes in. `task_flush` speaks what is
left and is answered by `task_flushed` after it; `task_cancel` stops at once, forgets what waits and is answered by
`task_canceled`, and the session goes on. The names of the two answers are those that published clients wait for.
"""

import asyncio
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.inbox import Inbox
from providers.sandbox.minimax.socket_speech import Session
from providers.sandbox.minimax.validation import TEXT_LIMIT

# A full stop may be the point of a number until a space follows it.
_SENTENCE = re.compile(r"\s*(.*?(?:[。！？；!?;\n]+|\.+(?=\s)))", re.DOTALL)


def sentences_of(text: str) -> tuple[list[str], str]:
    """The whole sentences at the beginning of a text, and the rest that waits for more."""
    found, place = [], 0
    while match := _SENTENCE.match(text, place):
        place = match.end()
        if sentence := match[1].strip():
            found.append(sentence)
    return found, text[place:]


@dataclass(slots=True)
class BidirectionalSession(Session):
    """One connection: a buffer of text, sentences that wait (None is a flush to acknowledge), one that is spoken."""

    connect_id: str = field(default_factory=lambda: str(10**14 + secrets.randbelow(9 * 10**14)))
    buffer: str = ""
    waiting: "asyncio.Queue[str | None]" = field(default_factory=asyncio.Queue)
    speaker: "asyncio.Task[None] | None" = None
    sounding: bool = False
    last_said: float = 0.0

    def _most_waiting(self) -> int | None:
        # Tokens are no texts: the sentences are counted instead.
        return None

    async def _converse(self, inbox: Inbox) -> None:
        self.speaker = asyncio.create_task(self._speak_on())
        try:
            while await self._handle(await self._next(inbox)):
                pass
        finally:
            await self._silence()

    async def _next(self, inbox: Inbox) -> dict[str, Any]:
        """The next event, or the error that ended the speech. 2201 only when nothing was said for its time."""
        while True:
            idle = self.emulator.pace.ws_idle_seconds
            left = idle if self._busy() else self.last_said + idle - time.monotonic()
            reading = asyncio.create_task(inbox.next(seconds=max(left, 0.0)))
            await self._wait_or_fail(reading)
            try:
                return reading.result()
            except VendorError as error:
                if error.code != 2201 or not (self._busy() or time.monotonic() < self.last_said + idle):
                    raise

    def _busy(self) -> bool:
        return self.sounding or not self.waiting.empty()

    async def _wait_or_fail(self, work: "asyncio.Task[Any]") -> None:
        """Wait for some work, unless the speech fails first."""
        if self.speaker is None:
            raise VendorError(1024)
        try:
            await asyncio.wait({work, self.speaker}, return_when=asyncio.FIRST_COMPLETED)
            if self.speaker.done():
                self.speaker.result()
        except BaseException:
            work.cancel()
            raise

    async def _handle(self, event: dict[str, Any]) -> bool:
        name, started = event.get("event"), self.settings is not None
        if name == "task_flush" and started:
            self._flush()
            self.waiting.put_nowait(None)
        elif name == "task_cancel" and started:
            await self._silence()
            await self._say("task_canceled")
            self.speaker = asyncio.create_task(self._speak_on())
        elif name == "task_finish" and started:
            self._flush()
            await self._wait_or_fail(asyncio.create_task(self.waiting.join()))
            await self._say("task_finished")
            return False
        else:
            return await Session._handle(self, event)
        return True

    async def _start(self, event: dict[str, Any]) -> None:
        self.session_id = Fields(event).text("session_id", default="") or self.session_id
        await Session._start(self, event)

    async def _continue(self, event: dict[str, Any]) -> None:
        text = Fields(event).text("text", default="")
        if len(text) > TEXT_LIMIT:
            await self._skip(2204)
            return
        found, self.buffer = sentences_of(self.buffer + text)
        for sentence in found:
            most = self.emulator.limits.queued_texts(self.account)
            if most is not None and self.waiting.qsize() >= most:
                await self._skip(2205)
            else:
                self.waiting.put_nowait(sentence)

    def _flush(self) -> None:
        rest, self.buffer = self.buffer.strip(), ""
        if rest:
            self.waiting.put_nowait(rest)

    async def _speak_on(self) -> None:
        while True:
            sentence = await self.waiting.get()
            self.sounding = True
            if sentence is None:
                await self._say("task_flushed")
            else:
                await self._say("sentence_start")
                await self._speak_text(sentence)
                await self._say("sentence_end")
            self.sounding = False
            self.waiting.task_done()

    async def _silence(self) -> None:
        """Stop speaking and forget what waits. What has begun to sound is charged."""
        self.buffer, self.waiting, self.sounding = "", asyncio.Queue(), False
        speaker, self.speaker = self.speaker, None
        if speaker is not None:
            speaker.cancel()
            await asyncio.wait({speaker})

    async def _say(self, event: str, **content: Any) -> None:
        await Session._say(self, event, connect_id=self.connect_id, **content)
        self.last_said = time.monotonic()
