"""POST /v1/t2a_v2 with stream=true: frames of audio while it is made (T2A HTTP reference, streaming)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from providers.errors import ProviderError, lost_answer, malformed, while_listening
from providers.minimax.answers import Reader, billed_characters, mapping, post, read, text, trace, whole
from providers.minimax.checks import check_speech
from providers.minimax.emotion import streaming
from providers.minimax.event_stream import Line, Lines
from providers.minimax.heard import FINISHED, Heard
from providers.minimax.speech import body, longest_answer
from providers.stream import StreamExchange
from providers.types import (
    Account,
    Finding,
    Headers,
    Request,
    Response,
    SpeechRequest,
    SpeechResult,
    Timeouts,
)

# The read timeout is the longest silence between two frames.
TIMEOUTS = Timeouts(read=60.0, total=600.0)
# Frames are small, so their envelopes may outweigh the audio; and the last one may repeat all of it.
_OVERHEAD = 4
_LONGEST_PLAIN = 1024 * 1024
# One frame that holds a whole clip is still read up to this; longer ones are of use only without their audio.
_LONGEST_LINE = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def stream_speech(account: Account, request: SpeechRequest) -> StreamExchange:
    """One streamed synthesis. Refuses at once; the aggregate frame is declined and ignored when it comes anyway.

    An emotion the voice refuses is left out in a second exchange where the account says so, which is a finding.
    """
    check_speech(account, request, streamed=True)
    asked = post(
        account,
        "/v1/t2a_v2",
        operation="t2a_stream",
        json=body(account, request, streamed=True),
        timeout=TIMEOUTS,
        max_response_bytes=_OVERHEAD * longest_answer(request),
    )
    instead = streaming(account, request, lambda wanted: stream_speech(account, wanted))
    return StreamExchange(asked, Decoder(asked, request), instead)


class Decoder:
    """Reads the frames of one answer. Keeps one unfinished line and the first kilobytes of audio, nothing more.

    A synthesis that fails early answers plain JSON although a stream was asked for (measured), under whatever content
    type: what the first byte is decides. A stream without its end frame (status 2) is incomplete.
    """

    def __init__(self, asked: Request, request: SpeechRequest, *, reader: Reader = read) -> None:
        self.finished = False
        self._asked = asked
        self._read = reader
        self._response = Response(200)
        self._lines = Lines(asked, _LONGEST_LINE)
        self._begun = False
        self._is_plain = False
        self._plain = bytearray()
        self._first_bytes = b""
        self._heard = Heard(asked, request)
        self._late = 0

    @property
    def heard_bytes(self) -> int:
        """Audio bytes given so far."""
        return self._heard.size

    def begin(self, status: int, headers: Headers) -> None:
        """Take the head of the answer."""
        self._response = Response(status, headers)
        self._begun = self._is_plain = status != 200

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give the audio of the frames that ``data`` completes."""
        try:
            if not self._begun:
                data = self._first(data)
            if self._is_plain:
                self._collect(data)
                return
            for line in self._lines.feed(data):
                yield from self._line(line)
        except ProviderError as error:
            while_listening(error, self.heard_bytes)
            raise

    def flush(self) -> Iterator[bytes]:
        """Give the audio of a last frame without line end; half a frame is nothing."""
        line = self._lines.rest()
        if not _is_whole(_payload(line.content)):
            return
        try:
            yield from self._line(line)
        except ProviderError as error:
            while_listening(error, self.heard_bytes)
            raise

    def end(self) -> SpeechResult:
        """The summary; raises when the answer was an error, or no whole stream."""
        try:
            return self._summary()
        except ProviderError as error:
            while_listening(error, self.heard_bytes)
            raise

    def _summary(self) -> SpeechResult:
        if self._is_plain:
            self._explain(bytes(self._plain))
        if not self.finished:
            what = "the stream broke off before its end frame"
            error = lost_answer(self._asked, what, trace_id=self._heard.trace_id)
            error.billed_characters = self._heard.billed
            raise error
        late = f"{self._late} frames of audio after the end frame, not handed on"
        return self._heard.result(more=(Finding("audio_after_end", late),) if self._late else ())

    def _first(self, data: bytes) -> bytes:
        """Decide by the first byte that is no white space: a frame begins with a letter or a colon."""
        self._first_bytes += data
        seen = self._first_bytes.removeprefix(_BOM).lstrip()
        if not seen or _BOM.startswith(seen):
            self._first_bytes = self._first_bytes[-len(_BOM) :]
            return b""
        self._begun, self._first_bytes = True, b""
        self._is_plain = seen[:1] in (b"{", b"[", b"<", b'"')
        return seen

    def _collect(self, data: bytes) -> None:
        self._plain += data
        if len(self._plain) > _LONGEST_PLAIN:
            raise malformed(self._asked, f"no stream, and longer than {_LONGEST_PLAIN} bytes")

    def _explain(self, content: bytes) -> None:
        """Raise what a plain answer says; a plain success is no stream, and nobody heard anything of it."""
        response = Response(self._response.status, self._response.headers, content)
        answer = self._read(self._asked, response)
        raise malformed(
            self._asked,
            "a plain answer, not a stream",
            http_status=200,
            trace_id=trace(response, answer),
            billed_characters=billed_characters(answer),
        )

    def _line(self, line: Line) -> Iterator[bytes]:
        payload = _payload(line.content)
        if payload and payload != b"[DONE]":
            yield from self._frame(payload, shortened=line.shortened)

    def _frame(self, payload: bytes, *, shortened: bool) -> Iterator[bytes]:
        response = Response(200, self._response.headers, payload)
        answer = self._read(self._asked, response)
        heard, data = self._heard, mapping(answer.get("data"))
        heard.trace_id = trace(response, answer) or heard.trace_id
        heard.note(answer)
        last = whole(data.get("status")) == FINISHED
        # The frame with the summary repeats all audio, unless it was the only one.
        repeated = bool(heard.size) and (last or bool(mapping(answer.get("extra_info"))))
        encoded = text(data.get("audio"))
        if self.finished and encoded:
            self._late += 1
        elif shortened and not repeated:
            raise heard.malformed("a frame of audio too long to be kept")
        elif encoded and not repeated:
            yield heard.audio(encoded)
        self.finished = self.finished or last


def _payload(line: bytes) -> bytes:
    """What a line carries; other fields and comments of the event stream format carry nothing. A bare object is taken
    too: an error may come without the framing."""
    if line.startswith(b"data:"):
        return line[5:].strip()
    bare = line.strip()
    return bare if bare.startswith(b"{") else b""


def _is_whole(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return True
