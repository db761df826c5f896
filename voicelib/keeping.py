"""What the engine does with a home it looks at. Pure: facts in, one step out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """`call`: one real synthesis now; `wait`: nothing before the deadline; `lapse`: the deadline has passed;
    `rest`: there is no deadline."""

    CALL = "call"
    WAIT = "wait"
    LAPSE = "lapse"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A home at one moment. `is_unproven`: only a call shows whether it exists. `was_asked`: a person said "activate".
    `call_helps`: a use moves the deadline (not so under a fixed lifetime)."""

    is_active: bool
    is_unproven: bool
    policy: str
    on_silence: str
    was_asked: bool
    is_suspended: bool
    call_helps: bool
    deadline: datetime | None


def next_step(facts: Facts, at: datetime) -> Step:
    """What to do with a home whose due time has come."""
    if facts.deadline is not None and at >= facts.deadline:
        return Step.LAPSE
    idle = Step.REST if facts.deadline is None else Step.WAIT
    if facts.is_suspended:
        return idle
    if not facts.is_active and (facts.was_asked or (facts.is_unproven and is_wanted(facts))):
        return Step.CALL
    return Step.CALL if idle is Step.WAIT and facts.call_helps and is_wanted(facts) else idle


def is_wanted(facts: Facts) -> bool:
    """Whether this home is to be kept: someone said so, its policy says so, or silence does; an active one always."""
    if facts.is_active or facts.was_asked or facts.policy == "always":
        return True
    return facts.policy == "ask" and facts.on_silence == "activate"
