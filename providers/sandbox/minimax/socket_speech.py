"""WebSocket /ws/v1/t2a_v2: settings once, then text after text, each answered with audio (MiniMax T2A WebSocket).

The final frame of a text has its account and no audio. An idle connection ends with 2201 on the real clock. An ordered
fault of the operation `t2a` strikes one text. A text is skipped softly when it is empty (2203), too long (2204), or
comes while too many wait (2205).
"""

import asyncio
import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from providers.sandbox.clock import iso
from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import Sound, duration_ms
from providers.sandbox.engine import EngineError
from providers.sandbox.faults import corrupt_hex
from providers.sandbox.journal import Entry
from providers.sandbox.limits import ConnectionLimitError, RateLimitError
from providers.sandbox.minimax.answers import VendorError, base_resp, new_trace_id
from providers.sandbox.minimax.event_stream import BrokenOffError
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.gate import Call, authorise, in_thread
from providers.sandbox.minimax.inbox import Inbox
from providers.sandbox.minimax.performance import cast_of, charge, extra_info, perform, subtitles_of, voice_of
from providers.sandbox.minimax.streaming import HALFWAY, due_title, halfway, paced_pieces
from providers.sandbox.minimax.validation import INTERJECTION_MODELS, TEXT_LIMIT, SpeechAsk, read_speech
from providers.sandbox.speak import Spoken
from providers.sandbox.transport import break_off, forget

REFUSALS = {"rate_limit": 1002, "error_in_200": 1033, "voice_gone": 2054}
BREAKS_BEFORE = frozenset({"timeout_before_charge", "close_connection", "http_500", "wrong_content_type"})


@dataclass(frozen=True, slots=True)
class SpeechSocket:
    """The ASGI endpoint; each connection is a session."""

    emulator: Emulator
    kind: "type[Session] | None" = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        session = (self.kind or Session)(self.emulator, WebSocket(scope, receive, send), scope["trace_id"])
        try:
            await session.run()
        except WebSocketDisconnect:
            return
        except BrokenOffError:
            break_off(scope)
        finally:
            forget(scope)


