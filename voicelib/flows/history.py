"""Events about voices and consents: always with the same subject, so that a whole life reads as one list."""

from __future__ import annotations

from typing import Any

from accounts import events
from accounts.models import Event
from accounts.payer import PLATFORM, Actor
from voicelib.models import Consent, ProviderVoice, Voice


def note_voice(
    *, voice: Voice, kind: str, actor: Actor = PLATFORM, data: dict[str, Any] | None = None, key: str | None = None
) -> Event | None:
    """Record what happened to a voice, in the caller's transaction. With `key` once only. `data` never hides whose
    voice it is."""
    return events.record(
        team_id=voice.team_id,
        kind=kind,
        subject_type="voice",
        subject_id=voice.id,
        subject_title=voice.name,
        actor=actor,
        data={**(data or {}), "voice": voice.slug},
        key=key,
    )


def note_home(
    *,
    home: ProviderVoice,
    kind: str,
    actor: Actor = PLATFORM,
    data: dict[str, Any] | None = None,
    key: str | None = None,
) -> Event | None:
    """Record what happened to one home of a voice, in the caller's transaction. With `key` once only."""
    where = {
        "provider_account": home.provider_account.slug,
        "provider_voice_id": home.vendor_voice_id,
        "generation": home.generation,
    }
    return note_voice(voice=home.voice, kind=kind, actor=actor, data={**(data or {}), **where}, key=key)


def note_consent(
    *,
    consent: Consent,
    kind: str,
    actor: Actor = PLATFORM,
    data: dict[str, Any] | None = None,
    key: str | None = None,
) -> Event | None:
    """Record what happened to a consent, in the caller's transaction. With `key` once only."""
    return events.record(
        team_id=consent.team_id,
        kind=kind,
        subject_type="consent",
        subject_id=consent.id,
        subject_title=str(consent),
        actor=actor,
        data=data or {},
        key=key,
    )
