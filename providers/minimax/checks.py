"""What MiniMax would refuse or silently ignore in a synthesis, refused before it is sent and by our field's name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from providers.errors import InvalidInputError, UnsupportedError
from providers.long_text import LongTextRequest
from providers.minimax import limits
from providers.minimax.offer import MINIMAX, Offer
from providers.minimax.rules import compiled_all
from providers.minimax.text import check_text
from providers.socket import SocketRequest
from providers.types import Account, AudioFormat, SpeechRequest, SpeechSettings, VoiceEffects


def check_speech(account: Account, request: SpeechRequest, *, streamed: bool = False, offer: Offer = MINIMAX) -> None:
    """Raise ``RefusedError`` for the first thing that does not fit; ``streamed`` asks for less than a whole answer."""
    check_model(request.model, offer=offer)
    check_text(request.text, limit=offer.text_limit)
    _check_voice(request)
    _check_settings(account, request.model, request.settings, offer)
    check_format(request.format, offer)
    if request.settings.effects is not None:
        _check_effects(request.model, request.settings.effects, request.format, streamed, offer)
    _check_extras(request, streamed, offer)
    compiled_all(request.rules)


def check_socket(account: Account, request: SocketRequest) -> None:
    """The same for a session (T2A WebSocket reference): whatever is true of a stream, for every text to come."""
    check_speech(account, request.saying("."), streamed=True)
    if request.continuous_sound not in (True, False):
        raise InvalidInputError("continuous_sound", "It is true or false")
    if request.continuous_sound and request.model not in limits.CONTINUOUS_MODELS:
        raise UnsupportedError("continuous_sound", f"Only {_listed(limits.CONTINUOUS_MODELS)} speak without splitting")


def check_long_text(account: Account, request: LongTextRequest, *, offer: Offer = MINIMAX) -> None:
    """The same for a text nobody waits for (async reference): other limits, no formulas."""
    check_model(request.model, offer=offer)
    if (request.text is None) == (request.file_id is None):
        raise InvalidInputError("text", "Either a text or an uploaded file is spoken")
    if request.text is not None:
        check_text(request.text, limit=long_text_limit(account, offer))
    if not request.voice_id:
        raise InvalidInputError("voice_id", "A voice has to be named")
    _check_settings(account, request.model, request.settings, offer)
    if request.settings.latex_read is not None:
        raise UnsupportedError("settings.latex_read", "Formulas cannot be read asynchronously")
    check_format(request.format, offer)
    if request.settings.effects is not None:
        _check_effects(request.model, request.settings.effects, request.format, streamed=False, offer=offer)
    compiled_all(request.rules)


def long_text_limit(account: Account, offer: Offer = MINIMAX) -> int:
    """Copies of the reference differ, so the account may have another."""
    limit = account.options.get("long_text_limit")
    return limit if _is_int(limit) and limit > 0 else offer.long_text_limit


def check_model(model: str, field: str = "model", *, offer: Offer = MINIMAX) -> None:
    """Refuse a model that is not in the vendor's list."""
    if model not in offer.models:
        raise UnsupportedError(field, f"{model!r} is no {offer.vendor} model; there are {', '.join(offer.models)}")


def check_format(audio: AudioFormat, offer: Offer = MINIMAX) -> None:
    """Refuse a combination of container, rate, bitrate and channels that the vendor does not make."""
    rates = offer.formats.get(audio.container)
    if rates is None:
        raise UnsupportedError("format.container", f"{audio.container!r} is none of {', '.join(offer.formats)}")
    if not _is_int(audio.sample_rate) or audio.sample_rate not in rates:
        raise UnsupportedError("format.sample_rate", f"{audio.container} is made at {_listed(rates)} Hz")
    if not _is_int(audio.channels) or audio.channels not in offer.channels:
        raise UnsupportedError("format.channels", "There are one or two channels")
    if audio.bitrate is None:
        return
    bitrates = offer.bitrates.get(audio.container, ())
    if not _is_int(audio.bitrate) or audio.bitrate not in bitrates:
        offered = f"is made at {_listed(bitrates)} bit/s" if bitrates else "has no bitrate to choose"
        raise UnsupportedError("format.bitrate", f"{audio.container} {offered}")


def check_language_boost(boost: str | None, model: str | None, field: str, offer: Offer = MINIMAX) -> None:
    """Refuse a language the vendor does not name, or that the (known) model is too old for."""
    if boost is None:
        return
    if boost not in frozenset[str]().union(*offer.languages.values()):
        raise UnsupportedError(field, f"{boost!r} is no language of {offer.vendor}'s list")
    if model is not None and boost not in offer.languages.get(model, {boost}):
        raise UnsupportedError(field, f"{model} does not know {boost}")


