"""The frames of t2a_v2 with `stream`: pieces at the sandbox's pace, the end frame, and what may go wrong between.

MiniMax T2A reference: chunks have status 1; the last frame has status 2, the account and, unless excluded, the whole
audio again. An error after the first audio is a frame with a code and no audio.
"""

import itertools
import time
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import AudioShape, Sound, duration_ms, encode_pieces
from providers.sandbox.faults import corrupt_hex
from providers.sandbox.minimax.answers import MESSAGES, base_resp
from providers.sandbox.minimax.event_stream import BrokenOffError, frame
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import extra_info, publish_subtitles
from providers.sandbox.minimax.validation import SpeechAsk

PIECE_SECONDS = 0.25
HALFWAY = frozenset({"stall", "cut_stream", "error_mid_stream"})


async def paced_pieces(emulator: Emulator, sound: Sound, shape: AudioShape) -> AsyncGenerator[bytes, None]:
    """Encoded pieces, each when the pace has spoken what comes before it. Raises `BrokenOffError` at a shutdown."""
    began, pieces = time.monotonic(), encode_pieces(sound, shape, seconds=PIECE_SECONDS)
    for number in itertools.count():
        piece: bytes | None = await in_thread(lambda: next(pieces, None))
        spoken_ms = min(number * PIECE_SECONDS * 1000, duration_ms(sound))
        await emulator.clock.pause(began + emulator.pace.realtime_factor * spoken_ms / 1000 - time.monotonic())
        if emulator.stopping.is_set():
            raise BrokenOffError
        if piece is None:
            return
        if piece:
            yield piece


def halfway(sound: Sound) -> int:
    """After how many pieces a fault strikes that needs some audio before it."""
    return max(1, int(duration_ms(sound) / 1000 / PIECE_SECONDS / 2))


async def frames(
    call: Call, ask: SpeechAsk, sound: Sound, characters: int, titles: list[dict[str, Any]] | None
) -> AsyncGenerator[bytes, None]:
    """Everything a stream says. `BrokenOffError` where the connection shall die."""
    sent: list[bytes] = []
    due = deque(titles or () if ask.subtitle == "word_streaming" else ())
    async for piece in paced_pieces(call.emulator, sound, ask.shape):
        if call.trouble in HALFWAY and len(sent) == halfway(sound):
            break
        audio = corrupt_hex(piece.hex()) if call.trouble == "bad_hex" and not sent else piece.hex()
        sent.append(piece)
        yield frame(_chunk(call, audio, due_title(due, len(sent))))
    if call.trouble in HALFWAY:
        yield await _last_words(call, sent[-1])
        if call.trouble != "error_mid_stream":
            raise BrokenOffError
    elif call.trouble != "no_end_frame":
        for title in due:
            yield frame(_chunk(call, "", title))
        end = _end(call, ask, b"".join(sent), duration_ms(sound), characters)
        if titles is not None:
            end["data"]["subtitle_file"] = publish_subtitles(call, titles)
        yield frame(end)


def due_title(due: deque[dict[str, Any]], pieces: int) -> dict[str, Any] | None:
    """The next sentence, taken off once so many pieces have spoken it to its end."""
    spoken_ms = pieces * PIECE_SECONDS * 1000
    return due.popleft() if due and due[0]["time_end"] <= spoken_ms else None


def _chunk(call: Call, audio: str, title: dict[str, Any] | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"audio": audio, "status": 1, "ced": ""}
    if title:
        data["subtitle"] = title
    return {"data": data, "trace_id": call.trace_id, "base_resp": base_resp(text="")}


def _end(call: Call, ask: SpeechAsk, content: bytes, milliseconds: int, characters: int) -> dict[str, Any]:
    return {
        "data": {"audio": content.hex() if ask.whole_at_end else "", "status": 2, "ced": ""},
        "extra_info": extra_info(
            ask.text,
            milliseconds,
            ask.shape,
            characters=characters,
            control_share=ask.control_share,
            size=len(content),
        ),
        "trace_id": call.trace_id,
        "base_resp": base_resp(),
    }


async def _last_words(call: Call, piece: bytes) -> bytes:
    """An error, half a frame, or silence and then nothing."""
    if call.trouble == "error_mid_stream":
        code = (call.fault and call.fault.status_code) or 1033
        verdict = base_resp(code, MESSAGES.get(code, "unknown error"))
        return frame({"data": None, "trace_id": call.trace_id, "base_resp": verdict})
    if call.trouble == "stall":
        await call.emulator.clock.pause(call.fault.seconds if call.fault else 0)
        return b""
    cut = frame(_chunk(call, piece.hex()))
    return cut[: len(cut) // 2]
