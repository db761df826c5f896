"""How a text becomes segments, each spoken by one call to a provider. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from accounts.errors import InvalidInputError

# What no text may hold: control characters other than tab and newline, and halves of surrogate pairs. PostgreSQL cannot
# store some of them and providers bill the rest without speaking it.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PAUSE = re.compile(r"<#\d{1,2}(?:\.\d{1,2})?#>")


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """A stretch of the text; `position` counts from 0."""

    position: int
    text: str


def applied(text: str) -> str:
    """The text as it is spoken: every line end is a newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plan_segments(text: str, *, limit: int) -> tuple[PlannedSegment, ...]:
    """Split an applied text into what one call each can speak (`limit`: code points); today one segment.

    Raises InvalidInputError with field `text`: `text_empty`, `text_invalid`, `text_unspeakable`, `text_too_long`.
    """
    _refuse_unspeakable(text)
    if len(text) > limit:
        raise InvalidInputError(
            f"The text has {len(text)} characters; one clip can hold {limit}. Split it.",
            code="text_too_long",
            field="text",
            data={"characters": len(text), "limit": limit},
        )
    return (PlannedSegment(0, text),)


def _refuse_unspeakable(text: str) -> None:
    if not text.strip():
        raise InvalidInputError("There is no text to speak.", code="text_empty", field="text")
    found = _NO_TEXT.search(text)
    if found:
        raise InvalidInputError(
            f"U+{ord(found.group()):04X} at position {found.start()} of the text cannot be spoken. Remove it.",
            code="text_invalid",
            field="text",
        )
    if not any(character.isalnum() for character in _PAUSE.sub("", text)):
        raise InvalidInputError(
            "The text has no letter, ideograph or digit: nothing of it would be heard.",
            code="text_unspeakable",
            field="text",
        )
