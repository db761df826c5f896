"""Speech: POST /api/v3/minimax/speech-…, flat, with the audio behind an address (pages of the speech models)."""

from __future__ import annotations

from providers.minimax.text import normalized
from providers.types import JSON, Account, Operation, SpeechRequest, SpeechResult
from providers.wavespeed import limits
from providers.wavespeed.checks import check_speech
from providers.wavespeed.predictions import Prediction, resume, submit

OPERATION = "t2a"


def speech(account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    """One synthesis: submitted once, then asked for. Raises ``ProviderError`` and ``PendingError``."""
    check_speech(request)
    made = yield from submit(account, limits.MODEL_PATHS[request.model], body(account, request), operation=OPERATION)
    return _result(made)


def resume_speech(account: Account, request: SpeechRequest, task: str) -> Operation[SpeechResult]:
    """Ask for a synthesis accepted earlier: reads only."""
    path = limits.MODEL_PATHS.get(request.model, request.model)
    made = yield from resume(account, path, body(account, request), task, operation=OPERATION)
    return _result(made)


def body(account: Account, request: SpeechRequest) -> dict[str, JSON]:
    """The JSON body: everything flat, the channels as text, and always an emotion, because none means happy.

    The option ``emotion_when_none`` names another, or with an empty text leaves the field out, for models whose page
    has no neutral.
    """
    settings, audio = request.settings, request.format
    plain = account.options.get("emotion_when_none", limits.NO_EMOTION)
    fields: dict[str, JSON] = {
        "text": normalized(request.text),
        "voice_id": request.voice_id,
        "speed": settings.speed,
        "volume": settings.volume,
        "pitch": settings.pitch,
        "emotion": settings.emotion or (plain if isinstance(plain, str) and plain else None),
        "english_normalization": settings.text_normalization,
        "language_boost": settings.language_boost,
        "format": audio.container,
        "sample_rate": audio.sample_rate,
        "bitrate": audio.bitrate,
        "channel": str(audio.channels),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _result(made: Prediction) -> SpeechResult:
    return SpeechResult(
        audio=b"",
        container="",
        audio_url=made.outputs[0],
        declared={"timings": made.timings},
        trace_id=made.task,
    )
