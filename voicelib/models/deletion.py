"""That a home is to be taken away, and what is known about it: the line of a certificate that tells the truth."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from voicelib.models.voice import ProviderVoice


def deletion_outcomes() -> list[tuple[str, str]]:
    """Choices as a function, so that a longer list spawns no migration."""
    return [(value, str(label)) for value, label in Deletion.Outcome.choices]


class Deletion(models.Model):
    class Outcome(models.TextChoices):
        PENDING = "pending", _("pending")
        # The provider says so: removed now, or it knows no such voice (`existed` false).
        DELETED = "deleted", _("deleted")
        # The provider has no way to remove it: what it keeps is its own affair.
        NOT_OFFERED = "not_offered", _("not offered")
        # It surely never came to be at the provider.
        NEVER_MADE = "never_made", _("never made")
        # It may be at the provider under an id that was lost with the answer.
        UNNAMED = "unnamed", _("cannot be named")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    home = models.ForeignKey(ProviderVoice, models.CASCADE, related_name="deletions", verbose_name=_("provider voice"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=deletion_outcomes, default=Outcome.PENDING)
    state_before = models.CharField(max_length=16, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    # Business time of the first call; from here on it cannot be undone.
    sent_at = models.DateTimeField(_("sent at"), null=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # Whether the provider still had it when it was asked to remove it.
    existed = models.BooleanField(_("existed"), null=True)
    trace_id = models.CharField(_("trace id"), max_length=128, blank=True)
    # Real time of the next try, pushed ahead by who works on it; null: it has ended.
    due_at = models.DateTimeField(null=True, editable=False)
    tries = models.IntegerField(_("tries"), default=0)
    # {"code", "message", "trace_id", "at"} of the last failure.
    last_error = models.JSONField(_("last error"), null=True)

    class Meta:
        verbose_name = _("deletion")
        verbose_name_plural = _("deletions")
        constraints = [
            models.UniqueConstraint(
                fields=["home"], condition=models.Q(undone_at__isnull=True), name="one_deletion_per_home"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="deletions_due"),
        ]

    def __str__(self) -> str:
        return f"{self.home}: {self.outcome}"
