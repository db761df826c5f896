"""One set of credentials, base URL and limits at a provider."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models.team import Team, slug_validator


# A function, so that a longer list spawns no migration.
def circuit_states() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in ProviderAccount.Circuit.choices]


class ProviderAccount(models.Model):
    class Circuit(models.TextChoices):
        CLOSED = "closed", _("closed")
        OPEN = "open", _("open")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="provider_accounts", verbose_name=_("team"))
    slug = models.CharField(_("slug"), max_length=64, validators=[slug_validator])
    name = models.CharField(_("name"), max_length=200)
    provider = models.CharField(_("provider"), max_length=32)
    base_url = models.CharField(_("base URL"), max_length=500)
    # Fernet token under the key ring; write-only in every surface.
    key_encrypted = models.TextField(editable=False)
    key_hint = models.CharField(_("key"), max_length=16, editable=False, help_text=_("Last characters of the key."))
    # What the provider's webhooks are signed with, encrypted likewise; empty: not asked yet, so none are wanted.
    hook_secret_encrypted = models.TextField(blank=True, default="", editable=False)
    # Which published list prices apply, e.g. `minimax-global` (USD) or `minimax-mainland` (CNY): accounts/list_prices.
    price_list = models.CharField(_("price list"), max_length=64)
    # What the wire facts leave open, e.g. {"mix_weights_field": "timber_weights", "failures_may_charge": false}.
    options = models.JSONField(_("options"), default=dict, blank=True)
    # Overrides the adapter's rule, e.g. {"kind": "rolling", "hours": 168}; empty = the adapter's.
    retention = models.JSONField(_("retention rule"), default=dict, blank=True)
    # Overrides of the documented limits, see accounts.provider_limits; empty = as documented.
    limits = models.JSONField(_("limits"), default=dict, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(_("created at"), default=clock.real_now, editable=False)
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    finding = models.CharField(_("last finding"), max_length=500, blank=True, editable=False)
    # The circuit breaker, see accounts.circuit; real time. While open, one probe may go at `circuit_probe_at`.
    circuit = models.CharField(
        _("circuit"), max_length=8, choices=circuit_states, default=Circuit.CLOSED, editable=False
    )
    circuit_reason = models.CharField(_("why it is open"), max_length=500, blank=True, editable=False)
    circuit_failures = models.PositiveIntegerField(default=0, editable=False)
    circuit_trips = models.PositiveIntegerField(default=0, editable=False)
    circuit_opened_at = models.DateTimeField(null=True, editable=False)
    circuit_probe_at = models.DateTimeField(null=True, editable=False)
    # So many voices seem to be gone that something else must be wrong (another key?): none is declared lost and none is
    # cloned again until a person looks. Business time.
    frozen_at = models.DateTimeField(_("frozen at"), null=True, editable=False)
    frozen_reason = models.CharField(_("frozen because"), max_length=500, blank=True, editable=False)
    # Since when a changed key has not shown any of our voices yet: until it does, a missing voice is the key's fault.
    # Business time; null: the key is that of the account we know.
    key_unproven_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], name="one_provider_account_per_team_and_slug"),
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(is_default=True), name="one_default_provider_account_per_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name
