"""What a consent allows: projects, languages, purposes. Pure.

A scope is {"projects": […], "languages": […], "purposes": […]}; what it does not name is not narrowed. A language
allows what it is the beginning of: `en` allows `en-GB`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from providers.minimax.voice_traits import language_of_name

Narrowing = Literal["projects", "languages", "purposes"]
NARROWINGS: tuple[Narrowing, ...] = ("projects", "languages", "purposes")
LOCALE = re.compile(r"\A[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a voice is to be used for: `project` is a slug, None for the team as a whole; `language` is BCP 47.
    `purpose` None: it serves no purpose of its own (cloning, keeping alive), so none is asked for."""

    project: str | None
    language: str
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """Which narrowing forbids a use, and what it allows."""

    narrowing: Narrowing
    allowed: tuple[str, ...]


def outside(scope: Mapping[str, Sequence[str]], use: Use) -> Outside | None:
    """The first narrowing that does not allow `use`; None where all do."""
    projects, languages, purposes = (tuple(scope.get(name) or ()) for name in NARROWINGS)
    if projects and use.project not in projects:
        return Outside("projects", projects)
    if languages and not any(_covers(language, use.language) for language in languages):
        return Outside("languages", languages)
    if purposes and use.purpose is not None and use.purpose not in purposes:
        return Outside("purposes", purposes)
    return None


def spoken_language(*, language_boost: str | None, voice_language: str) -> str:
    """In which language a clip speaks: the one asked for, else the voice's. As BCP 47 where the name is known."""
    if not language_boost or language_boost == "auto":
        return voice_language
    return language_of_name(language_boost) or language_boost


def _covers(allowed: str, asked: str) -> bool:
    allowed, asked = allowed.lower(), asked.lower()
    return asked == allowed or asked.startswith(f"{allowed}-")
