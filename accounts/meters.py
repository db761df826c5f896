"""Meters: what is held and spent per scope, month and unit. Every change is a conditional UPDATE in a fixed order.

The order (team, project, token; characters before money) is the same everywhere, so that two payers never wait for each
other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, QuerySet

from accounts.models import Budget, Meter, Scope
from accounts.money import Money
from accounts.payer import Payer


@dataclass(frozen=True, slots=True)
class MeterKey:
    """One meter: whose, which month, in what unit (`characters` or a currency)."""

    scope: str
    target_id: str
    period: str
    unit: str


def scopes_of(payer: Payer) -> list[tuple[str, str]]:
    """(scope, target) pairs whose budgets a payer's calls count against, in the fixed order."""
    targets = [(Scope.TEAM, payer.team_id), (Scope.PROJECT, payer.project_id), (Scope.TOKEN, payer.token_id)]
    return [(str(scope), target) for scope, target in targets if target]


def lines(payer: Payer, period: str, characters: int, amount: Money) -> Iterator[tuple[MeterKey, int]]:
    """The meters that a call touches, with how much of each; zero quantities touch nothing."""
    for scope, target in scopes_of(payer):
        for unit, quantity in ((Meter.CHARACTERS, characters), (amount.currency, amount.amount_micros)):
            if quantity:
                yield MeterKey(scope, target, period, unit), quantity


def ensure(payer: Payer, period: str, units: tuple[str, ...]) -> None:
    """Make the meters of a payer's scopes where they do not stand yet."""
    Meter.objects.bulk_create(
        [
            Meter(team_id=payer.team_id, scope=scope, target_id=target, period=period, unit=unit)
            for scope, target in scopes_of(payer)
            for unit in units
            if unit
        ],
        ignore_conflicts=True,
    )


def budgets_in_scope(payer: Payer) -> list[Budget]:
    """Active budgets that a payer's calls count against, in the fixed order of scopes."""
    order = {pair: position for position, pair in enumerate(scopes_of(payer))}
    budgets = Budget.objects.filter(
        team_id=payer.team_id, is_active=True, target_id__in=[target for _, target in order]
    )
    return sorted(
        (budget for budget in budgets if (budget.scope, budget.target_id) in order),
        key=lambda budget: (order[budget.scope, budget.target_id], budget.id),
    )


def limit_of(budget: Budget, unit: str) -> int | None:
    """The budget's limit in a unit, None where it does not limit it."""
    if unit == Meter.CHARACTERS:
        return budget.characters
    return budget.amount_micros if unit == budget.currency else None


def reserve_of(budget: Budget, unit: str) -> int:
    """What critical calls may use beyond the limit in a unit; 0 where there is no reserve."""
    if unit == Meter.CHARACTERS:
        return budget.reserve_characters or 0
    return (budget.reserve_amount_micros or 0) if unit == budget.currency else 0


def queue_up(payer: Payer, period: str) -> None:
    """Lock the first meter of the order, for who is about to touch a later one first: a fee set aside by itself counts
    money and no characters, and the characters of its call come after it in the same transaction."""
    first = MeterKey(Scope.TEAM, payer.team_id, period, Meter.CHARACTERS)
    _rows(first).select_for_update(no_key=True).first()


def hold(key: MeterKey, quantity: int, limit: int | None) -> bool:
    """Hold `quantity` more; False, and nothing changed, where `limit` would be passed."""
    meters = _rows(key)
    if limit is not None:
        meters = meters.filter(held__lte=limit - quantity - F("spent"))
    return meters.update(held=F("held") + quantity) == 1


def unhold(key: MeterKey, quantity: int) -> None:
    """Give back what was held."""
    _rows(key).update(held=F("held") - quantity)


def spend(key: MeterKey, quantity: int) -> None:
    """Count as spent; negative for a correction."""
    _rows(key).update(spent=F("spent") + quantity)


def _rows(key: MeterKey) -> QuerySet[Meter]:
    return Meter.objects.filter(scope=key.scope, target_id=key.target_id, period=key.period, unit=key.unit)
