"""A voice that refuses an emotion: measured as 2013 with "voice_setting emotion", by a client that then repeats the
call without one. Here that is the account's choice, and the result tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from providers.errors import Category, PendingError, ProviderError
from providers.stream import StreamExchange
from providers.types import Account, Finding, Operation, Pause, SpeechRequest, SpeechResult


def speaking(
    account: Account, request: SpeechRequest, once: Callable[[SpeechRequest], Operation[SpeechResult]]
) -> Operation[SpeechResult]:
    """``once(request)``, and once more without the emotion where that was refused and the account says so; the result
    then tells it as a finding."""
    try:
        return (yield from once(request))
    except ProviderError as error:
        plain = _without_emotion(account, request, error)
        if plain is None:
            raise
        refusal = error
    try:
        # From here on both exchanges share the time of the run.
        yield Pause(0.0)
    except PendingError:
        raise refusal from None
    result = yield from once(plain)
    return replace(result, findings=(_dropped(request), *result.findings))


def streaming(
    account: Account, request: SpeechRequest, stream: Callable[[SpeechRequest], StreamExchange]
) -> Callable[[ProviderError], StreamExchange | None]:
    """The same for a stream that was refused before its first audio: what to send instead, None for nothing."""

    def instead(error: ProviderError) -> StreamExchange | None:
        plain = _without_emotion(account, request, error)
        return None if plain is None else replace(stream(plain), findings=(_dropped(request),))

    return instead


def _without_emotion(account: Account, request: SpeechRequest, error: ProviderError) -> SpeechRequest | None:
    """The request to make after ``error``; None unless the account wants it (``retry_without_emotion``), the emotion
    was what was refused, and the refusal surely cost nothing."""
    wanted = account.options.get("retry_without_emotion") is True and request.settings.emotion is not None
    refused = error.category is Category.INVALID_INPUT and error.field == "settings.emotion"
    if not wanted or not refused or error.possibly_charged:
        return None
    return replace(request, settings=replace(request.settings, emotion=None))


def _dropped(request: SpeechRequest) -> Finding:
    """What the result says about the emotion it was made without."""
    return Finding("emotion_dropped", f"The voice refused the emotion {request.settings.emotion}; spoken without it")
