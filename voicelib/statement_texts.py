"""The words that a speaker is asked to agree to: placeholders, and what may be published. Pure."""

from __future__ import annotations

import re

from accounts.errors import InvalidInputError

# What MiniMax hears at most when it checks a recording (voice clone reference, `text_validation`).
SPEAKABLE_CHARACTERS = 200
LONGEST = 2000
PLACEHOLDERS = ("speaker", "company")
_MARK = re.compile(r"\{([^{}]*)\}")


def checked_words(words: str) -> str:
    """The words without outer spaces, if they can be published. Raises InvalidInputError (field `text`):
    `statement_text_invalid`."""
    words = words.strip()
    if not 1 <= len(words) <= LONGEST:
        raise _invalid(f"A statement has 1 to {LONGEST} characters.")
    unknown = [mark for mark in _MARK.findall(words) if mark not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise _invalid(f"{{{unknown[0]}}} is none of {known}.")
    if set(_MARK.sub("", words)) & set("{}"):
        raise _invalid("A brace stands alone; placeholders are written like {speaker}.")
    return words


def filled(words: str, *, speaker: str, company: str) -> str:
    """The words with the names in the place of the placeholders, which are not looked for in the names again.

    Raises InvalidInputError `statement_placeholder_empty`, its field names what is missing.
    """
    names = {"speaker": speaker.strip(), "company": company.strip()}
    missing = next((mark for mark in _MARK.findall(words) if not names[mark]), None)
    if missing is not None:
        raise InvalidInputError(
            f"The statement names the {missing}.", code="statement_placeholder_empty", field=missing
        )
    return _MARK.sub(lambda mark: names[mark.group(1)], words)


def _invalid(detail: str) -> InvalidInputError:
    return InvalidInputError(detail, code="statement_text_invalid", field="text")
