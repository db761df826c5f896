"""What a provider's list says about one of our voices. Pure; three-valued, because a list may hide."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Sighting(StrEnum):
    SEEN = "seen"
    NOT_SEEN = "not_seen"
    CANNOT_TELL = "cannot_tell"


def sighting(*, voice_id: str, was_activated: bool, is_system: bool, listed: Collection[str] | None) -> Sighting:
    """`listed` is None where the provider has no list. Absence proves nothing for a clone that was never used
    (MiniMax hides it), nor for a system voice (the lists are known to be incomplete)."""
    if listed is None or not voice_id:
        return Sighting.CANNOT_TELL
    if voice_id in listed:
        return Sighting.SEEN
    return Sighting.NOT_SEEN if was_activated and not is_system else Sighting.CANNOT_TELL
