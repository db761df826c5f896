"""What is done for a prediction: the sound, the voice, the charge. Told as a result or as a failure inside HTTP 200."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from providers.sandbox.catalogue import SystemVoice, system_voices
from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import MEDIA_TYPES, AudioShape, Encoded, Sound, UndecodableError, encode
from providers.sandbox.engine import EngineError
from providers.sandbox.faults import corrupt_hex
from providers.sandbox.hearing import hear
from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.design import described_timbre
from providers.sandbox.minimax.performance import SHORT_AUDIO_SECONDS, Cast, perform, plan_of
from providers.sandbox.minimax.validation import SpeechAsk, check_text
from providers.sandbox.speak import Delivery, plan_speech, render
from providers.sandbox.timbre import Timbre, timbre_of_name
from providers.sandbox.voice_shelf import VoiceShelf
from providers.sandbox.wavespeed.answers import (
    INTERNAL_ERROR,
    INVALID_PARAMETER,
    MEDIA_ACCESS_FAILED,
    TASK_FAILED,
    Failure,
    TaskFailedError,
)
from providers.sandbox.wavespeed.asks import CLONE, DESIGN, CloneAsk, DesignAsk, read_clone, read_design, read_speech
from providers.sandbox.wavespeed.gate import PROVIDER, in_thread
from providers.sandbox.wavespeed.predictions import Prediction, Predictions
from providers.sandbox.wavespeed.prices import micros_per_character

OUTPUT_HOURS = 7 * 24
LARGEST_SAMPLE = 20 * 1024 * 1024
SHORTEST_SECONDS, LONGEST_SECONDS = 10.0, 300.0
FETCH_SECONDS = 20.0
_ID = re.compile(r"(?=.*[0-9])[A-Za-z][A-Za-z0-9_-]{7,}")
# System voices of the speech pages that MiniMax's own list does not have.
OWN_VOICES = {name: timbre_of_name(name, low_hz=low, high_hz=high) for name, low, high in (
    ("Friendly_Person", 120, 180), ("Inspirational_girl", 190, 240), ("Casual_Guy", 95, 140), ("Lively_Girl", 200, 250),
    ("Patient_Man", 90, 130), ("Young_Knight", 110, 145), ("Determined_Man", 90, 130), ("Lovely_Girl", 210, 260),
    ("Decent_Boy", 200, 240), ("Imposing_Manner", 90, 120), ("Elegant_Man", 95, 135), ("Abbess", 170, 200),
    ("Sweet_Girl_2", 200, 250), ("Exuberant_Girl", 200, 250))}  # fmt: skip


def voice_of(emulator: Emulator, account: str, voice_id: str) -> tuple[Timbre, str]:
    """Timbre and language of a voice the account may use. Raises `TaskFailedError`."""
    system = system_voices().get(voice_id) or (
        SystemVoice(voice_id, voice_id, "en", OWN_VOICES[voice_id]) if voice_id in OWN_VOICES else None
    )
    if system:
        return system.timbre, system.language
    clone = emulator.voices_at(PROVIDER).living(voice_id)
    if clone is None or clone.account != account:
        raise TaskFailedError(INVALID_PARAMETER, "voice id not exist")
    return clone.timbre, "en"


def cast_of(emulator: Emulator, account: str, ask: SpeechAsk) -> Cast:
    """Who speaks and what. Raises `TaskFailedError` for what only the model notices: the voice, the marks of a text."""
    timbre, native = voice_of(emulator, account, ask.voices[0][0])
    try:
        check_text(ask.text, limit=len(ask.text))
    except VendorError as error:
        raise TaskFailedError(INVALID_PARAMETER, error.text) from error
    return Cast(timbre, native, plan_of(ask, native))


def charge_speech(emulator: Emulator, account: str, model_id: str, ask: SpeechAsk, trace_id: str) -> None:
    """Book the characters; the first use of a voice somebody made keeps it. No page names a fee for
    that, so none is charged."""
    voice_id = ask.voices[0][0]
    line = {"model": ask.model, "voice_id": voice_id, "trace_id": trace_id, "provider": PROVIDER}
    with emulator.store.transaction():
        _charge(emulator, account, "t2a", ask.text, micros_per_character(model_id, {}), line)
        emulator.voices_at(PROVIDER).activate(voice_id)


def check_voice_id(voices: VoiceShelf, voice_id: str) -> None:
    """At least eight characters, letters and digits, a letter first, never used before. Raises `TaskFailedError`."""
    if not _ID.fullmatch(voice_id):
        raise TaskFailedError(INVALID_PARAMETER, "custom_voice_id needs letters and numbers, a letter first")
    if voice_id in system_voices() or voice_id in OWN_VOICES or voices.find(voice_id):
        raise TaskFailedError(INVALID_PARAMETER, "voice clone voice id duplicate")


def _charge(emulator: Emulator, account: str, operation: str, text: str, micros: int, line: dict[str, Any]) -> None:
    characters = emulator.bill.count(text, rule="code_points")
    emulator.bill.add(account, operation=operation, characters=characters, amount_micros=micros * characters, **line)


@dataclass(frozen=True, slots=True)
class _Made:
    """A sound, and what has to be booked along with it."""

    encoded: Encoded
    container: str = "mp3"
    keep: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Worker:
    """Works on one prediction."""

    emulator: Emulator
    predictions: Predictions
    prediction: Prediction

    async def work(self) -> None:
        """Make it, publish it, note how it ended."""
        began = time.monotonic()
        try:
            made = await self._made()
        except TaskFailedError as error:
            self.predictions.fail(self.prediction, error.failure)
            return
        except (EngineError, VendorError, httpx.HTTPError) as error:
            self.predictions.fail(self.prediction, Failure(INTERNAL_ERROR, f"internal error: {type(error).__name__}"))
            return
        if self.emulator.stopping.is_set():
            return
        self._publish(made, round((time.monotonic() - began) * 1000))

    async def _made(self) -> _Made:
        body = self.prediction.request["body"]
        if self.prediction.model == CLONE:
            return await self._cloned(read_clone(body))
        if self.prediction.model == DESIGN:
            return await self._designed(read_design(body))
        ask = read_speech(self.prediction.model, body)
        timbre = Timbre(**self.prediction.request["timbre"])
        cast = Cast(timbre, self.prediction.request["native"], plan_of(ask, self.prediction.request["native"]))
        short = self.prediction.trouble == "short_audio"
        spoken = await in_thread(lambda: perform(self.emulator, ask, cast, short=short))
        return _Made(await in_thread(lambda: encode(spoken.sound, ask.shape)), ask.shape.container)

    def _publish(self, made: _Made, inference_ms: int) -> None:
        content = made.encoded.content
        if self.prediction.trouble == "bad_hex":
            content = corrupt_hex(content.hex()).encode()
        with self.emulator.store.transaction():
            made.keep()
            token = self.emulator.files.publish(
                account=self.prediction.account,
                content=content,
                media_type=MEDIA_TYPES[made.container],
                hours=OUTPUT_HOURS,
            )
            self.predictions.complete(self.prediction, output=f"{token}.{made.container}", inference_ms=inference_ms)

    async def _cloned(self, ask: CloneAsk) -> _Made:
        voices = self.emulator.voices_at(PROVIDER)
        check_voice_id(voices, ask.voice_id)
        content = await self._fetched(ask.audio)
        timbre = await in_thread(lambda: _timbre_of(content))
        encoded = await in_thread(lambda: self._preview(ask.text, timbre))
        # Two tasks may have raced here.
        check_voice_id(voices, ask.voice_id)
        micros = micros_per_character(CLONE, {"model": ask.model})
        line = self._line(ask.voice_id, ask.model)

        def keep() -> None:
            voices.add(voice_id=ask.voice_id, account=self.prediction.account, timbre=timbre)
            _charge(self.emulator, self.prediction.account, "clone_preview", ask.text, micros, line)

        return _Made(encoded, keep=keep)

    async def _designed(self, ask: DesignAsk) -> _Made:
        voices = self.emulator.voices_at(PROVIDER)
        check_voice_id(voices, ask.voice_id)
        timbre = described_timbre(ask.prompt, ask.voice_id)
        encoded = await in_thread(lambda: self._preview(ask.text, timbre))
        check_voice_id(voices, ask.voice_id)
        micros = micros_per_character(DESIGN, {})
        line = self._line(ask.voice_id, "")

        def keep() -> None:
            voices.add(voice_id=ask.voice_id, account=self.prediction.account, timbre=timbre, kind="generation")
            _charge(self.emulator, self.prediction.account, "design_preview", ask.text, micros, line)

        return _Made(encoded, keep=keep)

    def _line(self, voice_id: str, model: str) -> dict[str, Any]:
        return {"model": model, "voice_id": voice_id, "trace_id": self.prediction.prediction_id, "provider": PROVIDER}

    def _preview(self, text: str, timbre: Timbre) -> Encoded:
        shape = AudioShape()
        spoken = render(self.emulator.engine, plan_speech(text), Delivery(timbre), sample_rate=shape.sample_rate)
        sound = spoken.sound
        if self.prediction.trouble == "short_audio":
            sound = Sound(sound.samples[: int(SHORT_AUDIO_SECONDS * sound.sample_rate)], sound.sample_rate)
        return encode(sound, shape)

    async def _fetched(self, url: str) -> bytes:
        own = self.prediction.request.get("own_media")
        if own:
            found = self.emulator.files.published(str(own).partition(".")[0])
            if not found or not found[2] or not found[0]:
                raise TaskFailedError(MEDIA_ACCESS_FAILED, "unable to access the provided media url")
            return found[0]
        try:
            return await _downloaded(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TaskFailedError(MEDIA_ACCESS_FAILED, "unable to access the provided media url") from error


async def _downloaded(url: str) -> bytes:
    """A customer's recording, wherever it is: this vendor runs on the customer's own machine."""
    content = bytearray()
    async with (
        httpx.AsyncClient(trust_env=False, timeout=FETCH_SECONDS, follow_redirects=True) as client,
        client.stream("GET", url) as answer,
    ):
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > LARGEST_SAMPLE:
                raise TaskFailedError(INVALID_PARAMETER, "audio exceeds 20MB")
    return bytes(content)


def _timbre_of(content: bytes) -> Timbre:
    try:
        heard = hear(content)
    except UndecodableError as error:
        raise TaskFailedError(TASK_FAILED, "audio could not be decoded") from error
    if not SHORTEST_SECONDS <= heard.seconds <= LONGEST_SECONDS:
        raise TaskFailedError(INVALID_PARAMETER, "voice duration too short or too long")
    return heard.timbre
