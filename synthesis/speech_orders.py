"""A speech request as JSON that a rendering keeps: enough to send it again after a crash. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.types import AudioFormat, PronunciationRule, SpeechRequest
from synthesis.formats import format_json
from synthesis.speech_settings import settings_from_json, settings_json


def order_json(request: SpeechRequest) -> dict[str, Any]:
    """{"text", "model", "voice_id", "settings", "format", "rules"}."""
    return {
        "text": request.text,
        "model": request.model,
        "voice_id": request.voice_id,
        "settings": settings_json(request.settings),
        "format": format_json(request.format),
        "rules": [
            {"source": rule.source, "replacement": rule.replacement, "kind": rule.kind} for rule in request.rules
        ],
    }


def order_from_json(kept: Mapping[str, Any]) -> SpeechRequest:
    """The inverse of `order_json`."""
    return SpeechRequest(
        text=kept["text"],
        model=kept["model"],
        voice_id=kept["voice_id"],
        settings=settings_from_json(kept["settings"]),
        format=AudioFormat(**kept["format"]),
        rules=tuple(PronunciationRule(**rule) for rule in kept["rules"]),
    )
