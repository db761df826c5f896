"""The curated system voices of all providers, loaded after migrations."""

from __future__ import annotations

from providers.known_voices import KnownVoice
from providers.registry import ADAPTERS
from voicelib.models import SystemVoice

_TOLD = ("name", "language", "gender", "is_curated", "seen", "default_of")


def load() -> int:
    """Bring the catalogue to what the adapters know; returns how many voices that is. Safe to repeat: ids stay, what
    left the list is not curated any more, and what accounts have shown is not touched."""
    count = 0
    for provider, adapter in ADAPTERS.items():
        known = adapter.known_voices()
        SystemVoice.objects.filter(provider=provider, is_curated=True).exclude(
            voice_id__in=[voice.voice_id for voice in known]
        ).update(is_curated=False)
        SystemVoice.objects.bulk_create(
            [_row(provider, voice) for voice in known],
            update_conflicts=True,
            unique_fields=["provider", "voice_id"],
            update_fields=_TOLD,
            batch_size=500,
        )
        count += len(known)
    return count


def _row(provider: str, voice: KnownVoice) -> SystemVoice:
    return SystemVoice(
        provider=provider,
        voice_id=voice.voice_id,
        name=voice.name,
        language=voice.traits.language or "",
        gender=voice.traits.gender or "",
        is_curated=True,
        seen=voice.seen,
        default_of=list(voice.default_of),
    )
