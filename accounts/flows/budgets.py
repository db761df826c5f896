"""Budgets: set, changed, switched off, and how much of them this month has used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import events
from accounts.errors import InvalidInputError, NotFoundError
from accounts.models import Budget, Meter, Project, Scope, Team, Token
from accounts.money import Money, month_of
from accounts.payer import Actor


@dataclass(frozen=True, slots=True)
class Usage:
    """What is held and spent of one unit in one month, and what is left of the limit (None: no limit; below zero where
    the reserve is in use). `reserve_used` is what is held or spent of the reserve (None: no reserve)."""

    held: int
    spent: int
    remaining: int | None
    reserve_used: int | None


@dataclass(frozen=True, slots=True)
class BudgetUsage:
    """A budget beside the current month: `characters`, and `amount` (micro-units) where it has a currency."""

    budget: Budget
    month: str
    characters: Usage
    amount: Usage | None


def set_budget(
    *,
    team: Team,
    scope: str,
    target: str | None,
    characters: int | None,
    amount: Money | None,
    reserve_characters: int | None = None,
    reserve_amount: Money | None = None,
    is_hard: bool = True,
    name: str = "",
    actor: Actor,
) -> Budget:
    """Limit what a team, a project (slug or id) or a token (id or prefix) may use a month. The reserves are what calls
    that keep a voice from dying may use beyond the limits in the last hours.

    Raises InvalidInputError `budget_limits_nothing` without any limit, `budget_target_unknown` for a target that the
    team does not have, `budget_reserve_needs_hard_limit`, `budget_reserve_currency`.
    """
    with transaction.atomic():
        budget = Budget(
            team=team,
            name=name,
            scope=scope,
            target_id=_target_id(team, scope, target),
            is_hard=is_hard,
        )
        _set_limits(
            budget,
            {
                "characters": characters,
                "amount": amount,
                "reserve_characters": reserve_characters,
                "reserve_amount": reserve_amount,
            },
        )
        budget.save(force_insert=True)
        _record("budget.created", budget, actor, {})
        return budget


def change_budget(*, team: Team, budget_id: str, changes: dict[str, Any], actor: Actor) -> Budget:
    """Change `name`, `characters`, `amount` (Money or None), `reserve_characters`, `reserve_amount` (Money or None),
    `is_hard`, `is_active`; what is not named stays.

    Raises NotFoundError and InvalidInputError `budget_limits_nothing`, `budget_reserve_needs_hard_limit` (also where a
    limit is taken away under its reserve), `budget_reserve_currency`.
    """
    with transaction.atomic():
        budget = Budget.objects.select_for_update(no_key=True).filter(team=team, id=budget_id).first()
        if budget is None:
            raise NotFoundError("There is no such budget in this team.")
        for name in ("name", "is_hard", "is_active"):
            setattr(budget, name, changes.get(name, getattr(budget, name)))
        _set_limits(budget, changes)
        budget.save()
        _record("budget.changed", budget, actor, {"changed": sorted(changes)})
        return budget


def usage_of(*, team: Team, budgets: Iterable[Budget], at: datetime) -> list[BudgetUsage]:
    """Budgets beside what the meters of the month of `at` (in the team's time zone) say."""
    month = month_of(at, team.time_zone)
    budgets = list(budgets)
    meters = {
        (meter.scope, meter.target_id, meter.unit): meter
        for meter in Meter.objects.filter(
            team=team, period=month, target_id__in=[budget.target_id for budget in budgets]
        )
    }

    def used(budget: Budget, unit: str, limit: int | None, reserve: int | None) -> Usage:
        meter = meters.get((budget.scope, budget.target_id, unit))
        held, spent = (0, 0) if meter is None else (meter.held, meter.spent)
        remaining = None if limit is None else limit - held - spent
        beyond = max(0, -(remaining or 0))
        return Usage(held, spent, remaining, None if reserve is None else min(beyond, reserve))

    return [
        BudgetUsage(
            budget=budget,
            month=month,
            characters=used(budget, Meter.CHARACTERS, budget.characters, budget.reserve_characters),
            amount=used(budget, budget.currency, budget.amount_micros, budget.reserve_amount_micros)
            if budget.currency
            else None,
        )
        for budget in budgets
    ]


def target_names(*, team: Team, budgets: Iterable[Budget]) -> dict[str, str]:
    """What people call the targets: the slug of a team or project, the prefix of a token; by target id."""
    ids = {budget.target_id for budget in budgets}
    return {
        team.id: team.slug,
        **dict(Project.objects.filter(team=team, id__in=ids).values_list("id", "slug")),
        **dict(Token.objects.filter(team=team, id__in=ids).values_list("id", "prefix")),
    }


def _target_id(team: Team, scope: str, target: str | None) -> str:
    if scope == Scope.TEAM:
        found = team.id if target in (None, "", team.id, team.slug) else None
    elif scope == Scope.PROJECT:
        projects = dict(Project.objects.filter(team=team).values_list("slug", "id"))
        found = projects.get(target or "", target if target in projects.values() else None)
    else:
        tokens = dict(Token.objects.filter(team=team).values_list("prefix", "id"))
        found = tokens.get(target or "", target if target in tokens.values() else None)
    if found is None:
        raise InvalidInputError(f"This team has no {scope} {target}.", code="budget_target_unknown", field="target")
    return found


def _set_limits(budget: Budget, wish: Mapping[str, Any]) -> None:
    """Limits and reserves as wished; what is not named stays (not saved here)."""
    budget.characters = wish.get("characters", budget.characters)
    budget.reserve_characters = wish.get("reserve_characters", budget.reserve_characters)
    counted_in = budget.currency
    if "amount" in wish:
        amount = wish["amount"]
        budget.amount_micros = None if amount is None else amount.amount_micros
        budget.currency = "" if amount is None else amount.currency
    if "reserve_amount" in wish:
        reserve = wish["reserve_amount"]
        budget.reserve_amount_micros = None if reserve is None else reserve.amount_micros
        counted_in = "" if reserve is None else reserve.currency
    _refuse_bad_limits(budget, counted_in)


def _refuse_bad_limits(budget: Budget, counted_in: str) -> None:
    """`counted_in` is the currency of the reserve, where there is one."""
    if budget.characters is None and budget.amount_micros is None:
        raise _limits_nothing()
    reserves = (
        ("reserve.characters", budget.characters, budget.reserve_characters),
        ("reserve.amount", budget.amount_micros, budget.reserve_amount_micros),
    )
    for field, limit, reserve in reserves:
        if reserve is not None and (limit is None or not budget.is_hard):
            raise InvalidInputError(
                "A reserve goes beyond a hard limit of its own kind; where there is none, there is no reserve.",
                code="budget_reserve_needs_hard_limit",
                field=field,
            )
    if budget.reserve_amount_micros is not None and counted_in != budget.currency:
        raise InvalidInputError(
            f"The budget counts in {budget.currency}, so does its reserve.",
            code="budget_reserve_currency",
            field="reserve.amount.currency",
        )


def _limits_nothing() -> InvalidInputError:
    return InvalidInputError("Limit characters, an amount, or both.", code="budget_limits_nothing", field="characters")


def _record(kind: str, budget: Budget, actor: Actor, data: dict[str, Any]) -> None:
    limits = {
        "characters": budget.characters,
        "amount_micros": budget.amount_micros,
        "currency": budget.currency,
        "reserve_characters": budget.reserve_characters,
        "reserve_amount_micros": budget.reserve_amount_micros,
    }
    events.record(
        team_id=budget.team_id,
        kind=kind,
        subject_type="budget",
        subject_id=budget.id,
        subject_title=str(budget),
        actor=actor,
        data={"scope": budget.scope, "target": budget.target_id, "is_active": budget.is_active, **limits, **data},
    )
