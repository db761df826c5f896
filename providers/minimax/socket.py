"""WebSocket /ws/v1/t2a_v2: how the session speaks, then text after text (T2A WebSocket reference).

Every message has a verdict in ``base_resp``. A failed task ends the session; a text that was skipped does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from providers.errors import Category, ProviderError, lost_answer, malformed, while_listening
from providers.minimax.answers import get, mapping, read, text, trace, whole
from providers.minimax.checks import check_socket
from providers.minimax.heard import Heard
from providers.minimax.speech import longest_answer, manner
from providers.minimax.text import check_text, normalized
from providers.socket import Message, SocketExchange, SocketRequest, Talk
from providers.types import JSON, Account, Headers, Request, Response, SpeechRequest, SpeechResult, Timeouts

# The read timeout is the longest silence between two messages of a text.
TIMEOUTS = Timeouts(read=60.0, total=600.0)
# The longest message a third-party client allows for.
_LONGEST_MESSAGE = 16 * 1024 * 1024
# Messages are small, so their envelopes may outweigh the audio.
_OVERHEAD = 4
# What may be said around the texts: a handful of messages without audio.
_LONGEST_TALK = 1024 * 1024
# A text was skipped (empty, too long) or came too early: the next one may be sent all the same.
_SKIPPED = frozenset({"2203", "2204", "2205"})


Answer = dict[str, Any]
"""One message, read."""


def open_socket(account: Account, request: SocketRequest) -> SocketExchange:
    """One session. Refuses at once what the task could not honour."""
    check_socket(account, request)
    asked = get(
        account,
        "/ws/v1/t2a_v2",
        operation="t2a_socket",
        params={},
        timeout=TIMEOUTS,
        max_response_bytes=_LONGEST_MESSAGE,
    )
    start = manner(account, request.saying(""), normalization="english_normalization")
    if request.continuous_sound:
        start["continuous_sound"] = True
    asked = replace(asked, repeatable=False)
    return SocketExchange(request=asked, dialogue=Dialogue(asked, request, start))


class Dialogue:
    """The session: what is sent, and what its messages mean. Nothing is charged for what is said around the texts."""

    def __init__(self, asked: Request, request: SocketRequest, start: Mapping[str, JSON]) -> None:
        self._asked = asked
        self._free = replace(asked, repeatable=True)
        self._request = request
        self._start = start
        self._trace_id = ""

    def declined(self, response: Response) -> ProviderError:
        """The error in an answer that opened no connection."""
        try:
            answer = read(self._free, response)
        except ProviderError as error:
            return error
        what = "a plain answer, no WebSocket"
        return malformed(self._free, what, http_status=response.status, trace_id=trace(response, answer))

    def open(self) -> Talk:
        """Wait for the greeting, say how to speak, wait until that is accepted: text sent earlier is illegal."""
        yield from self._until(_named("connected_success"), None)
        yield from self._until(_named("task_started"), _event("task_start", **self._start))

    def speak(self, text: str) -> Turn:
        """Have ``text`` spoken. Raises ``RefusedError``: nothing is sent then."""
        check_text(text)
        return Turn(self._asked, self._request.saying(text), self._trace_id)

    def unasked(self, message: Message) -> None:
        """A message between texts; 2201 says that the session was idle for too long."""
        if _name(self._read(message)) == "task_finished":
            raise self._over()

    def keep_alive(self) -> Talk:
        """An empty text: it is skipped (2203), and that must be heard before the next text."""
        try:
            yield from self._until(_is_final, _event("task_continue", text=""))
        except ProviderError as error:
            if error.code not in _SKIPPED:
                raise

    def finish(self) -> Talk:
        """Say that no more texts come, and wait until that is heard."""
        yield from self._until(_named("task_finished"), _event("task_finish"))

    def _until(self, awaited: Callable[[Answer], bool], frame: str | None) -> Talk:
        """Send ``frame`` and pass over what comes before the answer that is awaited."""
        size = 0
        while size <= _LONGEST_TALK:
            message = yield frame
            frame, size = None, size + len(message)
            answer = self._read(message)
            if awaited(answer):
                return
            if _name(answer) == "task_finished":
                raise self._over()
        raise malformed(self._free, f"{size} bytes that are no answer", trace_id=self._trace_id)

    def _read(self, message: Message) -> Answer:
        answer, self._trace_id = _read(self._free, message, self._trace_id)
        return answer

    def _over(self) -> ProviderError:
        return ProviderError(
            "MiniMax ended the session",
            category=Category.PROVIDER_DOWN,
            retryable=True,
            who_acts="nobody",
            trace_id=self._trace_id,
        )


class Turn:
    """One text. Its last message (``is_final``) has the account and often no audio."""

    def __init__(self, asked: Request, request: SpeechRequest, trace_id: str) -> None:
        self.frame = _event("task_continue", text=normalized(request.text))
        self.finished = False
        self._asked = asked
        self._heard = Heard(asked, request)
        self._heard.trace_id = trace_id
        self._left = _OVERHEAD * longest_answer(request)

    @property
    def heard_bytes(self) -> int:
        """Audio bytes given so far."""
        return self._heard.size

    def feed(self, message: Message) -> bytes:
        """The audio in the next message. An error that skips this text finishes it."""
        try:
            return self._feed(message)
        except ProviderError as error:
            self.finished = error.code in _SKIPPED and not _has_failed(message)
            while_listening(error, self.heard_bytes)
            raise

    def end(self) -> SpeechResult:
        """The summary; raises when the text has not ended or was no audio."""
        try:
            if not self.finished:
                raise lost_answer(self._asked, "the text has no end", trace_id=self._heard.trace_id)
            return self._heard.result()
        except ProviderError as error:
            while_listening(error, self.heard_bytes)
            raise

    def _feed(self, message: Message) -> bytes:
        heard = self._heard
        self._left -= len(message)
        if self._left < 0:
            raise heard.malformed("more than any speech of this text could be")
        answer, heard.trace_id = _read(self._asked, message, heard.trace_id)
        name = _name(answer)
        if name == "task_finished":
            raise lost_answer(self._asked, "the session ended inside a text", trace_id=heard.trace_id)
        # The documented sample has no name at all; what other names mean is none of the text's business.
        if name not in ("", "task_continued"):
            return b""
        heard.note(answer)
        encoded, last = text(mapping(answer.get("data")).get("audio")), _is_final(answer)
        # Streams over HTTP repeat all audio at the end; here that was never seen, and would have this size.
        repeated = last and bool(heard.size) and whole(heard.declared.get("audio_size")) == heard.size
        audio = heard.audio(encoded) if encoded and not repeated else b""
        self.finished = last
        return audio


def _read(asked: Request, message: Message, trace_id: str) -> tuple[Answer, str]:
    """What a message says, and the trace id to be named from now on. Raises ``ProviderError`` for any verdict but 0."""
    if not isinstance(message, str):
        raise malformed(asked, "a binary message", trace_id=trace_id)
    response = Response(200, Headers(), message.encode("utf-8", "replace"))
    try:
        answer = read(asked, response)
    except ProviderError as error:
        error.trace_id = error.trace_id or trace_id
        raise
    if _name(answer) == "task_failed":
        raise malformed(asked, "a task that failed without a reason", trace_id=trace(response, answer) or trace_id)
    return answer, trace(response, answer) or trace_id


def _name(answer: Answer) -> str:
    return text(answer.get("event"))


def _named(name: str) -> Callable[[Answer], bool]:
    return lambda answer: _name(answer) == name


def _is_final(answer: Answer) -> bool:
    return answer.get("is_final") is True


def _has_failed(message: Message) -> bool:
    """Whether the whole task failed, and the session with it, by what is known to be JSON."""
    return _name(mapping(json.loads(message))) == "task_failed"


def _event(name: str, **fields: JSON) -> str:
    return json.dumps({"event": name, **fields}, separators=(",", ":"))
