"""Which home of a voice speaks. Pure: facts in, an order out; what a home cannot do at all is found out by asking it.

First whether its account works now, then what a person chose, then how sure the home is, then the price, then the
team's default account. A circuit whose pause is over counts as working: somebody's call has to be the probe.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A home that is permanent before one that dies unless it is used, before one that may not exist.
SUREST_FIRST = ("permanent", "temporary", "unproven")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A home that may speak. `price_micros` is for the same work at each, in one currency; None: not comparable."""

    home_id: str
    state: str
    is_left_alone: bool
    is_missing: bool
    is_primary: bool
    is_default: bool
    price_micros: int | None


def ranked(candidates: Iterable[Candidate]) -> list[str]:
    """The ids of the homes, best first."""
    return [candidate.home_id for candidate in sorted(candidates, key=_rank)]


def _rank(candidate: Candidate) -> tuple[bool, bool, bool, int, bool, int, bool, str]:
    return (
        candidate.is_left_alone,
        candidate.is_missing,
        not candidate.is_primary,
        SUREST_FIRST.index(candidate.state),
        candidate.price_micros is None,
        candidate.price_micros or 0,
        not candidate.is_default,
        candidate.home_id,
    )
