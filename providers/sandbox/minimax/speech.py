"""POST /v1/t2a_v2, non-streaming: speak, charge, answer (MiniMax T2A reference)."""

from typing import Any

from starlette.responses import Response

from providers.sandbox.catalogue import system_voices
from providers.sandbox.effects import modified, watermarked
from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import MEDIA_TYPES, AudioShape, Encoded, Sound, encode, true_bitrate
from providers.sandbox.minimax.answers import VendorError, answer, base_resp
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.validation import SpeechAsk, read_speech
from providers.sandbox.speak import Delivery, Plan, plan_speech, render
from providers.sandbox.timbre import Timbre, blended

URL_HOURS = 24
SHORT_AUDIO_SECONDS = 0.2


async def t2a(call: Call) -> Response:
    """Speak a text. The first use of a clone keeps it and books its fee."""
    call.blanks = {"data": None, "trace_id": call.trace_id}
    ask = read_speech(call.body)
    timbre, native = _mixed_voice(call, ask)
    plan = _plan(ask, native)
    _remember_phonemes(call, ask, plan, native, timbre)
    encoded = await in_thread(lambda: _perform(call.emulator, ask, plan, timbre, short=call.short_audio))
    characters = _charge(call, ask)
    await call.emulator.clock.pause(call.emulator.pace.seconds(encoded.duration_ms))
    return answer(_body(call, ask, encoded, characters))


def voice_of(call: Call, voice_id: str) -> tuple[Timbre, str]:
    """Timbre and language of a voice the account may use. 2054 when there is none, 2042 when it is another's."""
    system = system_voices().get(voice_id)
    if system:
        return system.timbre, system.language
    clone = call.emulator.voices.living(voice_id)
    if clone is None:
        raise VendorError(2054)
    if clone.account != call.account:
        raise VendorError(2042)
    return clone.timbre, "en"


def _mixed_voice(call: Call, ask: SpeechAsk) -> tuple[Timbre, str]:
    found = [(voice_of(call, voice_id), weight) for voice_id, weight in ask.voices]
    heaviest = max(found, key=lambda row: row[1])[0]
    return blended([(timbre, weight) for (timbre, _), weight in found]), heaviest[1]


def _plan(ask: SpeechAsk, native: str, *, rules: bool = True) -> Plan:
    applied = ask.rules if rules else ()
    return plan_speech(ask.text, rules=applied, native=native, boost=ask.boost, interjections=ask.interjections)


def _remember_phonemes(call: Call, ask: SpeechAsk, plan: Plan, native: str, timbre: Timbre) -> None:
    engine, variant = call.emulator.engine, timbre.variant

    def transcribe() -> tuple[str, str]:
        spoken = engine.phonemes(plan.utterances(variant))
        return spoken, engine.phonemes(_plan(ask, native, rules=False).utterances(variant)) if ask.rules else spoken

    if call.entry:
        call.entry.phonemes = transcribe


def _perform(emulator: Emulator, ask: SpeechAsk, plan: Plan, timbre: Timbre, *, short: bool) -> Encoded:
    delivery = Delivery(
        timbre, speed=ask.speed, volume=ask.volume, semitones=ask.pitch + ask.modification.pitch * 12 / 100
    )
    sound = render(emulator.engine, plan, delivery, sample_rate=ask.shape.sample_rate)
    sound = modified(
        sound, intensity=ask.modification.intensity, timbre=ask.modification.timbre, effect=ask.modification.effect
    )
    if ask.watermark:
        sound = watermarked(sound)
    if short:
        sound = Sound(sound.samples[: int(SHORT_AUDIO_SECONDS * sound.sample_rate)], sound.sample_rate)
    return encode(sound, ask.shape)


def _charge(call: Call, ask: SpeechAsk) -> int:
    emulator = call.emulator
    characters = emulator.bill.count(ask.text)
    with emulator.store.transaction():
        emulator.bill.charge_characters(
            call.account,
            operation="t2a",
            model=ask.model,
            voice_id=max(ask.voices, key=lambda row: row[1])[0],
            characters=characters,
            trace_id=call.trace_id,
        )
        for voice_id, _ in ask.voices:
            if emulator.voices.activate(voice_id):
                emulator.bill.charge_clone_fee(call.account, model=ask.model, voice_id=voice_id, trace_id=call.trace_id)
    return characters


def extra_info(
    text: str, encoded: Encoded, shape: AudioShape, *, characters: int, control_share: float, size: int
) -> dict[str, Any]:
    """The vendor's account of a clip. `audio_size` is 0 when the audio went behind a URL, as measured."""
    return {
        "audio_length": encoded.duration_ms,
        "audio_sample_rate": shape.sample_rate,
        "audio_size": size,
        "bitrate": true_bitrate(shape),
        "audio_format": shape.container,
        "audio_channel": shape.channels,
        "invisible_character_ratio": round(control_share, 4),
        "word_count": len(text),
        "usage_characters": characters,
    }


def _body(call: Call, ask: SpeechAsk, encoded: Encoded, characters: int) -> dict[str, Any]:
    audio = publish(call, encoded, ask.shape.container, hours=URL_HOURS) if ask.as_url else encoded.content.hex()
    return {
        "data": {"audio": audio, "status": 2, "ced": ""},
        "extra_info": extra_info(
            ask.text,
            encoded,
            ask.shape,
            characters=characters,
            control_share=ask.control_share,
            size=0 if ask.as_url else len(encoded.content),
        ),
        "trace_id": call.trace_id,
        "base_resp": base_resp(),
    }


def publish(call: Call, encoded: Encoded, container: str, *, hours: float) -> str:
    """Put audio behind a URL for some hours of the sandbox's clock."""
    token = call.emulator.files.publish(
        account=call.account, content=encoded.content, media_type=MEDIA_TYPES[container], hours=hours
    )
    extension = {"opus": "ogg", "pcmu_raw": "ulaw", "pcmu_wav": "wav"}.get(container, container)
    return call.url_of(token, extension)
