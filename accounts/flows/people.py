"""Teams and who belongs to them. A token's rights follow its creator's role, so a change here acts at once."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import events
from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.models import Membership, Team, User
from accounts.payer import PLATFORM, Actor
from accounts.roles import Role
from accounts.slugs import checked_slug, unique_slug


def create_user(*, email: str, name: str, password: str) -> User:
    """Make a person who logs in with `email`. Raises InvalidInputError (field) and ConflictError `email_taken`."""
    user = User(email=email.strip().lower(), name=name)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        field = next(iter(error.message_dict)) if hasattr(error, "error_dict") else "password"
        raise InvalidInputError(" ".join(error.messages), field=field) from None
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise ConflictError("Somebody logs in with this e-mail address.", code="email_taken", field="email") from None
    return user


def create_team(*, slug: str, name: str, time_zone: str = "UTC") -> Team:
    """Make a team; `time_zone` (IANA name) decides where its months begin. Raises InvalidInputError, ConflictError."""
    if time_zone not in available_timezones():
        raise InvalidInputError("Use an IANA name, e.g. Europe/Berlin.", field="time_zone")
    with unique_slug(slug):
        return Team.objects.create(slug=checked_slug(slug), name=name, time_zone=ZoneInfo(time_zone).key)


def add_member(*, team: Team, user: User, role: str, actor: Actor = PLATFORM) -> Membership:
    """Give a person a role in the team, or another role where they have one. Raises as `remove_member`."""
    if role not in Role.values:
        raise InvalidInputError(f"There is no role {role}.", field="role")
    with transaction.atomic():
        standing = _members(team).filter(user=user).first()
        if standing is not None and standing.role == Role.OWNER and role != Role.OWNER:
            _refuse_losing_last_owner(team, user)
        membership, _created = Membership.objects.update_or_create(team=team, user=user, defaults={"role": role})
        _record("member.added", team, user, actor, {"role": role})
        return membership


def remove_member(*, team: Team, user: User, actor: Actor = PLATFORM) -> None:
    """Take a person out of the team; their tokens stop with the next request.

    Raises NotFoundError, and ConflictError `last_owner` when nobody would own the team.
    """
    with transaction.atomic():
        membership = _members(team).filter(user=user).first()
        if membership is None:
            raise NotFoundError("This person is not in the team.")
        if membership.role == Role.OWNER:
            _refuse_losing_last_owner(team, user)
        membership.delete()
        _record("member.removed", team, user, actor, {"role": membership.role})


def _members(team: Team) -> QuerySet[Membership]:
    return Membership.objects.select_for_update(no_key=True).filter(team=team)


def _refuse_losing_last_owner(team: Team, user: User) -> None:
    if not _members(team).filter(role=Role.OWNER).exclude(user=user).exists():
        raise ConflictError("The team would have no owner.", code="last_owner")


def _record(kind: str, team: Team, user: User, actor: Actor, data: dict[str, object]) -> None:
    events.record(
        team_id=team.id,
        kind=kind,
        subject_type="user",
        subject_id=user.id,
        subject_title=str(user),
        actor=actor,
        data=data,
    )
