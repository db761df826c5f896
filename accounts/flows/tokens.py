"""API keys: made, used, revoked. The secret is shown once; what it may do follows its creator's current role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts import clock, events
from accounts.errors import AuthenticationError, InvalidInputError, NotFoundError, PermissionDeniedError
from accounts.models import Membership, Project, Team, Token, User
from accounts.payer import PLATFORM, Actor
from accounts.roles import ROLE_SCOPES, SCOPES, effective_scopes
from accounts.token_secrets import is_secret_of, new_secret, prefix_of

# Writing the time of every use would make every read of the API a write.
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls: the token, its team and creator, the creator's role now, and the rights that are left."""

    token: Token
    role: str
    scopes: frozenset[str]

    @property
    def actor(self) -> Actor:
        """The caller as events name it."""
        user = self.token.created_by
        return Actor(user_id=user.id, token_id=self.token.id, name=f"{user} ({self.token.name})"[:200])


def authenticate_token(*, secret: str) -> Bearer:
    """Find out who calls with `secret` and note the use (at most once a minute).

    Raises AuthenticationError `token_invalid`, the same for a token that is unknown, wrong, expired or revoked, and
    for one whose creator is inactive or has left the team.
    """
    now = clock.real_now()
    token = _standing_token(secret, now)
    role = None if token is None else _role_of(token.created_by, token.team_id)
    if token is None or role is None:
        raise AuthenticationError("This token opens nothing. Check that it is whole, not expired and not revoked.")
    _note_use(token, now)
    return Bearer(token=token, role=role, scopes=effective_scopes(token_scopes=token.scopes, role=role))


def create_token(
    *,
    team: Team,
    creator: User,
    name: str,
    scopes: Iterable[str],
    project: Project | None = None,
    expires_at: datetime | None = None,
    within: frozenset[str] | None = None,
    actor: Actor = PLATFORM,
) -> tuple[Token, str]:
    """Make a token of `creator` in `team`; returns it and its secret, which cannot be shown again.

    `within` are the rights of the token that asks, where one does: nobody gives away more than they hold.

    Raises PermissionDeniedError `scope_exceeds_role` when a scope is beyond the creator's role (or beyond `within`)
    and InvalidInputError for unknown scopes, no scope at all, or an expiry that is not ahead.
    """
    wanted = sorted(set(scopes))
    _refuse_bad_scopes(wanted, _rights_of(creator, team.id, within))
    if expires_at is not None and expires_at <= clock.real_now():
        raise InvalidInputError("The expiry must lie ahead.", field="expires_at")
    fresh = new_secret()
    with transaction.atomic():
        token = Token.objects.create(
            team=team,
            created_by=creator,
            project=project,
            name=name,
            prefix=fresh.prefix,
            digest=fresh.digest,
            pepper_id=fresh.pepper_id,
            scopes=wanted,
            expires_at=expires_at,
        )
        _record("token.created", token, actor, {"scopes": wanted})
    return token, fresh.text


def revoke_token(*, team: Team, token_id: str, actor: Actor) -> Token:
    """Stop a token for good. Idempotent. Raises NotFoundError when the team has no such token."""
    with transaction.atomic():
        token = Token.objects.select_for_update(no_key=True).filter(team=team, id=token_id).first()
        if token is None:
            raise NotFoundError("There is no such token in this team.")
        if token.revoked_at is None:
            token.revoked_at = clock.real_now()
            token.save(update_fields=["revoked_at"])
            _record("token.revoked", token, actor, {})
        return token


def _standing_token(secret: str, now: datetime) -> Token | None:
    prefix = prefix_of(secret)
    if prefix is None:
        return None
    token = Token.objects.select_related("team", "created_by", "project").filter(prefix=prefix).first()
    if token is None or not is_secret_of(secret, digest=token.digest, pepper_id=token.pepper_id):
        return None
    ended = token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now)
    return None if ended else token


def _role_of(user: User, team_id: str) -> str | None:
    if not user.is_active:
        return None
    return Membership.objects.filter(user=user, team_id=team_id).values_list("role", flat=True).first()


def _note_use(token: Token, now: datetime) -> None:
    if token.last_used_at is not None and token.last_used_at > now - _USE_NOTED_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _USE_NOTED_EVERY)
    Token.objects.filter(stale, id=token.id).update(last_used_at=now)


def _rights_of(user: User, team_id: str, within: frozenset[str] | None) -> frozenset[str]:
    rights = ROLE_SCOPES.get(_role_of(user, team_id) or "", frozenset())
    return rights if within is None else rights & within


def _refuse_bad_scopes(wanted: list[str], rights: frozenset[str]) -> None:
    if not wanted:
        raise InvalidInputError("Name at least one scope.", field="scopes")
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown:
        raise InvalidInputError(
            f"There is no scope {', '.join(unknown)}.", field="scopes", data={"unknown": unknown, "known": list(SCOPES)}
        )
    beyond = [scope for scope in wanted if scope not in rights]
    if beyond:
        raise PermissionDeniedError(
            f"You may not give away {', '.join(beyond)}: you do not have it yourself.",
            code="scope_exceeds_role",
            field="scopes",
            data={"scopes": beyond},
        )


def _record(kind: str, token: Token, actor: Actor, data: dict[str, object]) -> None:
    events.record(
        team_id=token.team_id,
        kind=kind,
        subject_type="token",
        subject_id=token.id,
        subject_title=f"{token.name} ({token.prefix})",
        actor=actor,
        data=data,
    )
