"""A recording on its way straight into the store, before anybody has looked at it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Team
from voicelib.models.sample import Sample, sample_purposes


class SampleUpload(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="sample_uploads", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=200)
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=sample_purposes, default=Sample.Purpose.VOICE, editable=False
    )
    # Bytes that may come at most, and where they land in STORAGES["samples"].
    size = models.BigIntegerField(_("bytes"), editable=False)
    storage_key = models.CharField(max_length=300, editable=False)
    # Real time: until when it can be sent, and when what was left of it is swept; null: nothing is left.
    expires_at = models.DateTimeField(_("expires at"), editable=False)
    sweep_at = models.DateTimeField(null=True, editable=False)
    # What became of it: the sample, or why there is none.
    sample = models.ForeignKey(Sample, models.SET_NULL, null=True, related_name="+", verbose_name=_("sample"))
    refusal = models.CharField(_("refused because"), max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.real_now, editable=False)

    class Meta:
        verbose_name = _("sample upload")
        verbose_name_plural = _("sample uploads")
        indexes = [
            models.Index(fields=["sweep_at"], condition=models.Q(sweep_at__isnull=False), name="uploads_to_sweep")
        ]

    def __str__(self) -> str:
        return self.name