@dataclass(slots=True)
class Session:
    """One connection: its settings, and text after text."""

    emulator: Emulator
    socket: WebSocket
    trace_id: str
    session_id: str = field(default_factory=lambda: secrets.token_hex(16))
    account: str = ""
    settings: dict[str, Any] | None = None

    async def run(self) -> None:
        """Serve the client until it or the session ends."""
        await self.socket.accept()
        inbox = Inbox(self.socket, self._most_waiting, lambda: self._skip(2205))
        reading = asyncio.create_task(inbox.read())
        try:
            await self._serve(inbox)
        finally:
            reading.cancel()
            await asyncio.wait({reading})

    def _most_waiting(self) -> int | None:
        return self.emulator.limits.queued_texts(self.account)

    async def _serve(self, inbox: Inbox) -> None:
        try:
            self.account = authorise(self.emulator, self._request())
            await self._say("connected_success")
            await self._converse(inbox)
        except VendorError as error:
            await self._say("task_failed", verdict=base_resp(error.code, error.text))
        await self.socket.close()

    async def _converse(self, inbox: Inbox) -> None:
        while await self._handle(await inbox.next(seconds=self.emulator.pace.ws_idle_seconds)):
            pass

    async def _skip(self, code: int) -> None:
        """Say softly that a text was not spoken."""
        await self._say("task_continued", data={"audio": ""}, is_final=True, verdict=VendorError(code))

    async def _handle(self, event: dict[str, Any]) -> bool:
        """Do what the event asks. False when the session is over."""
        name, started = event.get("event"), self.settings is not None
        if name == "task_start" and not started:
            await self._start(event)
        elif name == "task_continue" and started:
            await self._continue(event)
        elif name == "task_finish" and started:
            await self._say("task_finished")
            return False
        else:
            raise VendorError(2202)
        return True

    async def _start(self, event: dict[str, Any]) -> None:
        fields = Fields(event)
        settings = {**event, "stream": True, "text": "."}
        ask = read_speech(settings)
        fields.inner("voice_setting").flag("english_normalization")
        if fields.flag("continuous_sound") and ask.model not in INTERJECTION_MODELS:
            raise fields.refuse("continuous_sound")
        for voice_id, _ in ask.voices:
            voice_of(self._call(settings), voice_id)
        self.settings = settings
        await self._say("task_started")

    async def _continue(self, event: dict[str, Any]) -> None:
        text = Fields(event).text("text")
        code = 2203 if not text.strip() else 2204 if len(text) > TEXT_LIMIT else 0
        if code:
            await self._skip(code)
            return
        await self._speak_text(text)

    async def _speak_text(self, text: str) -> None:
        call = self._call({**(self.settings or {}), "text": text})
        entry = _remember(call)
        try:
            await self._attempt(call)
        except VendorError as error:
            entry.status_code = error.code
            raise
        entry.status_code = 0

    async def _attempt(self, call: Call) -> None:
        call.fault = self.emulator.faults.draw(operation="t2a", account=self.account, streaming=True)
        await self._strike_before(call)
        try:
            with self.emulator.limits.entered(self.account, "t2a"):
                await self._speak(call)
        except RateLimitError as error:
            raise VendorError(1002) from error
        except ConnectionLimitError as error:
            raise VendorError(1041) from error
        except EngineError as error:
            raise VendorError(1024) from error

    async def _strike_before(self, call: Call) -> None:
        if call.trouble in REFUSALS:
            raise VendorError((call.fault and call.fault.status_code) or REFUSALS[call.trouble])
        if call.trouble in BREAKS_BEFORE:
            await self._break(call, wait=call.trouble == "timeout_before_charge")

    async def _break(self, call: Call, *, wait: bool) -> None:
        if wait and call.fault:
            await self.emulator.clock.pause(call.fault.seconds)
        raise BrokenOffError

    async def _speak(self, call: Call) -> None:
        ask = read_speech(call.body)
        cast = cast_of(call, ask)
        spoken: Spoken = await in_thread(lambda: perform(self.emulator, ask, cast, short=call.trouble == "short_audio"))
        characters = charge(call, ask)
        if call.trouble == "timeout_after_charge":
            await self._break(call, wait=True)
        if call.trouble == "slow_first_byte" and call.fault:
            await self.emulator.clock.pause(call.fault.seconds)
        await self.emulator.clock.pause(self.emulator.pace.first_byte_ms / 1000)
        words = ask.subtitle != "sentence"
        rows = await in_thread(lambda: subtitles_of(ask, cast, spoken).entries(words=words)) if ask.subtitle else ()
        titles: deque[dict[str, Any]] = deque(rows)
        size = await self._say_audio(call, ask, spoken.sound, titles)
        if call.trouble == "no_end_frame":
            await self._break(call, wait=False)
        account = extra_info(
            ask.text,
            duration_ms(spoken.sound),
            ask.shape,
            characters=characters,
            control_share=ask.control_share,
            size=size,
        )
        await self._say("task_continued", data={"audio": ""}, is_final=True, extra_info=account, trace_id=call.trace_id)

    async def _say_audio(self, call: Call, ask: SpeechAsk, sound: Sound, titles: deque[dict[str, Any]]) -> int:
        """The frames of one text, as far as a fault lets them. The bytes that were sent."""
        pieces, size = 0, 0
        async for piece in paced_pieces(self.emulator, sound, ask.shape):
            if call.trouble in HALFWAY and pieces == halfway(sound):
                break
            audio = corrupt_hex(piece.hex()) if call.trouble == "bad_hex" and not pieces else piece.hex()
            pieces, size = pieces + 1, size + len(piece)
            await self._say_piece(call, audio, due_title(titles, pieces))
        if call.trouble == "error_mid_stream":
            raise VendorError((call.fault and call.fault.status_code) or 1033)
        if call.trouble in HALFWAY:
            await self._break(call, wait=call.trouble == "stall")
        for title in titles:
            await self._say_piece(call, "", title)
        return size

    async def _say_piece(self, call: Call, audio: str, title: dict[str, Any] | None) -> None:
        data: dict[str, Any] = {"audio": audio}
        if title:
            data["subtitle"] = title
        await self._say("task_continued", data=data, is_final=False, trace_id=call.trace_id)

    async def _say(self, event: str, *, verdict: dict[str, Any] | VendorError | None = None, **content: Any) -> None:
        if isinstance(verdict, VendorError):
            verdict = base_resp(verdict.code, verdict.text)
        message = {
            "event": event,
            "session_id": self.session_id,
            "trace_id": self.trace_id,
            **content,
            "base_resp": verdict or base_resp(),
        }
        await self.socket.send_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def _call(self, body: dict[str, Any]) -> Call:
        """One text as a call of its own, with a trace id of its own."""
        return Call(self.emulator, self._request(), "t2a", new_trace_id(), account=self.account, body=body)

    def _request(self) -> Request:
        return Request({**self.socket.scope, "type": "http", "scheme": "http", "method": "GET"})


def _remember(call: Call) -> Entry:
    entry = Entry(call.account, iso(call.emulator.clock.now()), call.operation, call.trace_id, call.body)
    call.entry = entry
    call.emulator.journal.add(entry)
    return entry
