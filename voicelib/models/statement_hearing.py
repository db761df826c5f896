"""That a provider heard the statement of a consent in a recording: a fact, never changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from voicelib.models.consent import Consent


class StatementHearing(models.Model):
    """One per clone that asked for it and was made. Ids and copied names, so that it outlives what it tells of; a
    database trigger refuses updates."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="hearings", verbose_name=_("consent"))
    home_id = models.CharField(max_length=ID_LENGTH, unique=True)
    voice = models.CharField(_("voice"), max_length=64)
    provider = models.CharField(_("provider"), max_length=64)
    provider_account = models.CharField(_("provider account"), max_length=64)
    provider_voice_id = models.CharField(_("provider voice id"), max_length=256)
    # The sample the clone was ordered from, and the digest of the bytes that were handed over.
    sample_id = models.CharField(max_length=ID_LENGTH)
    sample_sha256 = models.CharField(_("SHA-256"), max_length=64)
    # How much of the statement had to be heard, 0 to 1.
    accuracy = models.FloatField(_("accuracy"))
    attempt_id = models.CharField(max_length=ID_LENGTH)
    trace_id = models.CharField(_("trace id"), max_length=128, blank=True)
    heard_at = models.DateTimeField(_("heard at"), default=clock.now)

    class Meta:
        verbose_name = _("hearing of a statement")
        verbose_name_plural = _("hearings of statements")

    def __str__(self) -> str:
        return f"{self.consent} @ {self.provider_account}"
