"""One paid, immutable, content-addressed piece of audio."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Hold, Team
from voicelib.models import ProviderVoice


def rendering_states() -> list[tuple[str, str]]:
    """Choices as a function, so that a longer list spawns no migration."""
    return [(value, str(label)) for value, label in Rendering.State.choices]


class Rendering(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RENDERING = "rendering", _("rendering")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="renderings", verbose_name=_("team"))
    provider_voice = models.ForeignKey(ProviderVoice, models.PROTECT, related_name="renderings")
    # Digest of everything audible; the same fingerprint and take in the same team is never paid twice.
    fingerprint = models.CharField(max_length=64)
    take = models.IntegerField(default=1)
    # What is sent: {"text", "model", "voice_id", "settings", "format", "rules"}; enough to send it again after a crash.
    # Without a voice id it is sent nowhere: it waits for a home, and is then ordered there.
    request = models.JSONField()
    # Payer of the call: see accounts.payer.Payer.
    payer = models.JSONField()
    # How often someone asked to pay for it (again), and what is set aside for the latest time.
    round = models.IntegerField(default=1)
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=16, choices=rendering_states, default=State.QUEUED)
    estimated_characters = models.BigIntegerField(_("estimated characters"))
    billed_characters = models.BigIntegerField(_("billed characters"), null=True)
    amount_micros = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    trace_id = models.CharField(_("trace id"), max_length=128, blank=True)
    storage_key = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.BigIntegerField(_("bytes"), null=True)
    format = models.CharField(_("format"), max_length=16, blank=True)
    sample_rate = models.IntegerField(_("sample rate"), null=True)
    channels = models.IntegerField(_("channels"), null=True)
    duration_ms = models.BigIntegerField(_("duration in ms"), null=True)
    # [{"code", "severity", "message"}], e.g. a duration that does not fit the text.
    findings = models.JSONField(default=list)
    # {"code", "message", "provider": {"code", "message", "trace_id"}?} of the failure.
    error = models.JSONField(null=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    # Real time: when to try (again), and until when the claim of a worker stands (its exact value is the claim).
    due_at = models.DateTimeField(default=clock.real_now)
    lease_until = models.DateTimeField(null=True)
    # Real time since when it waits for its voice to speak (again); null: it never had to.
    waits_since = models.DateTimeField(null=True)
    # Tries of this round that were surely not charged.
    tries = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("rendering")
        verbose_name_plural = _("renderings")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "fingerprint", "take"], name="one_rendering_per_fingerprint_and_take"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | ~models.Q(storage_key=""), name="ready_rendering_is_stored"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="renderings_due"),
            models.Index(fields=["lease_until"], condition=models.Q(state="rendering"), name="renderings_leased"),
            models.Index(
                fields=["provider_voice"],
                condition=models.Q(state="queued", waits_since__isnull=False),
                name="renderings_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.fingerprint[:12]}"

    def is_unplaced(self) -> bool:
        """Whether no home is known yet that will speak it; `provider_voice` is the one it waits for."""
        return not self.request["voice_id"]
