"""Who asks and whose budgets pay: plain values that every flow that costs money takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, a token on behalf of its creator, or the platform itself (all None)."""

    user_id: str | None = None
    token_id: str | None = None
    name: str = "platform"


@dataclass(frozen=True, slots=True)
class Payer:
    """The budgets in scope of a paid call: the team's always, the project's and the token's where there is one."""

    team_id: str
    project_id: str | None = None
    token_id: str | None = None
    user_id: str | None = None


PLATFORM = Actor()
