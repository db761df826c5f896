"""Whether a voice that ended is cloned again by itself. Pure: facts in, one word out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A voice that keeps dying is a matter for a person, not for a budget.
AT_MOST_EVERY = timedelta(days=7)
# After a refusal that may pass (a full budget, a frozen account).
TRY_AGAIN = timedelta(hours=1)
# Long enough for a month's budget to begin anew.
GIVE_UP_AFTER = timedelta(days=31)


class Step(StrEnum):
    """`clone` now; `wait` and look again; `leave` it to a person."""

    CLONE = "clone"
    WAIT = "wait"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A home that ended. `is_replaced`: another generation lives at the account; `is_leaving`: it is to be deleted,
    which can still be undone; `revived_at`: when a home of the voice was last made automatically."""

    state: str
    is_cloned: bool
    is_automatic: bool
    is_replaced: bool
    is_frozen: bool
    ended_at: datetime | None
    revived_at: datetime | None
    is_leaving: bool = False


def next_step(facts: Facts, at: datetime) -> Step:
    """What to do with it at `at`."""
    if facts.state not in ("lost", "lapsed") or not facts.is_cloned or not facts.is_automatic or facts.is_replaced:
        return Step.LEAVE
    if is_too_soon(facts.revived_at, at) or (facts.ended_at is not None and at - facts.ended_at > GIVE_UP_AFTER):
        return Step.LEAVE
    return Step.WAIT if facts.is_frozen or facts.is_leaving else Step.CLONE


def is_too_soon(revived_at: datetime | None, at: datetime) -> bool:
    """Whether a home of this voice was made automatically within the last seven days."""
    return revived_at is not None and at - revived_at < AT_MOST_EVERY
