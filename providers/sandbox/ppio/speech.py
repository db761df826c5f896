"""POST /v3/minimax-speech-…: the model is in the path; up to 2.6 the answer is flat and tells no characters, from 2.8
on it is MiniMax's own (speech pages of PPIO and Novita)."""

from collections.abc import AsyncGenerator

from starlette.responses import JSONResponse, Response

from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import Encoded, encode
from providers.sandbox.faults import corrupt_hex
from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.event_stream import BrokenOffError, EventStream, frame
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import URL_HOURS, cast_of, charge, perform, publish
from providers.sandbox.minimax.speech import say
from providers.sandbox.minimax.streaming import HALFWAY, halfway, paced_pieces
from providers.sandbox.minimax.validation import SpeechAsk, read_speech
from providers.sandbox.ppio.dialects import MODELS, dialect_of
from providers.sandbox.ppio.gate import REASONS, GatewayError, envelope, is_nested
from providers.sandbox.speak import Spoken


def model_of(call: Call) -> str:
    """The model the path names. 404 for any other."""
    model = MODELS.get(call.request.path_params["model"])
    if model is None:
        raise GatewayError(404, "API_NOT_FOUND", "api not found")
    return model


async def t2a(call: Call) -> Response:
    """Speak, in the shape of the model's generation."""
    model = model_of(call)
    body = {**call.body, "model": model} if isinstance(call.body, dict) else call.body
    ask = read_speech(body, dialect_of(model))
    if is_nested(call):
        call.blanks = {"data": None, "trace_id": call.trace_id}
        return await say(call, ask)
    return await _say_flat(call, ask)


async def _say_flat(call: Call, ask: SpeechAsk) -> Response:
    cast = cast_of(call, ask)
    spoken: Spoken = await in_thread(lambda: perform(call.emulator, ask, cast, short=call.trouble == "short_audio"))
    pace, clock = call.emulator.pace, call.emulator.clock
    if ask.stream:
        charge(call, ask)
        await clock.pause(pace.first_byte_ms / 1000)
        return EventStream(_frames(call, ask, spoken))
    encoded: Encoded = await in_thread(lambda: encode(spoken.sound, ask.shape))
    charge(call, ask)
    await clock.pause(pace.seconds(encoded.duration_ms))
    audio = publish(call, encoded, ask.shape.container, hours=URL_HOURS) if ask.as_url else encoded.content.hex()
    return JSONResponse({"audio": audio})


async def _frames(call: Call, ask: SpeechAsk, spoken: Spoken) -> AsyncGenerator[bytes, None]:
    """Flat frames. Whether the last one repeats everything unless told not to is written nowhere: as at MiniMax, it
    does here."""
    sent: list[bytes] = []
    emulator: Emulator = call.emulator
    async for piece in paced_pieces(emulator, spoken.sound, ask.shape):
        if call.trouble in HALFWAY and len(sent) == halfway(spoken.sound):
            break
        audio = corrupt_hex(piece.hex()) if call.trouble == "bad_hex" and not sent else piece.hex()
        sent.append(piece)
        yield frame({"audio": audio, "status": 1})
    if call.trouble in HALFWAY:
        yield await _last_words(call, sent[-1] if sent else b"")
        if call.trouble != "error_mid_stream":
            raise BrokenOffError
    elif call.trouble != "no_end_frame":
        yield frame({"audio": b"".join(sent).hex(), "status": 2} if ask.whole_at_end else {"status": 2})


async def _last_words(call: Call, piece: bytes) -> bytes:
    if call.trouble == "error_mid_stream":
        error = VendorError((call.fault and call.fault.status_code) or 1033)
        return frame(envelope(*REASONS.get(error.code, (500, "TASK_FAILED")), error.text))
    if call.trouble == "stall":
        await call.emulator.clock.pause(call.fault.seconds if call.fault else 0)
        return b""
    cut = frame({"audio": piece.hex(), "status": 1})
    return cut[: len(cut) // 2]
