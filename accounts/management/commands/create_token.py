"""manage.py create_token: make an API key and print its secret once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import clock
from accounts.errors import PlatformError
from accounts.flows.tokens import create_token
from accounts.models import Membership, Project, Team, User
from accounts.roles import SCOPES, Role


class Command(BaseCommand):
    help = "Make an API key for a team and print its secret; it is never shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True, help="What it is for.")
        parser.add_argument(
            "--scope", required=True, nargs="+", action="extend", choices=SCOPES, metavar="SCOPE",
            help=f"One or several of {', '.join(SCOPES)}.",
        )  # fmt: skip
        parser.add_argument("--user", metavar="EMAIL", help="Whose token it is; else the team's first owner.")
        parser.add_argument("--project", metavar="SLUG", help="Pays where a call names none.")
        parser.add_argument("--days", type=int, help="Expires after so many days.")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}.")
        days = options["days"]
        try:
            _token, secret = create_token(
                team=team,
                creator=_creator(team, options["user"]),
                name=options["name"],
                scopes=options["scope"],
                project=_project(team, options["project"]),
                expires_at=None if days is None else clock.real_now() + timedelta(days=days),
            )
        except PlatformError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(secret)


def _creator(team: Team, email: str | None) -> User:
    members = Membership.objects.filter(team=team).select_related("user").order_by("id")
    if email is None:
        member = members.filter(role=Role.OWNER, user__is_active=True).first()
    else:
        member = members.filter(user__email=email.strip().lower()).first()
    if member is None:
        raise CommandError(f"{team.slug} has no member {email}." if email else f"{team.slug} has no active owner.")
    return member.user


def _project(team: Team, slug: str | None) -> Project | None:
    if slug is None:
        return None
    project = Project.objects.filter(team=team, slug=slug).first()
    if project is None:
        raise CommandError(f"{team.slug} has no project {slug}.")
    return project
