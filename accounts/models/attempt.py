"""What is set aside for a paid call (hold) and the call itself (attempt)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models.provider import ProviderAccount
from accounts.models.team import Project, Team
from accounts.models.token import Token


# Choices are functions, so that a longer list spawns no migration.
def hold_states() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Hold.State.choices]


def attempt_states() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Attempt.State.choices]


def attempt_kinds() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Attempt.Kind.choices]


class Hold(models.Model):
    """Characters and money reserved against every meter in scope until the outcome is known.

    The one-off fee of a voice is a hold of its own (`key` = `activation:<provider voice>`), shared by every call that
    may be the first use: it is set aside once and booked once, whoever comes first.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SETTLED = "settled", _("settled")
        RELEASED = "released", _("released")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="holds")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="+")
    token = models.ForeignKey(Token, models.PROTECT, null=True, related_name="+")
    user_id = models.CharField(max_length=ID_LENGTH, null=True)
    key = models.CharField(max_length=100)
    period = models.CharField(max_length=7)
    characters = models.BigIntegerField(default=0)
    amount_micros = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    fee_hold = models.ForeignKey("self", models.PROTECT, null=True, related_name="users_of_fee")
    state = models.CharField(max_length=16, choices=hold_states, default=State.OPEN)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            # A released hold may be placed again (a retry); an open or settled one may not.
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state__in=["open", "settled"]), name="one_living_hold_per_key"
            ),
            models.CheckConstraint(
                condition=models.Q(characters__gte=0, amount_micros__gte=0), name="hold_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Attempt(models.Model):
    """One paid call. `prepared` was never sent; `sent` is on the wire; the rest is how it ended."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        SENT = "sent", _("sent")
        SETTLED = "settled", _("settled")
        RELEASED = "released", _("released")
        UNKNOWN = "unknown", _("unresolved")

    class Kind(models.TextChoices):
        SPEECH = "speech", _("speech")
        PREVIEW = "preview", _("preview")
        KEEPALIVE = "keepalive", _("keep-alive")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="attempts", verbose_name=_("team"))
    provider_account = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="attempts", verbose_name=_("provider account")
    )
    hold = models.ForeignKey(Hold, models.PROTECT, related_name="attempts")
    kind = models.CharField(_("kind"), max_length=16, choices=attempt_kinds)
    # What it is for, e.g. `rendering:<id>` or `provider_voice:<id>`.
    subject = models.CharField(_("subject"), max_length=100, db_index=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    # Copied names: the ledger must read the same when the voice is gone.
    voice_slug = models.CharField(_("voice"), max_length=64, blank=True)
    vendor_voice_id = models.CharField(_("provider voice id"), max_length=256, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=attempt_states, default=State.PREPARED, db_index=True)
    estimated_characters = models.BigIntegerField(_("estimated characters"), default=0)
    billed_characters = models.BigIntegerField(_("billed characters"), null=True)
    trace_id = models.CharField(_("trace id"), max_length=128, blank=True)
    error_category = models.CharField(_("error"), max_length=32, blank=True)
    error_code = models.CharField(_("provider's code"), max_length=32, blank=True)
    error_message = models.CharField(_("message"), max_length=500, blank=True)
    prepared_at = models.DateTimeField(_("prepared at"), default=clock.now)
    # Business time just before the socket is touched: budget and report period are those of this moment.
    sent_at = models.DateTimeField(_("sent at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # The id under which the provider took the work on, "" where none did: it is asked for by it, and never sent again.
    vendor_task = models.CharField(_("provider's task"), max_length=512, blank=True)
    # Real time of the first webhook that told its end; later ones wake nobody.
    hinted_at = models.DateTimeField(null=True, editable=False)
    # Real time after which a sweep may decide that nobody works on it any more.
    lease_until = models.DateTimeField(null=True)
    resolved_by = models.CharField(_("resolved by"), max_length=200, blank=True)
    resolution = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(fields=["team", "state", "-id"], name="attempts_of_team"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=["prepared", "sent"]),
                name="attempts_to_sweep",
            ),
            models.Index(
                fields=["vendor_task"],
                condition=models.Q(state="sent") & ~models.Q(vendor_task=""),
                name="attempts_that_go_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.id}"
