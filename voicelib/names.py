"""Names as people type them: one line, not empty, not endless. Pure."""

from __future__ import annotations

import unicodedata

from accounts.errors import InvalidInputError


def checked_line(field: str, value: str, longest: int) -> str:
    """The value without outer spaces, if it is one line of 1 to `longest` characters. Raises InvalidInputError."""
    value = value.strip()
    if not value or len(value) > longest or any(unicodedata.category(letter) == "Cc" for letter in value):
        raise InvalidInputError(f"The {field} is one line of 1 to {longest} characters.", field=field)
    return value
