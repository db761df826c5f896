"""POST /v1/audio/speech: one text, the audio as bytes (OpenAI's specification; each server's own limits)."""

from __future__ import annotations

from providers.audio import sniff
from providers.errors import Category, InvalidInputError, ProviderError, UnsupportedError, malformed
from providers.openai.answers import body_of, post, refuse_failure, trace, words
from providers.openai.profiles import Profile
from providers.openai.voices import voice_names
from providers.probe import NotAudioError
from providers.transcode import BITRATES, CHANNELS, FORMATS, transcode
from providers.types import (
    JSON,
    Account,
    AudioFormat,
    Finding,
    Operation,
    Request,
    Response,
    SpeechRequest,
    SpeechResult,
)

_SMALLEST_BOUND = 16 * 1024 * 1024
_LARGEST_BOUND = 512 * 1024 * 1024
# One second a character of 48 kHz stereo is more than any text brings.
_BYTES_PER_CHARACTER = 192_000


def check_speech(profile: Profile, account: Account, request: SpeechRequest) -> None:
    """Raise ``RefusedError`` for the first thing this server has no slot for."""
    models = profile.models or (profile.default_model,)
    if request.model not in models:
        raise UnsupportedError("model", f"{request.model!r} is none of {', '.join(models)}")
    if not request.text.strip():
        raise InvalidInputError("text", "There is nothing to say")
    if len(request.text) > profile.text_limit:
        raise InvalidInputError("text", f"{profile.server} takes {profile.text_limit} characters at most")
    check_voice_name(request.voice_id)
    _check_settings(profile, request)
    check_format(request.format)
    for field, asked in (
        ("mix", request.mix),
        ("rules", request.rules),
        ("subtitles", request.subtitles),
        ("watermark", request.watermark),
        ("force_cbr", request.force_cbr),
    ):
        if asked:
            raise UnsupportedError(field, f"{profile.server} has no such thing")


def check_voice_name(voice_id: str) -> None:
    """Some servers join the name to a directory unchecked (Chatterbox-TTS-Server), so a path is no name."""
    if not voice_id:
        raise InvalidInputError("voice_id", "A voice has to be named")
    if "/" in voice_id or "\\" in voice_id or ".." in voice_id or not voice_id.isprintable():
        raise InvalidInputError("voice_id", "A name, not a path")


def check_format(audio: AudioFormat) -> None:
    """Refuse what cannot be made here of the server's audio."""
    rates = FORMATS.get(audio.container)
    if rates is None:
        raise UnsupportedError("format.container", f"{audio.container!r} is none of {', '.join(FORMATS)}")
    if audio.sample_rate not in rates:
        raise UnsupportedError("format.sample_rate", f"{audio.container} is made at {', '.join(map(str, rates))} Hz")
    if audio.channels not in CHANNELS:
        raise UnsupportedError("format.channels", "There are one or two channels")
    if audio.bitrate is not None and audio.bitrate not in BITRATES.get(audio.container, ()):
        raise UnsupportedError("format.bitrate", f"{audio.container} is not made at {audio.bitrate} bit/s")


def speech(profile: Profile, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    """One synthesis, converted to the format asked for. Refuses before sending; raises ``ProviderError``."""
    check_speech(profile, account, request)
    # Such a server speaks an unknown name with another voice and says 200: the wrong person's voice.
    if profile.unknown_voice == "default" and request.voice_id not in (yield from voice_names(profile, account)):
        raise _voice_missing(profile, request.voice_id)
    asked = post(
        account,
        "/v1/audio/speech",
        operation="t2a",
        json=body(profile, account, request),
        max_response_bytes=min(max(_SMALLEST_BOUND, len(request.text) * _BYTES_PER_CHARACTER), _LARGEST_BOUND),
    )
    return read_speech(asked, (yield asked), request)


def body(profile: Profile, account: Account, request: SpeechRequest) -> dict[str, JSON]:
    """The JSON body: only fields this server knows."""
    fields: dict[str, JSON] = {
        "input": request.text,
        "voice": request.voice_id,
        "response_format": profile.asks_for,
    }
    if profile.send_model:
        fields["model"] = _model(profile, account, request)
    if profile.never_streamed:
        fields["stream"] = False
    if request.settings.speed is not None:
        fields["speed"] = request.settings.speed
    return fields


def read_speech(asked: Request, response: Response, request: SpeechRequest) -> SpeechResult:
    """The audio of an answer, as it was asked for. The bytes decide, not the Content-Type."""
    refuse_failure(asked, response, about_voice=True)
    trace_id = trace(response)
    found = sniff(response.content)
    if found is None:
        what = words(response) if body_of(response) is not None or not response.content else "the bytes are no audio"
        raise malformed(asked, what or "it is empty", http_status=response.status, trace_id=trace_id)
    try:
        audio = transcode(response.content, request.format)
    except NotAudioError as error:
        raise malformed(asked, str(error), http_status=response.status, trace_id=trace_id) from error
    findings = () if found == "wav" else (Finding("container_differs", f"wav asked for, {found} received"),)
    return SpeechResult(audio=audio, container=request.format.container, trace_id=trace_id, findings=findings)


def _check_settings(profile: Profile, request: SpeechRequest) -> None:
    settings = request.settings
    if settings.speed is not None:
        if profile.speed is None:
            raise UnsupportedError("settings.speed", f"{profile.server} does not heed a speed")
        if not profile.speed[0] <= settings.speed <= profile.speed[1]:
            raise InvalidInputError("settings.speed", f"Speed goes from {profile.speed[0]} to {profile.speed[1]}")
    for name in ("volume", "pitch", "emotion", "language_boost", "text_normalization", "latex_read", "effects"):
        if getattr(settings, name) is not None:
            raise UnsupportedError(f"settings.{name}", f"{profile.server} has no such setting")


def _model(profile: Profile, account: Account, request: SpeechRequest) -> str:
    """Servers that serve one model under a name of their own have it in the account's option ``model``."""
    named = account.options.get("model")
    return named if isinstance(named, str) and named and not profile.models else request.model


def _voice_missing(profile: Profile, voice_id: str) -> ProviderError:
    return ProviderError(
        f"{profile.server} has no voice {voice_id!r} and would speak with another one",
        category=Category.VOICE_MISSING,
        gone=True,
        who_acts="caller",
        field="voice_id",
    )