def _check_voice(request: SpeechRequest) -> None:
    # The pattern of clone ids does not hold for system voices: some end in a space or hold full-width parentheses.
    if not request.mix:
        if not request.voice_id:
            raise InvalidInputError("voice_id", "A voice has to be named")
        return
    if request.voice_id:
        raise InvalidInputError("mix", "A mixed voice takes the place of voice_id")
    if len(request.mix) > limits.MIX_MOST:
        raise UnsupportedError("mix", f"At most {limits.MIX_MOST} voices can be mixed")
    for position, part in enumerate(request.mix):
        if not part.voice_id:
            raise InvalidInputError(f"mix[{position}].voice_id", "A voice has to be named")
        _check_int(f"mix[{position}].weight", part.weight, limits.MIX_WEIGHT)


def _check_settings(account: Account, model: str, settings: SpeechSettings, offer: Offer) -> None:
    if settings.speed is not None:
        _check_number("settings.speed", settings.speed)
        if not limits.SPEED[0] <= settings.speed <= limits.SPEED[1]:
            raise InvalidInputError("settings.speed", f"Speed goes from {limits.SPEED[0]} to {limits.SPEED[1]}")
    if settings.volume is not None:
        _check_number("settings.volume", settings.volume)
        if not limits.VOLUME_ABOVE < settings.volume <= limits.VOLUME_MOST:
            raise InvalidInputError("settings.volume", "Volume is above 0 and at most 10")
    _check_int("settings.pitch", settings.pitch, limits.PITCH)
    _check_emotion(account, model, settings.emotion, offer)
    check_language_boost(settings.language_boost, model, "settings.language_boost", offer)
    for name in ("text_normalization", "latex_read"):
        if getattr(settings, name) not in (None, True, False):
            raise InvalidInputError(f"settings.{name}", "It is true or false")
    if settings.latex_read and settings.language_boost not in (None, "Chinese"):
        raise InvalidInputError("settings.latex_read", "Formulas are read in Chinese only")


def _check_emotion(account: Account, model: str, emotion: str | None, offer: Offer) -> None:
    if emotion is None:
        return
    allowed = offer.emotions[model]
    if account.options.get("fluent_on_28") is True and model.startswith("speech-2.8") and allowed:
        allowed |= {"fluent"}
    if emotion not in allowed:
        hint = "; what was neutral is calm now" if emotion == "neutral" and "calm" in allowed else ""
        raise UnsupportedError("settings.emotion", f"{model} knows {_listed(sorted(allowed)) or 'none here'}{hint}")


def _check_extras(request: SpeechRequest, streamed: bool, offer: Offer) -> None:
    container = request.format.container
    if streamed and container not in offer.stream_formats:
        raise UnsupportedError("format.container", f"{container} cannot be streamed")
    if request.force_cbr and not (streamed and container == "mp3"):
        raise UnsupportedError("force_cbr", "A constant bitrate is a matter of streamed mp3 only")
    kinds = offer.stream_subtitles if streamed else offer.subtitles
    if request.subtitles not in (None, *kinds):
        told = _listed(sorted(kinds)) or "none"
        raise UnsupportedError("subtitles", f"There are {told} in {'a stream' if streamed else 'a whole answer'}")
    if request.watermark and streamed:
        raise UnsupportedError("watermark", "Streams carry no watermark")
    if request.model not in offer.extra_models:
        for name in ("subtitles", "watermark", "force_cbr"):
            if getattr(request, name):
                raise UnsupportedError(name, f"{request.model} does not know it")


def _check_effects(model: str, effects: VoiceEffects, audio: AudioFormat, streamed: bool, offer: Offer) -> None:
    if model not in offer.effect_models:
        raise UnsupportedError("settings.effects", f"{model} does not know them")
    if audio.container not in (limits.STREAM_EFFECT_CONTAINERS if streamed else limits.EFFECT_CONTAINERS):
        raise UnsupportedError("settings.effects", f"Effects are not made in {'streamed ' * streamed}{audio.container}")
    for name in ("pitch", "intensity", "timbre"):
        _check_int(f"settings.effects.{name}", getattr(effects, name), limits.EFFECT_AMOUNT)
    if effects.sound is not None and effects.sound not in limits.SOUND_EFFECTS:
        raise UnsupportedError("settings.effects.sound", f"There are {_listed(sorted(limits.SOUND_EFFECTS))}")


def _check_int(field: str, value: object, bounds: tuple[int, int]) -> None:
    if value is None:
        return
    if not _is_int(value) or not bounds[0] <= value <= bounds[1]:
        raise InvalidInputError(field, f"It is a whole number from {bounds[0]} to {bounds[1]}")


def _check_number(field: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInputError(field, "It is a number")


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
