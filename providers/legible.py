"""Text from elsewhere, made fit to be written down.

JSON may hold half of a surrogate pair and the character zero; no database takes the one, PostgreSQL not the other, and
an answer that was paid for must not be lost over its trace id.
"""

from __future__ import annotations

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"

LONGEST_TRACE_ID = 128
LONGEST_CODE = 32


def legible(said: str, longest: int | None = None) -> str:
    """``said`` with every character that cannot be stored replaced, cut to ``longest`` characters."""
    said = said[:longest]
    if not said.isascii():
        said = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return said.replace("\x00", _UNKNOWN)
