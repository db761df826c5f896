"""The books. Rows are never changed: triggers refuse it on both databases. Ids and names are copies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id


# Choices are functions, so that a longer list spawns no migration.
def entry_kinds() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in LedgerEntry.Kind.choices]


def entry_sources() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in LedgerEntry.Source.choices]


class LedgerEntry(models.Model):
    class Kind(models.TextChoices):
        SPEECH = "speech", _("speech")
        PREVIEW = "preview", _("preview")
        ACTIVATION_FEE = "activation_fee", _("activation fee")
        DESIGN_FEE = "design_fee", _("design fee")
        KEEPALIVE = "keepalive", _("keep-alive")
        SAVED = "saved", _("saved")
        CORRECTION = "correction", _("correction")

    class Source(models.TextChoices):
        PROVIDER = "provider", _("reported by the provider")
        ESTIMATED = "estimated", _("estimated")

    # Time-ordered, so that it is the cursor of every listing.
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    # `attempt:<id>`, `activation:<provider voice>`, `saved:<clip>:<segment>`, `correction:<entry>:<n>`: never twice.
    key = models.CharField(max_length=160, unique=True, editable=False)
    # Business time the money was spent (the attempt's sent_at); its month is the period of the report.
    at = models.DateTimeField(_("at"), db_index=True)
    # Business time it was booked: a late settlement shows as an adjustment.
    booked_at = models.DateTimeField(_("booked at"), default=clock.now)
    period = models.CharField(_("period"), max_length=7)
    kind = models.CharField(_("kind"), max_length=16, choices=entry_kinds)
    billed_characters = models.BigIntegerField(_("billed characters"), default=0)
    estimated_characters = models.BigIntegerField(_("estimated characters"), default=0)
    saved_characters = models.BigIntegerField(_("saved characters"), default=0)
    source = models.CharField(_("source"), max_length=16, choices=entry_sources)
    amount_micros = models.BigIntegerField(_("amount in millionths"), default=0)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    team_id = models.CharField(max_length=ID_LENGTH, db_index=True)
    team_slug = models.CharField(_("team"), max_length=64)
    project_id = models.CharField(max_length=ID_LENGTH, blank=True)
    project_slug = models.CharField(_("project"), max_length=64, blank=True)
    token_id = models.CharField(max_length=ID_LENGTH, blank=True)
    token_name = models.CharField(_("API key"), max_length=200, blank=True)
    user_id = models.CharField(max_length=ID_LENGTH, blank=True)
    provider = models.CharField(_("provider"), max_length=32, blank=True)
    provider_account_id = models.CharField(max_length=ID_LENGTH, blank=True)
    provider_account_slug = models.CharField(_("provider account"), max_length=64, blank=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    voice_slug = models.CharField(_("voice"), max_length=64, blank=True)
    vendor_voice_id = models.CharField(_("provider voice id"), max_length=256, blank=True)
    attempt_id = models.CharField(_("attempt"), max_length=ID_LENGTH, blank=True, db_index=True)
    trace_id = models.CharField(_("trace id"), max_length=128, blank=True)
    corrects_id = models.CharField(_("corrects"), max_length=ID_LENGTH, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        indexes = [models.Index(fields=["team_id", "-id"], name="ledger_of_team")]

    def __str__(self) -> str:
        return f"{self.kind} {self.billed_characters} {self.id}"


class Seal(models.Model):
    """A batch of entries, chained to the one before it: sha256 over the previous seal and the entries' content."""

    number = models.BigIntegerField(primary_key=True)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    entries = models.IntegerField()
    sealed_at = models.DateTimeField(default=clock.real_now)

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealedEntry(models.Model):
    """Which entry is in which seal. A table of its own, so that sealing never touches a ledger row."""

    entry_id = models.CharField(primary_key=True, max_length=ID_LENGTH)
    seal_number = models.BigIntegerField(db_index=True)
    position = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.entry_id} in seal {self.seal_number}"
