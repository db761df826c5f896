"""What was done to take a speaker's voice out of the house: the source of the certificate."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from voicelib.models.consent import Consent


class Purge(models.Model):
    """One per consent. Homes are deleted by their own rows (`Deletion`); files are deleted here."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    consent = models.OneToOneField(Consent, models.CASCADE, related_name="purge", verbose_name=_("consent"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    # Ids of the provider voices that stood under the consent when it was asked for.
    home_ids = models.JSONField(default=list)
    # [{"kind": "sample|preview", "id", "title", "key", "outcome": "pending|deleted|kept", "why", "at"}]
    files = models.JSONField(default=list)
    files_ended_at = models.DateTimeField(_("files deleted at"), null=True)
    # Real time of the next try at the files, pushed ahead by who works on them; null: they are done.
    due_at = models.DateTimeField(null=True, editable=False)
    tries = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="purges_due")]

    def __str__(self) -> str:
        return str(self.consent)
