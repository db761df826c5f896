"""The access table: which role may do what. A token may do what its scopes and its creator's current role allow."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")
    AUDITOR = "auditor", _("Auditor")


def role_choices() -> list[tuple[str, str]]:
    """Choices as a callable, so that a new role needs no migration."""
    return [(role.value, str(role.label)) for role in Role]


_READ = {"voices:read", "dictionaries:read", "clips:read", "projects:read", "provider-accounts:read"}
_MAKE = {"voices:write", "dictionaries:write", "clips:write"}
_BOOKS = {"ledger:read", "attempts:read", "budgets:read", "events:read"}
_MANAGE = {
    "projects:write",
    "tokens:read",
    "tokens:write",
    "budgets:write",
    "attempts:resolve",
    "provider-accounts:write",
}

ROLE_SCOPES: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset(_READ | _MAKE | _BOOKS | _MANAGE),
    Role.ADMIN: frozenset(_READ | _MAKE | _BOOKS | _MANAGE),
    Role.EDITOR: frozenset(_READ | _MAKE | {"budgets:read", "events:read"}),
    Role.VIEWER: frozenset(_READ),
    Role.AUDITOR: frozenset(_READ | _BOOKS),
}
SCOPES: tuple[str, ...] = tuple(sorted(ROLE_SCOPES[Role.OWNER]))


def effective_scopes(*, token_scopes: Iterable[str], role: str | None) -> frozenset[str]:
    """What a token may do now; nothing when its creator has left the team (`role` is None)."""
    if role is None:
        return frozenset()
    return frozenset(token_scopes) & ROLE_SCOPES.get(role, frozenset())
