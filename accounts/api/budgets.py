"""Budgets of a month and what is left of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.inputs import BIGGEST_NUMBER, Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import MoneyOutput, Output
from accounts.api.views import TeamView
from accounts.flows.budgets import BudgetUsage, change_budget, set_budget, target_names, usage_of
from accounts.models import Budget, Scope
from accounts.money import Money


class MoneyInput(Input):
    amount_micros = serializers.IntegerField(min_value=0, max_value=BIGGEST_NUMBER)
    currency = serializers.RegexField(r"\A[A-Z]{3}\Z", help_text="ISO 4217 code.")


class ReserveMoneyInput(MoneyInput):
    amount_micros = serializers.IntegerField(min_value=1, max_value=BIGGEST_NUMBER)


class ReserveInput(Input):
    characters = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=BIGGEST_NUMBER)
    amount = ReserveMoneyInput(required=False, allow_null=True)


_RESERVE = "What calls that keep a voice from dying may use beyond the limits, in the last hours before its deadline."


class BudgetInput(Input):
    scope = serializers.ChoiceField(Scope.values)
    target = serializers.CharField(
        required=False, allow_null=True, help_text="Project: slug or id. Token: id or prefix. Team: may be left out."
    )
    period = serializers.ChoiceField(["month"], default="month")
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    characters = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=BIGGEST_NUMBER)
    amount = MoneyInput(required=False, allow_null=True)
    reserve = ReserveInput(required=False, allow_null=True, help_text=_RESERVE)
    hard = serializers.BooleanField(default=True, help_text="A hard budget refuses what does not fit.")


class BudgetChangeInput(Input):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    characters = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=BIGGEST_NUMBER)
    amount = MoneyInput(required=False, allow_null=True)
    reserve = ReserveInput(required=False, allow_null=True, help_text=f"{_RESERVE} Null: none; else what is named.")
    hard = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)


class QuantityOutput(Output):
    characters = serializers.IntegerField(allow_null=True)
    amount = MoneyOutput(allow_null=True)


class BudgetOutput(Output):
    """A budget and the current month: held + spent + remaining = limit; null where nothing is limited. What is left is
    below zero where the reserve is in use."""

    id = serializers.CharField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(Scope.values)
    target = serializers.CharField(help_text="Slug of the team or project, prefix of the token.")
    target_id = serializers.CharField()
    period = serializers.CharField()
    characters = serializers.IntegerField(allow_null=True)
    amount = MoneyOutput(allow_null=True)
    reserve = QuantityOutput(help_text=_RESERVE)
    hard = serializers.BooleanField()
    active = serializers.BooleanField()
    month = serializers.CharField(help_text="YYYY-MM in the team's time zone.")
    held = QuantityOutput()
    spent = QuantityOutput()
    remaining = QuantityOutput()
    reserve_used = QuantityOutput(help_text="Held or spent beyond the limits; null where there is no reserve.")


class _BudgetAnswers(TeamView):
    def answer(self, budgets: list[Budget]) -> list[dict[str, Any]]:
        """Budgets as JSON, with what this month has used."""
        names = target_names(team=self.team, budgets=budgets)
        used = usage_of(team=self.team, budgets=budgets, at=clock.now())
        return [_budget_json(usage, names) for usage in used]


class BudgetsView(_BudgetAnswers):
    scopes = {"GET": "budgets:read", "POST": "budgets:write"}

    @extend_schema(operation_id="budgets_list", parameters=[Filters], responses={200: page_of(BudgetOutput)})
    def get(self, request: Request) -> Response:
        """Standing budgets and what this month has used of them."""
        self.filters(Filters)
        page = self.page(Budget.objects.filter(team=self.team, is_active=True), lambda budget: budget)
        page.data["results"] = self.answer(page.data["results"])
        return page

    @extend_schema(operation_id="budgets_create", request=BudgetInput, responses={201: BudgetOutput})
    def post(self, request: Request) -> Response:
        """Set a budget of characters, of money, or of both. What was used this month counts from its first day."""
        wish = self.read(BudgetInput)
        budget = set_budget(
            team=self.team,
            scope=wish["scope"],
            target=wish.get("target"),
            characters=wish.get("characters"),
            amount=_money(wish.get("amount")),
            **_reserve(wish),
            is_hard=wish["hard"],
            name=wish["name"],
            actor=self.actor,
        )
        return Response(self.answer([budget])[0], status=201)


class BudgetView(_BudgetAnswers):
    scopes = {"PATCH": "budgets:write", "DELETE": "budgets:write"}

    @extend_schema(operation_id="budgets_change", request=BudgetChangeInput, responses={200: BudgetOutput})
    def patch(self, request: Request, budget_id: str) -> Response:
        """Change what is named; null takes a limit away."""
        wish = self.read(BudgetChangeInput)
        changes = {{"hard": "is_hard", "active": "is_active"}.get(name, name): value for name, value in wish.items()}
        if "amount" in changes:
            changes["amount"] = _money(changes["amount"])
        changes.pop("reserve", None)
        changes |= _reserve(wish)
        budget = change_budget(team=self.team, budget_id=budget_id, changes=changes, actor=self.actor)
        return Response(self.answer([budget])[0])

    @extend_schema(operation_id="budgets_switch_off", responses={204: None})
    def delete(self, request: Request, budget_id: str) -> Response:
        """Switch a budget off; what it counted stays in the books."""
        change_budget(team=self.team, budget_id=budget_id, changes={"is_active": False}, actor=self.actor)
        return Response(status=204)


def _money(wish: dict[str, Any] | None) -> Money | None:
    return None if wish is None else Money(wish["amount_micros"], wish["currency"])


def _reserve(wish: dict[str, Any]) -> dict[str, Any]:
    """What of the reserve is named, as the flows take it; null takes both away."""
    if "reserve" not in wish:
        return {}
    named = {"characters": None, "amount": None} if wish["reserve"] is None else wish["reserve"]
    return {f"reserve_{name}": _money(value) if name == "amount" else value for name, value in named.items()}


def _budget_json(used: BudgetUsage, names: dict[str, str]) -> dict[str, Any]:
    budget = used.budget

    def money(micros: int | None) -> dict[str, Any] | None:
        return None if micros is None else {"amount_micros": micros, "currency": budget.currency}

    def quantity(name: str) -> dict[str, Any]:
        micros = None if used.amount is None else getattr(used.amount, name)
        return {"characters": getattr(used.characters, name), "amount": money(micros)}

    return BudgetOutput.of(
        {
            "id": budget.id,
            "name": budget.name,
            "scope": budget.scope,
            "target": names.get(budget.target_id, budget.target_id),
            "target_id": budget.target_id,
            "period": budget.period,
            "characters": budget.characters,
            "amount": money(budget.amount_micros),
            "reserve": {"characters": budget.reserve_characters, "amount": money(budget.reserve_amount_micros)},
            "hard": budget.is_hard,
            "active": budget.is_active,
            "month": used.month,
            "held": quantity("held"),
            "spent": quantity("spent"),
            "remaining": quantity("remaining"),
            "reserve_used": quantity("reserve_used"),
        }
    )
