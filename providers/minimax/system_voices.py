"""The system voices we know of without asking: MiniMax's published list, its reference's examples, and what public
clients send. The list is data (``system_voices.csv``); which of them an account has is only known by asking.

Every field of the file is quoted: ids hold spaces at their end, brackets of two widths, and must stay as they are.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from providers.known_voices import KnownVoice, VoiceTraits
from providers.minimax.voice_traits import voice_traits


@cache
def known_voices() -> tuple[KnownVoice, ...]:
    """The curated list in the vendor's order. The list knows the language of an id that does not tell it."""
    text = files("providers.minimax").joinpath("system_voices.csv").read_text(encoding="utf-8")
    return tuple(_known(row) for row in csv.DictReader(text.splitlines()))


def _known(row: dict[str, str]) -> KnownVoice:
    told = voice_traits(row["voice_id"])
    return KnownVoice(
        voice_id=row["voice_id"],
        name=row["name"],
        traits=VoiceTraits(language=row["language"] or told.language, gender=told.gender),
        seen=row["seen"],
        default_of=tuple(client for client in row["default_of"].split(", ") if client),
    )
