"""Things that happened, recorded for good in the transaction in which they happened."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models.team import Team


class Event(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="events", verbose_name=_("team"))
    # Dotted past-tense name, listed in accounts/events.py and docs/events.md.
    kind = models.CharField(_("kind"), max_length=64, db_index=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    subject_type = models.CharField(_("subject type"), max_length=32)
    subject_id = models.CharField(max_length=ID_LENGTH, db_index=True)
    subject_title = models.CharField(_("subject"), max_length=300)
    actor_user_id = models.CharField(max_length=ID_LENGTH, blank=True)
    actor_token_id = models.CharField(max_length=ID_LENGTH, blank=True)
    actor_name = models.CharField(_("actor"), max_length=200)
    data = models.JSONField(_("data"), default=dict)
    # What may be recorded once only, e.g. one alert per voice and deadline.
    key = models.CharField(max_length=160, unique=True, null=True, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["team", "-id"], name="events_of_team")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_title}"
