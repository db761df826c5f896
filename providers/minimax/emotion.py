"""A voice that refuses an emotion: measured as 2013 with "voice_setting emotion", by a client that then repeats the
call without one. Here that is the account's choice, and the result tells it."""

from __future__ import annotations

from dataclasses import replace

from providers.errors import ProviderError
from providers.types import Account, Finding, SpeechRequest


def without_emotion(account: Account, request: SpeechRequest, error: ProviderError) -> SpeechRequest | None:
    """The request to make after ``error``; None unless the account wants it (``retry_without_emotion``), the emotion
    was what was refused, and the refusal surely cost nothing."""
    wanted = account.options.get("retry_without_emotion") is True and request.settings.emotion is not None
    refused = error.code == "2013" and error.field == "settings.emotion" and not error.possibly_charged
    if not (wanted and refused):
        return None
    return replace(request, settings=replace(request.settings, emotion=None))


def dropped(request: SpeechRequest) -> Finding:
    """What the result says about the emotion it was made without."""
    return Finding("emotion_dropped", f"The voice refused the emotion {request.settings.emotion}; spoken without it")
