"""What every synthesis shares: the voice, the sound, the charge and the account of it (MiniMax T2A reference)."""

import json
from dataclasses import dataclass
from typing import Any

from providers.sandbox.catalogue import system_voices
from providers.sandbox.effects import modified, watermarked
from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import MEDIA_TYPES, AudioShape, Encoded, Sound, duration_ms, true_bitrate
from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.gate import Call
from providers.sandbox.minimax.validation import SpeechAsk
from providers.sandbox.speak import Delivery, Plan, Spoken, plan_speech, render
from providers.sandbox.subtitles import Subtitles
from providers.sandbox.timbre import Timbre, blended

SHORT_AUDIO_SECONDS = 0.2
URL_HOURS = 24


@dataclass(frozen=True, slots=True)
class Cast:
    """Who speaks (`native` is the voice's language) and what will be spoken."""

    timbre: Timbre
    native: str
    plan: Plan


def cast_of(call: Call, ask: SpeechAsk) -> Cast:
    """Find the voices, plan the speech, and let the journal know its phonemes. 2054 and 2042 for voices."""
    timbre, native = _mixed_voice(call, ask)
    cast = Cast(timbre, native, plan_of(ask, native))
    remember_phonemes(call, ask, cast)
    return cast


def voice_of(call: Call, voice_id: str) -> tuple[Timbre, str]:
    """Timbre and language of a voice the account may use. 2054 when there is none, 2042 when it is another's."""
    system = system_voices().get(voice_id)
    if system:
        return system.timbre, system.language
    clone = call.voices.living(voice_id)
    if clone is None:
        raise VendorError(2054)
    if clone.account != call.account:
        raise VendorError(2042)
    return clone.timbre, "en"


def _mixed_voice(call: Call, ask: SpeechAsk) -> tuple[Timbre, str]:
    found = [(voice_of(call, voice_id), weight) for voice_id, weight in ask.voices]
    heaviest = max(found, key=lambda row: row[1])[0]
    return blended([(timbre, weight) for (timbre, _), weight in found]), heaviest[1]


def plan_of(ask: SpeechAsk, native: str, *, rules: bool = True) -> Plan:
    """What a voice of the language `native` will say."""
    applied = ask.rules if rules else ()
    return plan_speech(ask.text, rules=applied, native=native, boost=ask.boost, interjections=ask.interjections)


def remember_phonemes(call: Call, ask: SpeechAsk, cast: Cast) -> None:
    """Let the journal tell what is pronounced, with the rules and without."""
    engine, variant = call.emulator.engine, cast.timbre.variant

    def transcribe() -> tuple[str, str]:
        spoken = engine.phonemes(cast.plan.utterances(variant))
        return spoken, engine.phonemes(
            plan_of(ask, cast.native, rules=False).utterances(variant)
        ) if ask.rules else spoken

    if call.entry:
        call.entry.phonemes = transcribe


def perform(emulator: Emulator, ask: SpeechAsk, cast: Cast, *, short: bool = False) -> Spoken:
    """Speak, with effects and watermark. Blocks. `short` is the fault of audio that ends too soon."""
    delivery = Delivery(
        cast.timbre, speed=ask.speed, volume=ask.volume, semitones=ask.pitch + ask.modification.pitch * 12 / 100
    )
    spoken = render(emulator.engine, cast.plan, delivery, sample_rate=ask.shape.sample_rate)
    sound = modified(
        spoken.sound,
        intensity=ask.modification.intensity,
        timbre=ask.modification.timbre,
        effect=ask.modification.effect,
    )
    if ask.watermark:
        sound = watermarked(sound)
    if short:
        sound = Sound(sound.samples[: int(SHORT_AUDIO_SECONDS * sound.sample_rate)], sound.sample_rate)
    return Spoken(sound, spoken.timeline)


def subtitles_of(ask: SpeechAsk, cast: Cast, spoken: Spoken) -> Subtitles:
    """The subtitles of a performance."""
    return Subtitles(ask.text, cast.plan.spans, spoken.timeline, longest_ms=duration_ms(spoken.sound))


def publish_subtitles(call: Call, entries: list[dict[str, Any]]) -> str:
    """Put subtitles behind a URL that lives as long as that of the audio."""
    content = json.dumps(entries, ensure_ascii=False).encode()
    token = call.emulator.files.publish(
        account=call.account, content=content, media_type="application/json", hours=URL_HOURS
    )
    return call.url_of(token, "json")


def charge(call: Call, ask: SpeechAsk, *, operation: str = "t2a", text: str | None = None) -> int:
    """Book the characters; the first use of a voice somebody made keeps it and books its fee."""
    emulator = call.emulator
    characters = emulator.bill.count(ask.text if text is None else text)
    with emulator.store.transaction():
        emulator.bill.charge_characters(
            call.account,
            operation=operation,
            model=ask.model,
            voice_id=max(ask.voices, key=lambda row: row[1])[0],
            characters=characters,
            trace_id=call.trace_id,
            provider=call.provider,
        )
        for voice_id, _ in ask.voices:
            if kind := call.voices.activate(voice_id):
                emulator.bill.charge_fee(
                    call.account,
                    kind=kind,
                    model=ask.model,
                    voice_id=voice_id,
                    trace_id=call.trace_id,
                    provider=call.provider,
                )
    return characters


def extra_info(
    text: str, milliseconds: int, shape: AudioShape, *, characters: int, control_share: float, size: int
) -> dict[str, Any]:
    """The vendor's account of a clip. `audio_size` is 0 when the audio went behind a URL, as measured."""
    return {
        "audio_length": milliseconds,
        "audio_sample_rate": shape.sample_rate,
        "audio_size": size,
        "bitrate": true_bitrate(shape),
        "audio_format": shape.container,
        "audio_channel": shape.channels,
        "invisible_character_ratio": round(control_share, 4),
        "word_count": len(text),
        "usage_characters": characters,
    }


def publish(call: Call, encoded: Encoded, container: str, *, hours: float) -> str:
    """Put audio behind a URL for some hours of the sandbox's clock."""
    token = call.emulator.files.publish(
        account=call.account, content=encoded.content, media_type=MEDIA_TYPES[container], hours=hours
    )
    extension = {"opus": "ogg", "pcmu_raw": "ulaw", "pcmu_wav": "wav"}.get(container, container)
    return call.url_of(token, extension)
