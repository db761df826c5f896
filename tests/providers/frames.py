"""Streamed answers by hand: the frames of a synthesis, and what a decoder makes of their bytes."""

import json
from typing import Any

from providers.errors import ProviderError
from providers.types import Headers
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, request

PIECES = (MP3, b"\x11" * 40, b"\x22" * 7)
SSE = Headers({"Content-Type": "text/event-stream", "Trace-Id": "from-header"})


def frame(audio=b"", *, status=1, code=0, message="", **fields):
    """One frame; ``audio`` bytes are sent as hex, a text as it is."""
    payload = audio.hex() if isinstance(audio, bytes) else audio
    body = {
        "data": {"audio": payload, "status": status, "ced": ""},
        "trace_id": "body-trace",
        "base_resp": {"status_code": code, "status_msg": message},
    }
    return b"data: " + json.dumps(body | fields).encode() + b"\n\n"


def ending(audio=b"", *, usage=6, pieces=PIECES, **fields):
    """The frame with the summary; ``audio`` is what it repeats."""
    info = {"audio_length": 1234, "audio_size": len(b"".join(pieces)), "usage_characters": usage}
    return frame(audio, **{"status": 2, "message": "success", "extra_info": info} | fields)


def streamed(pieces=PIECES, last=None):
    """A whole stream."""
    return b"".join(map(frame, pieces)) + (ending(pieces=pieces) if last is None else last)


class Heard:
    """What one decoder gave: the pieces, and the result or the error."""

    def __init__(self, *parts, status=200, headers=SSE, of=ACCOUNT, **fields):
        self.chunks: list[bytes] = []
        self.result: Any = None
        self.error: Any = None
        decoder = MINIMAX.stream_speech(of, request(**fields)).decoder
        try:
            decoder.begin(status, headers)
            for part in parts:
                self._hear(decoder.feed(part))
            self._hear(decoder.flush())
            self.result = decoder.end()
        except ProviderError as error:
            self.error = error
        assert decoder.heard_bytes == len(self.audio)

    def _hear(self, chunks):
        # One by one: a failure in the middle must not take away what came before it.
        for chunk in chunks:
            self.chunks.append(chunk)

    @property
    def audio(self):
        return b"".join(self.chunks)

    def verdict(self):
        error = self.error
        if error is None:
            return self.result
        return error.category, error.code, error.possibly_charged, error.heard_bytes, error.billed_characters
