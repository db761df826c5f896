"""Cost centres of a team."""

from __future__ import annotations

from accounts import events
from accounts.models import Project, Team
from accounts.payer import Actor
from accounts.slugs import checked_slug, unique_slug


def create_project(*, team: Team, slug: str, name: str, actor: Actor) -> Project:
    """Make a project. Raises InvalidInputError on a bad slug and ConflictError `slug_taken`."""
    with unique_slug(slug):
        project = Project.objects.create(team=team, slug=checked_slug(slug), name=name)
        events.record(
            team_id=team.id,
            kind="project.created",
            subject_type="project",
            subject_id=project.id,
            subject_title=name,
            actor=actor,
        )
        return project
