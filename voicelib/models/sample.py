"""Source recordings, as probed from their bytes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Team


class Sample(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="samples", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=200)
    # Key in STORAGES["samples"]: by team and content hash.
    storage_key = models.CharField(max_length=300, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    size = models.BigIntegerField(_("bytes"), editable=False)
    format = models.CharField(_("format"), max_length=16, editable=False)
    sample_rate = models.IntegerField(_("sample rate"), editable=False)
    channels = models.IntegerField(_("channels"), editable=False)
    duration_ms = models.BigIntegerField(_("duration in ms"), editable=False)
    loudness_lufs = models.FloatField(_("loudness (LUFS)"), null=True, editable=False)
    # [{"code", "severity": "info|warning", "message"}]
    findings = models.JSONField(_("findings"), default=list, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        constraints = [models.UniqueConstraint(fields=["team", "sha256"], name="one_sample_per_team_and_content")]

    def __str__(self) -> str:
        return self.name
