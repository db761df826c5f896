"""What proves a consent: the statement as it was spoken, and papers. Kept for good, unchanged."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from voicelib.models.consent import Consent


class ConsentFile(models.Model):
    class Kind(models.TextChoices):
        SPOKEN = "spoken", _("spoken statement")
        EVIDENCE = "evidence", _("evidence")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    consent = models.ForeignKey(Consent, models.CASCADE, related_name="files", verbose_name=_("consent"))
    kind = models.CharField(_("kind"), max_length=16)
    name = models.CharField(_("name"), max_length=200)
    # Key in STORAGES["samples"], apart from samples: a purge leaves the proof.
    storage_key = models.CharField(max_length=300, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    size = models.BigIntegerField(_("bytes"), editable=False)
    # Found on the bytes: mp3, m4a, wav, flac, …, pdf, png, jpeg.
    format = models.CharField(_("format"), max_length=16, editable=False)
    duration_ms = models.BigIntegerField(_("duration in ms"), null=True, editable=False)
    added_by = models.CharField(_("added by"), max_length=200)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("file of a consent")
        verbose_name_plural = _("files of a consent")
        constraints = [
            models.UniqueConstraint(fields=["consent", "sha256"], name="one_file_per_consent_and_content"),
        ]

    def __str__(self) -> str:
        return self.name
