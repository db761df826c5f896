"""Voices that a provider has by itself: what is known of them without asking, and what an id tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Gender = Literal["female", "male"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTraits:
    """What an id tells: ``language`` as BCP 47 ("zh", "yue", "en"), ``gender``; None where it does not tell."""

    language: str | None = None
    gender: Gender | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVoice:
    """One voice of a curated list. The id is opaque and kept byte for byte. ``seen`` says where it was read,
    ``default_of`` which public clients send it when they are told nothing."""

    voice_id: str
    name: str
    traits: VoiceTraits
    seen: str
    default_of: tuple[str, ...] = ()
