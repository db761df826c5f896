"""Where a provider voice may go from where it is. Pure: names in, names out.

cloning → temporary → permanent, with `unproven` for a clone whose answer was lost; lapsed (deadline passed), lost
(gone at the provider) and failed (never came to be) are ends, deleting → deleted is the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

MOVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cloning": frozenset({"temporary", "unproven", "failed"}),
        "temporary": frozenset({"permanent", "lapsed", "lost", "deleting"}),
        # Speaking proves it, or the answer that came after all; a provider that does not know it says it never was.
        "unproven": frozenset({"temporary", "permanent", "failed", "lapsed", "deleting"}),
        # Voices that die when idle, or at a fixed time, may lapse after they were active.
        "permanent": frozenset({"lapsed", "lost", "deleting"}),
        # A call sent before the deadline may be answered after it: a voice that spoke is not gone.
        # What has ended is deleted without a stop: a newer home may live at the same account meanwhile.
        "lapsed": frozenset({"permanent", "deleting", "deleted"}),
        "lost": frozenset({"permanent", "deleting", "deleted"}),
        "failed": frozenset({"permanent", "deleting", "deleted"}),
        # Until the provider is asked, a deletion can be undone.
        "deleting": frozenset({"deleted", "permanent", "temporary", "unproven"}),
        "deleted": frozenset(),
    }
)
LIVING = frozenset({"cloning", "temporary", "permanent", "unproven", "deleting"})

# What a voice is as a whole: the best that any of its homes is.
BEST_FIRST = (
    "permanent",
    "temporary",
    "unproven",
    "cloning",
    "deleting",
    "lapsed",
    "lost",
    "failed",
    "deleted",
)


class IllegalMoveError(ValueError):
    """The state cannot be left in this direction: a mistake of ours, or a race that a claim should have prevented."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"{source} → {target}")
        self.source = source
        self.target = target


def moved(source: str, target: str) -> str:
    """`target`, where the table allows to go there from `source`. Raises IllegalMoveError."""
    if target not in MOVES.get(source, frozenset()):
        raise IllegalMoveError(source, target)
    return target


def voice_state(homes: Iterable[str]) -> str:
    """The state of a voice, from those of its homes; `draft` while it has none."""
    present = set(homes)
    return next((state for state in BEST_FIRST if state in present), "draft")
