"""Limits, and the meters they are compared with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models.team import Team


# Choices are functions, so that a longer list spawns no migration.
def budget_scopes() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Scope.choices]


class Scope(models.TextChoices):
    TEAM = "team", _("team")
    PROJECT = "project", _("project")
    TOKEN = "token", _("API key")


class Budget(models.Model):
    """So many characters, or so much money, a month for a team, a project or a token."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="budgets", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    scope = models.CharField(_("scope"), max_length=16, choices=budget_scopes)
    target_id = models.CharField(_("target"), max_length=ID_LENGTH)
    period = models.CharField(_("period"), max_length=16, default="month")
    characters = models.BigIntegerField(_("billed characters"), null=True, blank=True)
    amount_micros = models.BigIntegerField(_("amount in millionths"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # What calls that keep a voice from dying may use beyond the limit, in the last hours; null: nothing.
    reserve_characters = models.BigIntegerField(_("reserve of billed characters"), null=True, blank=True)
    reserve_amount_micros = models.BigIntegerField(_("reserve in millionths"), null=True, blank=True)
    is_hard = models.BooleanField(_("hard"), default=True, help_text=_("A hard budget refuses what does not fit."))
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=clock.real_now, editable=False)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(characters__gte=0) | models.Q(amount_micros__gte=0), name="budget_limits_something"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_micros__isnull=True) | ~models.Q(currency=""),
                name="money_budget_has_a_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(reserve_characters__isnull=True)
                | models.Q(reserve_characters__gte=0, characters__isnull=False),
                name="reserve_of_characters_has_a_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(reserve_amount_micros__isnull=True)
                | models.Q(reserve_amount_micros__gte=0, amount_micros__isnull=False),
                name="reserve_of_money_has_a_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_scope_display()} {self.period}"


class Meter(models.Model):
    """What is held and what is spent in one scope, month and unit (`characters` or a currency code).

    Meters run whether a budget stands or not, so a budget set in mid-month counts what was spent before it.
    """

    CHARACTERS = "characters"

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, models.CASCADE, related_name="meters")
    scope = models.CharField(max_length=16)
    target_id = models.CharField(max_length=ID_LENGTH)
    period = models.CharField(max_length=7)
    unit = models.CharField(max_length=16)
    held = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "target_id", "period", "unit"], name="one_meter_per_scope_and_month"
            ),
            models.CheckConstraint(condition=models.Q(held__gte=0), name="meter_holds_nothing_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.period} {self.unit}: {self.held} held, {self.spent} spent"
