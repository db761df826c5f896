"""What a team has decided beforehand about its voices."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import ID_LENGTH, new_id
from accounts.models import Team


class VoiceDefaults(models.Model):
    """Used where a clone is asked for without a word about it. A team without a row has the defaults of the fields."""

    class Revival(models.TextChoices):
        AUTOMATIC = "automatic", _("automatic")
        MANUAL = "manual", _("by hand")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.OneToOneField(Team, models.CASCADE, related_name="voice_defaults", verbose_name=_("team"))
    policy = models.CharField(_("policy"), max_length=16, default="always")
    on_silence = models.CharField(_("on silence"), max_length=16, default="activate")
    # Whether a voice that was lost is cloned again by itself.
    revival = models.CharField(_("cloning again"), max_length=16, default=Revival.AUTOMATIC)

    class Meta:
        verbose_name = _("defaults for voices")
        verbose_name_plural = _("defaults for voices")

    def __str__(self) -> str:
        return str(self.team)
