"""What the person of a request may do, team by team: the admin asks the same access table as the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import Membership, Team, User
from accounts.payer import Actor, Payer
from accounts.roles import ROLE_SCOPES

_REMEMBERED = "_rights_in_teams"


@dataclass(frozen=True, slots=True)
class Rights:
    """Roles by team id. A superuser has every right in every team."""

    roles: Mapping[str, str]
    is_superuser: bool

    def teams(self, scope: str) -> list[str]:
        """Ids of the teams in which `scope` is held."""
        return [team_id for team_id in self.roles if self.allows(scope, team_id)]

    def allows(self, scope: str, team_id: str) -> bool:
        """Whether `scope` is held in this team."""
        return self.is_superuser or scope in ROLE_SCOPES.get(self.roles.get(team_id, ""), frozenset())

    def anywhere(self, scope: str) -> bool:
        """Whether `scope` is held in any team."""
        return self.is_superuser or any(self.allows(scope, team_id) for team_id in self.roles)


def rights_of(request: HttpRequest) -> Rights:
    """The rights of the person of a request, read once per request."""
    rights = getattr(request, _REMEMBERED, None)
    if rights is None:
        rights = _read(request.user)
        setattr(request, _REMEMBERED, rights)
    return cast(Rights, rights)


def person_of(request: HttpRequest) -> User:
    """Who is logged in; admin views let nobody else in."""
    return cast(User, request.user)


def actor_of(request: HttpRequest) -> Actor:
    """The person as flows and events name them."""
    person = person_of(request)
    return Actor(user_id=person.id, name=str(person)[:200])


def payer_of(request: HttpRequest, team_id: str, project_id: str | None = None) -> Payer:
    """Whose budgets pay for what the person causes in a team."""
    return Payer(team_id=team_id, project_id=project_id, user_id=person_of(request).id)


def _read(user: User | AnonymousUser) -> Rights:
    if not user.is_authenticated or not user.is_active:
        return Rights(roles={}, is_superuser=False)
    if user.is_superuser:
        return Rights(roles=dict.fromkeys(Team.objects.values_list("id", flat=True), ""), is_superuser=True)
    return Rights(
        roles=dict(Membership.objects.filter(user=user).values_list("team_id", "role")),
        is_superuser=False,
    )
