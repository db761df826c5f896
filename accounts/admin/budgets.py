"""Budgets beside what this month has held and spent."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.asking_forms import DressedForm, TeamForm
from accounts.admin.filters import ChoicesDropdownFilter, by_row
from accounts.admin.rights import actor_of
from accounts.admin.scoping import scoped
from accounts.admin.shown import NOTHING, Pill, bar, money, number
from accounts.flows.budgets import BudgetUsage, Usage, change_budget, set_budget, target_names, usage_of
from accounts.models import Budget, Project, Scope, Token
from accounts.money import Money

_WRITE = "budgets:write"
_MICROS = Decimal(1_000_000)
_HARD = Pill("good", "block", _("Hard"))
_SOFT = Pill("quiet", "notifications", _("Soft"))
_OFF = Pill("quiet", "pause_circle", _("Off"))


_SHOWN: list[Any] = ["shown_name", "target", "characters_used", "amount_used", "kind", "team", "created_at"]


@admin.register(Budget)
class BudgetsAdmin(ButtonsAdmin):
    read_scope = "budgets:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["shown_name", "target", "characters_used", "amount_used", "kind", "team"]
    list_select_related = ["team"]
    list_filter = [by_row("team", _("team")), ("scope", ChoicesDropdownFilter), "is_active", "is_hard"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions_detail = ["edit", "switch", "events"]
    ordering = ["team__name", "scope", "id"]

    def prepare_rows(self, request: HttpRequest, changelist: Any, rows: list[Any]) -> None:
        attach_usage(rows)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        budget = super().get_object(request, object_id, from_field)
        if budget is not None:
            attach_usage([budget])
        return budget

    @display(description=_("Name"), ordering="name")
    def shown_name(self, budget: Budget) -> str:
        return str(budget)

    @display(description=_("For"))
    def target(self, budget: Any) -> str:
        return f"{budget.get_scope_display()} {budget.target_name}"

    @display(description=_("Billed characters this month"))
    def characters_used(self, budget: Any) -> str:
        return _usage_html(budget.usage.characters, budget.characters, budget.reserve_characters, number)

    @display(description=_("Money this month"))
    def amount_used(self, budget: Any) -> str:
        usage: BudgetUsage = budget.usage
        if usage.amount is None:
            return NOTHING
        return _usage_html(
            usage.amount,
            budget.amount_micros,
            budget.reserve_amount_micros,
            lambda micros: money(micros, budget.currency),
        )

    @display(description=_("Kind"))
    def kind(self, budget: Budget) -> str:
        return (_OFF if not budget.is_active else _HARD if budget.is_hard else _SOFT).html()

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            values = form.cleaned_data
            scope, _colon, target = values["target"].partition(":")
            budget = set_budget(
                team=values["team"],
                scope=scope,
                target=target or None,
                characters=values["characters"],
                amount=form.amount(),
                reserve_characters=values["reserve_characters"],
                reserve_amount=form.reserve(),
                is_hard=values["is_hard"],
                name=values["name"],
                actor=actor_of(request),
            )
            messages.success(request, _("The budget stands."))
            return to_page(budget)

        return ask(
            self,
            request,
            Question(
                title=_("Add budget"),
                submit=_("Add budget"),
                icon="account_balance_wallet",
                explanation=[
                    _("What this month has spent already counts. A hard budget refuses what does not fit, by name.")
                ],
                make_form=lambda data, files: NewBudgetForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Change"), icon="edit", scope=_WRITE)
    def edit(self, request: HttpRequest, budget: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            values = form.cleaned_data
            changes = {name: values[name] for name in ("name", "characters", "reserve_characters", "is_hard")}
            change_budget(
                team=budget.team,
                budget_id=budget.id,
                changes={**changes, "amount": form.amount(), "reserve_amount": form.reserve()},
                actor=actor_of(request),
            )
            return to_page(budget)

        return ask(
            self,
            request,
            Question(
                title=_("Change %(name)s") % {"name": budget},
                submit=_("Save"),
                icon="edit",
                make_form=lambda data, files: LimitsForm(data, initial=_limits_of(budget)),
                back=page_of(budget),
                act=act,
            ),
        )

    @button(_("Switch on or off"), icon="power_settings_new", scope=_WRITE)
    def switch(self, request: HttpRequest, budget: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            change_budget(
                team=budget.team,
                budget_id=budget.id,
                changes={"is_active": not budget.is_active},
                actor=actor_of(request),
            )
            return to_page(budget)

        return ask(
            self,
            request,
            Question(
                title=(_("Switch off %(name)s") if budget.is_active else _("Switch on %(name)s")) % {"name": budget},
                submit=_("Switch off") if budget.is_active else _("Switch on"),
                explanation=[
                    _("Nothing is refused by it any more.") if budget.is_active else _("It counts from the next call.")
                ],
                back=page_of(budget),
                act=act,
            ),
        )


class LimitsForm(DressedForm):
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    characters = forms.IntegerField(label=_("Billed characters a month"), required=False, min_value=0)
    money = forms.DecimalField(
        label=_("Money a month"), required=False, min_value=Decimal(0), max_digits=15, decimal_places=6
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[("USD", "USD"), ("CNY", "CNY")], required=False)
    reserve_characters = forms.IntegerField(
        label=_("Reserve of billed characters"),
        required=False,
        min_value=1,
        help_text=_("Beyond the limit, only for calls that keep a voice from dying in the last hours."),
    )
    reserve_amount = forms.DecimalField(
        label=_("Reserve of money"), required=False, min_value=Decimal(1) / _MICROS, max_digits=15, decimal_places=6
    )
    is_hard = forms.BooleanField(
        label=_("Hard"), required=False, initial=True, help_text=_("A hard budget refuses what does not fit.")
    )

    def amount(self) -> Money | None:
        """The money limit, as the flow takes it."""
        return self._money("money")

    def reserve(self) -> Money | None:
        """The reserve of money, in the same currency."""
        return self._money("reserve_amount")

    def _money(self, name: str) -> Money | None:
        amount = self.cleaned_data[name]
        return None if amount is None else Money(int(amount * _MICROS), self.cleaned_data["currency"] or "USD")


class NewBudgetForm(TeamForm, LimitsForm):
    target = forms.ChoiceField(label=_("For"))
    field_order = [
        "team",
        "name",
        "target",
        "characters",
        "money",
        "currency",
        "reserve_characters",
        "reserve_amount",
        "is_hard",
    ]

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        projects = scoped(Project.objects.select_related("team"), request, "team_id", _WRITE)
        tokens = scoped(Token.objects.filter(revoked_at=None).select_related("team"), request, "team_id", _WRITE)
        self.fields["target"].choices = [  # type: ignore[attr-defined]
            (f"{Scope.TEAM}:", _("The whole team")),
            (_("Project"), [(f"{Scope.PROJECT}:{row.id}", str(row)) for row in projects]),
            (_("API key"), [(f"{Scope.TOKEN}:{row.id}", str(row)) for row in tokens]),
        ]


def attach_usage(budgets: list[Any]) -> None:
    """Put `usage` and `target_name` on budgets: three queries per team, none per budget."""
    by_team: dict[str, list[Any]] = defaultdict(list)
    for budget in budgets:
        by_team[budget.team_id].append(budget)
    for group in by_team.values():
        team = group[0].team
        names = target_names(team=team, budgets=group)
        for usage in usage_of(team=team, budgets=group, at=clock.now()):
            row: Any = usage.budget
            row.usage, row.target_name = usage, names.get(row.target_id, "")


def _usage_html(usage: Usage, limit: int | None, reserve: int | None, show: Any) -> str:
    if limit is None:
        return NOTHING
    beyond = format_html(" <small>+ {} {}</small>", show(reserve), _("reserve")) if reserve else ""
    if usage.reserve_used:
        beyond = format_html("{} <small>({} {})</small>", beyond, show(usage.reserve_used), _("used"))
    held = format_html(" <small>+ {} {}</small>", show(usage.held), _("held")) if usage.held else ""
    return format_html(
        '<span class="vl-usage">{}<span>{}{} / {}{}</span></span>',
        bar(usage.spent, usage.held, limit),
        show(usage.spent),
        held,
        show(limit),
        beyond,
    )


def _limits_of(budget: Budget) -> dict[str, Any]:
    def units(micros: int | None) -> Decimal | None:
        return None if micros is None else (Decimal(micros) / _MICROS).normalize()

    return {
        "name": budget.name,
        "characters": budget.characters,
        "money": units(budget.amount_micros),
        "currency": budget.currency or "USD",
        "reserve_characters": budget.reserve_characters,
        "reserve_amount": units(budget.reserve_amount_micros),
        "is_hard": budget.is_hard,
    }
