"""Which recordings belong to a voice, and since when: the one it is cloned from is `Voice.sample`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from voicelib.models.sample import Sample
from voicelib.models.voice import Voice


class VoiceSample(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    voice = models.ForeignKey(Voice, models.CASCADE, related_name="recordings", verbose_name=_("voice"))
    sample = models.ForeignKey(Sample, models.CASCADE, related_name="in_voices", verbose_name=_("sample"))
    added_at = models.DateTimeField(_("added at"), default=clock.now)
    added_by = models.CharField(_("added by"), max_length=200, blank=True)
    # When it was last chosen to be cloned from; the voice says which one is now.
    chosen_at = models.DateTimeField(_("chosen at"), null=True)
    removed_at = models.DateTimeField(_("removed at"), null=True)

    class Meta:
        verbose_name = _("recording of a voice")
        verbose_name_plural = _("recordings of voices")
        constraints = [models.UniqueConstraint(fields=["voice", "sample"], name="one_row_per_voice_and_sample")]

    def __str__(self) -> str:
        return f"{self.voice}: {self.sample}"
