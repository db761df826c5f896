"""POST /v1/audio/speech: bytes whole or in chunks, or server-sent events with base64 in them."""

import base64
from collections.abc import AsyncGenerator, Awaitable, Callable

from starlette.responses import Response

from providers.sandbox.encode import AudioShape, Encoded, Sound, duration_ms, encode
from providers.sandbox.minimax.event_stream import BrokenOffError, EventStream, frame
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import SHORT_AUDIO_SECONDS
from providers.sandbox.minimax.streaming import HALFWAY, halfway, paced_pieces
from providers.sandbox.openai.asks import SpeechAsk, read_ask
from providers.sandbox.openai.servers import Server
from providers.sandbox.speak import Delivery, Spoken, plan_speech, render

# Kokoro, Chatterbox and others name mp3 otherwise than RFC 3003.
_MEDIA_TYPES = {"mp3": "audio/mpeg", "opus": "audio/opus", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav",
                "pcm": "audio/pcm"}  # fmt: skip


class AudioChunks(EventStream):
    """Audio sent as it is made."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], media_type: str) -> None:
        """The source is read once."""
        super().__init__(pieces)
        self.raw_headers = [(b"content-type", media_type.encode())]


def speech_at(server: Server) -> Callable[[Call], Awaitable[Response]]:
    """The work of one server."""

    async def speech(call: Call) -> Response:
        ask = read_ask(call, server)
        shape = AudioShape(container=ask.container, sample_rate=_rate(server, ask.container), bitrate=128000)
        plan = plan_speech(ask.text, native=ask.native)
        delivery = Delivery(ask.timbre, speed=ask.speed)
        engine = call.emulator.engine
        spoken: Spoken = await in_thread(lambda: render(engine, plan, delivery, sample_rate=shape.sample_rate))
        sound = spoken.sound
        if call.trouble == "short_audio":
            sound = Sound(sound.samples[: int(SHORT_AUDIO_SECONDS * sound.sample_rate)], sound.sample_rate)
        _charge(call, server, ask)
        return await _answer(call, server, ask, sound, shape)

    return speech


async def _answer(call: Call, server: Server, ask: SpeechAsk, sound: Sound, shape: AudioShape) -> Response:
    pace, clock = call.emulator.pace, call.emulator.clock
    if ask.events:
        await clock.pause(pace.first_byte_ms / 1000)
        return EventStream(_events(call, server, ask, sound, shape))
    if ask.streamed:
        await clock.pause(pace.first_byte_ms / 1000)
        return AudioChunks(_pieces(call, sound, shape), media_type(server, shape.container))
    encoded: Encoded = await in_thread(lambda: encode(sound, shape))
    await clock.pause(pace.seconds(encoded.duration_ms))
    response = Response(encoded.content, media_type=media_type(server, shape.container))
    if server.name == "kani" and shape.container == "pcm":
        response.headers.update({"X-Sample-Rate": str(shape.sample_rate), "X-Channels": "1", "X-Bit-Depth": "16"})
    return response


async def _pieces(call: Call, sound: Sound, shape: AudioShape) -> AsyncGenerator[bytes, None]:
    sent = 0
    async for piece in paced_pieces(call.emulator, sound, shape):
        if call.trouble in HALFWAY and sent == halfway(sound):
            # A failure after the first byte is a cut file with status 200.
            if call.trouble == "stall":
                await call.emulator.clock.pause(call.fault.seconds if call.fault else 0)
            raise BrokenOffError
        sent += 1
        yield piece


async def _events(
    call: Call, server: Server, ask: SpeechAsk, sound: Sound, shape: AudioShape
) -> AsyncGenerator[bytes, None]:
    # chatterbox-tts-api, Kani and Speaches stream samples, whatever was asked for.
    raw = server.name in ("chatterbox_api", "kani", "speaches")
    given = AudioShape(container="pcm", sample_rate=shape.sample_rate) if raw else shape
    if server.name == "chatterbox_api":
        yield frame(
            {"type": "speech.audio.info", "sample_rate": given.sample_rate, "channels": 1, "bits_per_sample": 16}
        )
    async for piece in _pieces(call, sound, given):
        yield frame({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()})
    heard, said = duration_ms(sound) // 50, len(ask.text) // 4 + 1
    usage = {"input_tokens": said, "output_tokens": heard, "total_tokens": said + heard}
    yield frame({"type": "speech.audio.done", "usage": usage})


def _charge(call: Call, server: Server, ask: SpeechAsk) -> None:
    bill = call.emulator.bill
    bill.charge_characters(
        call.account,
        operation="t2a",
        model=ask.model,
        voice_id=ask.voice,
        characters=bill.count(ask.text, rule="code_points"),
        trace_id=call.trace_id,
        provider=server.name,
    )


def media_type(server: Server, container: str) -> str:
    """The Content-Type of a container, as this server says it."""
    if server.name == "chatterbox" and container == "mp3":
        return "audio/mp3"
    return _MEDIA_TYPES[container]


def _rate(server: Server, container: str) -> int:
    return 48000 if container == "opus" else server.rate
