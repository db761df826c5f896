"""One finished recording that a person asked for: an ordered list of segments, each pointing to a rendering."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Hold, Project, Team, Token
from accounts.payer import Payer
from synthesis.models.rendering import Rendering
from voicelib.models import Consent, DictionaryVersion, Voice


def clip_states() -> list[tuple[str, str]]:
    """Choices as a function, so that a longer list spawns no migration."""
    return [(value, str(label)) for value, label in Clip.State.choices]


class Clip(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RENDERING = "rendering", _("rendering")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        CANCELED = "canceled", _("canceled")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="clips", verbose_name=_("team"))
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="clips", verbose_name=_("project")
    )
    token = models.ForeignKey(Token, models.PROTECT, null=True, related_name="clips", verbose_name=_("API key"))
    created_by_id = models.CharField(max_length=ID_LENGTH, blank=True)
    voice = models.ForeignKey(Voice, models.PROTECT, related_name="clips", verbose_name=_("voice"))
    # Under which the voice stood when the clip was asked for.
    consent = models.ForeignKey(
        Consent, models.PROTECT, null=True, related_name="clips", verbose_name=_("consent"), editable=False
    )
    text = models.TextField(_("text"))
    applied_text = models.TextField(_("applied text"))
    model = models.CharField(_("model"), max_length=64)
    # {"container", "sample_rate", "bitrate", "channels"}
    format = models.JSONField(_("format"))
    settings = models.JSONField(_("settings"), default=dict)
    # What it is for, in the words of the consents that ask for one.
    purpose = models.CharField(_("purpose"), max_length=64, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    dictionary_versions = models.ManyToManyField(DictionaryVersion, through="Pin", related_name="clips", blank=True)
    # Whether another home of the voice may speak it where the account of the first is down.
    allows_failover = models.BooleanField(_("another home may speak it"), default=True)
    state = models.CharField(_("state"), max_length=16, choices=clip_states, default=State.QUEUED)
    estimated_characters = models.BigIntegerField(_("estimated characters"))
    # {"code", "message", "provider"?} of the failure.
    error = models.JSONField(_("error"), null=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("clip")
        verbose_name_plural = _("clips")
        indexes = [
            models.Index(fields=["team", "-id"], name="clips_of_team"),
            models.Index(fields=["team", "state", "-id"], name="clips_of_team_by_state"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def waits_for(self) -> dict[str, Any] | None:
        """Why it is not begun yet, where that is known: {"code", "message", "provider"?}."""
        if self.state not in (Clip.State.QUEUED, Clip.State.RENDERING):
            return None
        queued = [segment.rendering for segment in self.segments.all() if segment.rendering.state == Clip.State.QUEUED]
        return next((rendering.error for rendering in queued if rendering.error), None)

    def payer(self) -> Payer:
        """Whose books this clip is in."""
        return Payer(self.team_id, self.project_id, self.token_id, self.created_by_id or None)


class Pin(models.Model):
    """A dictionary version that a clip was asked with. The order counts: an earlier dictionary outranks a later one."""

    id = models.BigAutoField(primary_key=True)
    clip = models.ForeignKey(Clip, models.CASCADE, related_name="pins")
    version = models.ForeignKey(DictionaryVersion, models.PROTECT, related_name="pins")
    position = models.IntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["clip", "position"], name="one_pin_per_position")]

    def __str__(self) -> str:
        return f"{self.clip_id}: {self.version_id}"


class Segment(models.Model):
    """A stretch of the clip's text and the rendering that speaks it."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    clip = models.ForeignKey(Clip, models.CASCADE, related_name="segments", verbose_name=_("clip"))
    position = models.IntegerField(_("position"))
    text = models.TextField(_("text"))
    rendering = models.ForeignKey(Rendering, models.PROTECT, related_name="segments", verbose_name=_("rendering"))
    # What this clip set aside for paid calls, once for each time it asked to pay; none where the audio was there, or on
    # its way, for another clip.
    holds = models.ManyToManyField(Hold, related_name="segments")
    # What this clip has paid so far (null: nothing is known yet), and what it did not have to pay again.
    billed_characters = models.BigIntegerField(_("billed characters"), null=True)
    # Part of it is our estimate: the provider reported no number.
    billed_is_estimated = models.BooleanField(_("billed by our estimate"), default=False)
    amount_micros = models.BigIntegerField(_("amount in millionths"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    saved_characters = models.BigIntegerField(_("saved characters"), default=0)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["clip", "position"], name="one_segment_per_position")]

    def __str__(self) -> str:
        return f"{self.clip_id}:{self.position}"
