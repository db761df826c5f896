"""POST /v1/t2a_v2: speak, charge, answer at once or as a stream (MiniMax T2A reference)."""

from typing import Any

from starlette.responses import Response

from providers.sandbox.encode import Encoded, encode
from providers.sandbox.minimax.answers import answer, base_resp
from providers.sandbox.minimax.event_stream import EventStream
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import (
    URL_HOURS,
    cast_of,
    charge,
    extra_info,
    perform,
    publish,
    publish_subtitles,
    subtitles_of,
)
from providers.sandbox.minimax.streaming import frames
from providers.sandbox.minimax.validation import SpeechAsk, read_speech
from providers.sandbox.speak import Spoken


async def t2a(call: Call) -> Response:
    """Speak a text. The first use of a clone keeps it and books its fee."""
    call.blanks = {"data": None, "trace_id": call.trace_id}
    return await say(call, read_speech(call.body))


async def say(call: Call, ask: SpeechAsk) -> Response:
    """Speak what was asked in MiniMax's shape, at whatever vendor."""
    cast = cast_of(call, ask)
    spoken: Spoken = await in_thread(lambda: perform(call.emulator, ask, cast, short=call.trouble == "short_audio"))
    pace, clock = call.emulator.pace, call.emulator.clock
    titles: list[dict[str, Any]] | None = None
    if ask.subtitle:
        words = ask.subtitle != "sentence"
        titles = await in_thread(lambda: subtitles_of(ask, cast, spoken).entries(words=words))
    if ask.stream:
        characters = charge(call, ask)
        await clock.pause(pace.first_byte_ms / 1000)
        return EventStream(frames(call, ask, spoken.sound, characters, titles))
    encoded: Encoded = await in_thread(lambda: encode(spoken.sound, ask.shape))
    characters = charge(call, ask)
    await clock.pause(pace.seconds(encoded.duration_ms))
    body = _body(call, ask, encoded, characters)
    if titles is not None:
        body["data"]["subtitle_file"] = publish_subtitles(call, titles)
    return answer(body)


def _body(call: Call, ask: SpeechAsk, encoded: Encoded, characters: int) -> dict[str, Any]:
    # Reported of the vendor: what was asked for is not always what comes.
    as_url = ask.as_url or call.trouble == "audio_as_url"
    audio = publish(call, encoded, ask.shape.container, hours=URL_HOURS) if as_url else encoded.content.hex()
    return {
        "data": {"audio": audio, "status": 2, "ced": ""},
        "extra_info": extra_info(
            ask.text,
            encoded.duration_ms,
            ask.shape,
            characters=characters,
            control_share=ask.control_share,
            size=0 if as_url else len(encoded.content),
        ),
        "trace_id": call.trace_id,
        "base_resp": base_resp(),
    }
