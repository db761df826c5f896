"""Source recordings, as probed from their bytes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Team


def sample_purposes() -> list[tuple[str, str]]:
    """Choices as a function, so that a longer list spawns no migration."""
    return [(value, str(label)) for value, label in Sample.Purpose.choices]


class Sample(models.Model):
    class Purpose(models.TextChoices):
        VOICE = "voice", _("to clone from")
        PROMPT = "prompt", _("prompt beside it")

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
    # What it is for: a prompt is a second, short recording that makes a clone sound more alike.
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=sample_purposes, default=Purpose.VOICE, editable=False
    )
    # {"true_peak_db", "silence_ratio", "lead_ms", "tail_ms", "clipped_samples", "speech_ratio", "speech_level_db",
    # "noise_floor_db", "snr_db"}; empty until it is measured.
    measures = models.JSONField(_("measures"), default=dict, editable=False)
    # Lowest and highest value of each bucket in turn, -128 to 127, to draw; empty until it is measured.
    peaks = models.JSONField(_("peaks"), default=list, editable=False)
    # The recording it was made of, and how: see voicelib.sample_recipes. A recipe is followed once.
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="derived", verbose_name=_("made of"), editable=False
    )
    recipe = models.JSONField(_("recipe"), default=dict, editable=False)
    recipe_key = models.CharField(max_length=64, blank=True, editable=False)
    # [{"code", "severity": "info|warning", "message"}]
    findings = models.JSONField(_("findings"), default=list, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        constraints = [
            models.UniqueConstraint(fields=["team", "sha256"], name="one_sample_per_team_and_content"),
            models.UniqueConstraint(
                fields=["parent", "recipe_key"],
                condition=models.Q(parent__isnull=False),
                name="one_derived_sample_per_recipe",
            ),
        ]

    def __str__(self) -> str:
        return self.name
