"""Who of a team is told what by e-mail, and when the digest comes."""

from __future__ import annotations

from datetime import time

from django.db import transaction

from accounts import events
from accounts.errors import NotFoundError
from accounts.models import Membership, Team
from accounts.payer import Actor


def set_member_mails(
    *, team: Team, email: str, actor: Actor, alerts: bool | None = None, digest: bool | None = None
) -> Membership:
    """Switch what a member is told; None leaves a switch as it is. Raises NotFoundError `member_not_found`."""
    with transaction.atomic():
        members = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user")
        member = members.filter(team=team, user__email=email.strip().lower()).first()
        if member is None:
            raise NotFoundError("Nobody in the team has this address.", code="member_not_found", field="email")
        member.gets_alerts = member.gets_alerts if alerts is None else alerts
        member.gets_digest = member.gets_digest if digest is None else digest
        member.save(update_fields=["gets_alerts", "gets_digest"])
        events.record(
            team_id=team.id,
            kind="member.mails_changed",
            subject_type="user",
            subject_id=member.user_id,
            subject_title=str(member.user),
            actor=actor,
            data={"alerts": member.gets_alerts, "digest": member.gets_digest},
        )
        return member


def set_digest_time(*, team: Team, digest_at: time | None, actor: Actor) -> Team:
    """When the daily digest comes, in the team's time zone; None: never."""
    with transaction.atomic():
        # The tick plans it anew.
        Team.objects.filter(id=team.id).update(digest_at=digest_at, digest_due_at=None)
        events.record(
            team_id=team.id,
            kind="team.digest_changed",
            subject_type="team",
            subject_id=team.id,
            subject_title=team.name,
            actor=actor,
            data={"digest_at": None if digest_at is None else f"{digest_at:%H:%M}"},
        )
    team.digest_at, team.digest_due_at = digest_at, None
    return team
