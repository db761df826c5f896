"""Prices with validity dates. History is never re-priced: a change is a new row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import ID_LENGTH, new_id
from accounts.models.provider import ProviderAccount


# Choices are functions, so that a longer list spawns no migration.
def price_units() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Price.Unit.choices]


def charging_moments() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Price.ChargedOn.choices]


class Price(models.Model):
    class Unit(models.TextChoices):
        CHARACTER = "character", _("billed character")
        CLONE = "clone", _("clone fee")
        DESIGN = "design", _("design fee")

    class ChargedOn(models.TextChoices):
        USE = "use", _("each use")
        CLONE = "clone", _("cloning")
        FIRST_USE = "first_use", _("first use")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    price_list = models.CharField(_("price list"), max_length=64)
    # A price agreed for one account goes before the list's.
    provider_account = models.ForeignKey(
        ProviderAccount,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prices",
        verbose_name=_("provider account"),
    )
    model = models.CharField(_("model"), max_length=64, blank=True, help_text=_("Empty: every model."))
    unit = models.CharField(_("unit"), max_length=16, choices=price_units)
    amount_micros = models.BigIntegerField(_("amount in millionths"))
    per_units = models.BigIntegerField(_("per so many units"), default=1)
    currency = models.CharField(_("currency"), max_length=3)
    charged_on = models.CharField(_("charged on"), max_length=16, choices=charging_moments)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_micros__gte=0, per_units__gt=0), name="price_is_not_negative"
            ),
            models.UniqueConstraint(
                fields=["price_list", "model", "unit", "valid_from"],
                condition=models.Q(provider_account__isnull=True),
                name="one_list_price_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["provider_account", "model", "unit", "valid_from"],
                condition=models.Q(provider_account__isnull=False),
                name="one_agreed_price_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_list} {self.model or '*'} {self.unit}"
