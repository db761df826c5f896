"""The tenant, who belongs to it, and its cost centres."""

from __future__ import annotations

from datetime import time

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models.user import User
from accounts.roles import role_choices

slug_validator = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\Z",
    _("Use 1 to 64 lower-case letters, digits and inner hyphens."),
    code="invalid_slug",
)


class Team(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    slug = models.CharField(_("slug"), max_length=64, unique=True, validators=[slug_validator])
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # When the daily digest comes, by the clocks of the time zone (null: never), and the next one in business time.
    digest_at = models.TimeField(_("digest at"), null=True, blank=True, default=time(8))
    digest_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    created_at = models.DateTimeField(_("created at"), default=clock.real_now, editable=False)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships", verbose_name=_("team"))
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=16, choices=role_choices)
    # What an owner or admin is told by e-mail.
    gets_alerts = models.BooleanField(_("gets alerts"), default=True)
    gets_digest = models.BooleanField(_("gets the daily digest"), default=True)
    created_at = models.DateTimeField(_("created at"), default=clock.real_now, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_team_and_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class Project(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="projects", verbose_name=_("team"))
    slug = models.CharField(_("slug"), max_length=64, validators=[slug_validator])
    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField(_("created at"), default=clock.real_now, editable=False)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [models.UniqueConstraint(fields=["team", "slug"], name="one_project_per_team_and_slug")]

    def __str__(self) -> str:
        return self.name
