"""What WaveSpeed would refuse or silently ignore, refused before it is sent and by our field's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeGuard

from providers.audio import sniff
from providers.errors import InvalidInputError, UnsupportedError
from providers.minimax.text import check_text
from providers.types import AudioFormat, CloneRequest, SpeechRequest, SpeechSettings
from providers.voice_design import DesignRequest
from providers.wavespeed import limits

_ID_RULE = "8 to 256 letters, digits, - and _, at least one digit; a letter first, no - or _ last"
# Pages: there is no slot for any of these, and an unknown field would be dropped without a word.
_NOT_OFFERED = ("rules", "mix", "force_cbr", "subtitles", "watermark")


def check_speech(request: SpeechRequest, *, streamed: bool = False) -> None:
    """Raise ``RefusedError`` for the first thing that does not fit; ``streamed`` asks for less than a whole answer."""
    check_model(request.model)
    check_text(request.text, limit=limits.TEXT_LIMIT)
    for field in _NOT_OFFERED:
        if getattr(request, field):
            raise UnsupportedError(field, "WaveSpeed has no place for it")
    if not request.voice_id:
        raise InvalidInputError("voice_id", "A voice has to be named")
    _check_settings(request.settings)
    _check_format(request.format)
    if streamed and request.format.container not in limits.STREAM_FORMATS:
        raise UnsupportedError("format.container", f"{request.format.container} cannot be streamed")


def check_clone(request: CloneRequest) -> None:
    """Raise ``RefusedError`` for what cannot be cloned, before the recording is uploaded."""
    check_voice_id(request.voice_id)
    _check_sample(request)
    if request.preview_text is not None:
        check_text(request.preview_text, field="preview_text", limit=limits.CLONE_PREVIEW_LIMIT)
    if request.model is not None:
        check_model(request.model)
    for field in ("clone_prompt", "text_validation", "accuracy", "language_boost", "watermark"):
        if getattr(request, field):
            raise UnsupportedError(field, "WaveSpeed has no place for it")


def check_design(request: DesignRequest) -> None:
    """Raise ``RefusedError`` for what cannot be designed. The caller names the voice here."""
    if request.voice_id is None:
        raise InvalidInputError("voice_id", "WaveSpeed picks no ids: the voice has to be named")
    check_voice_id(request.voice_id)
    check_text(request.prompt, field="prompt")
    check_text(request.preview_text, field="preview_text", limit=limits.DESIGN_PREVIEW_LIMIT)
    if request.watermark:
        raise UnsupportedError("watermark", "WaveSpeed has no place for it")


def check_voice_id(voice_id: str) -> None:
    """The rule for ids the caller picks."""
    if not re.fullmatch(limits.VOICE_ID, voice_id):
        raise InvalidInputError("voice_id", _ID_RULE)


def check_model(model: str) -> None:
    """Refuse a model that has no page."""
    if model not in limits.MODEL_PATHS:
        raise UnsupportedError("model", f"{model!r} is no WaveSpeed model; there are {_listed(limits.MODELS)}")


def _check_settings(settings: SpeechSettings) -> None:
    _check_number("settings.speed", settings.speed, limits.SPEED)
    _check_number("settings.volume", settings.volume, limits.VOLUME)
    if settings.pitch is not None and not (
        _is_int(settings.pitch) and limits.PITCH[0] <= settings.pitch <= limits.PITCH[1]
    ):
        raise InvalidInputError("settings.pitch", f"It is a whole number from {limits.PITCH[0]} to {limits.PITCH[1]}")
    if settings.emotion is not None and settings.emotion not in limits.EMOTIONS:
        raise UnsupportedError("settings.emotion", f"There are {_listed(sorted(limits.EMOTIONS))}")
    if settings.language_boost is not None and settings.language_boost not in limits.LANGUAGE_BOOSTS:
        raise UnsupportedError("settings.language_boost", f"{settings.language_boost!r} is no language of the list")
    if settings.text_normalization not in (None, True, False):
        raise InvalidInputError("settings.text_normalization", "It is true or false")
    for field in ("latex_read", "effects"):
        if getattr(settings, field):
            raise UnsupportedError(f"settings.{field}", "WaveSpeed has no place for it")


def _check_format(audio: AudioFormat) -> None:
    rates = limits.FORMATS.get(audio.container)
    if rates is None:
        raise UnsupportedError("format.container", f"{audio.container!r} is none of {_listed(limits.FORMATS)}")
    if not _is_int(audio.sample_rate) or audio.sample_rate not in rates:
        raise UnsupportedError("format.sample_rate", f"{audio.container} is made at {_listed(rates)} Hz")
    if not _is_int(audio.channels) or audio.channels not in limits.CHANNELS:
        raise UnsupportedError("format.channels", "There are one or two channels")
    bitrates = limits.BITRATES.get(audio.container, ())
    if audio.bitrate is not None and not (_is_int(audio.bitrate) and audio.bitrate in bitrates):
        offered = f"is made at {_listed(bitrates)} bit/s" if bitrates else "has no bitrate to choose"
        raise UnsupportedError("format.bitrate", f"{audio.container} {offered}")


def _check_sample(request: CloneRequest) -> None:
    """The recording itself, or the address where WaveSpeed finds it."""
    duration = request.sample_duration_ms
    if duration is not None and not limits.CLONE_MIN_MS <= duration <= limits.CLONE_MAX_MS:
        raise InvalidInputError("sample", f"Recordings last 10 s to 5 min; this one lasts {duration / 1000:.1f} s")
    if not request.sample:
        if not request.sample_url:
            raise InvalidInputError("sample", "There is no recording")
        return
    if len(request.sample) > limits.CLONE_MAX_BYTES:
        raise InvalidInputError("sample", "Recordings are at most 20 MB")
    found = sniff(request.sample)
    if found not in limits.CLONE_CONTAINERS:
        raise UnsupportedError("sample", f"Recordings are mp3, m4a or wav; this is {found or 'no audio we know'}")


def _check_number(field: str, value: object, bounds: tuple[float, float]) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInputError(field, "It is a number")
    if not bounds[0] <= value <= bounds[1]:
        raise InvalidInputError(field, f"It goes from {bounds[0]} to {bounds[1]}")


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
