"""What a person should know of a provider before paying it: data beside each adapter, shown in docs/providers.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """``title`` is the provider's own name, ``what`` says what it is in a sentence or two, ``before_paying`` what to
    know before the first paid call, ``traps`` what the adapter protects from, ``sources`` where all of it was read.
    ``address`` is an example of a base URL where the provider has no official host. Plain texts, Markdown allowed."""

    title: str
    what: str
    before_paying: tuple[str, ...]
    traps: tuple[str, ...]
    sources: tuple[str, ...]
    address: str = ""
