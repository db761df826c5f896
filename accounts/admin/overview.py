"""What the dashboard tells about money: this month's spend, unresolved calls, budgets that run out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.admin.book_totals import Totals, totals_of
from accounts.admin.budgets import attach_usage
from accounts.admin.rights import rights_of
from accounts.admin.scoping import scoped
from accounts.flows.budgets import Usage
from accounts.models import Attempt, Budget, LedgerEntry, Team
from accounts.money import month_of

# A budget is near its limit from here on.
_NEAR_PERCENT = 80
_MOST_ROWS = 8


@dataclass(frozen=True, slots=True)
class NearBudget:
    """A budget, and how much of its tightest limit is used or held."""

    budget: Any
    percent: int


def spent_this_month(request: HttpRequest, at: datetime) -> Totals | None:
    """Totals of the current month of every team whose books the person may read; None where there is none."""
    scope = "ledger:read"
    if not rights_of(request).anywhere(scope):
        return None
    teams_by_month: dict[str, list[str]] = defaultdict(list)
    for team_id, time_zone in scoped(Team.objects.all(), request, "id", scope).values_list("id", "time_zone"):
        teams_by_month[month_of(at, time_zone)].append(team_id)
    months = Q(pk__in=[])
    for month, teams in teams_by_month.items():
        months |= Q(period=month, team_id__in=teams)
    return totals_of(LedgerEntry.objects.filter(months))


def unresolved(request: HttpRequest) -> QuerySet[Attempt]:
    """Calls that nobody knows the outcome of, oldest first."""
    attempts = scoped(Attempt.objects.filter(state=Attempt.State.UNKNOWN), request, "team_id", "attempts:read")
    return attempts.select_related("team", "provider_account").order_by("id")


def near_limit(request: HttpRequest) -> list[NearBudget]:
    """Active budgets that are nearly used up, the fullest first."""
    budgets: list[Any] = list(
        scoped(Budget.objects.filter(is_active=True), request, "team_id", "budgets:read").select_related("team")
    )
    attach_usage(budgets)
    near = [NearBudget(budget, _percent(budget)) for budget in budgets]
    return sorted((row for row in near if row.percent >= _NEAR_PERCENT), key=lambda row: -row.percent)[:_MOST_ROWS]


def _percent(budget: Any) -> int:
    usage = budget.usage
    shares = [_share(usage.characters, budget.characters)]
    if usage.amount is not None:
        shares.append(_share(usage.amount, budget.amount_micros))
    return max(shares)


def _share(used: Usage, limit: int | None) -> int:
    if limit is None:
        return 0
    return 100 if limit == 0 else 100 * (used.held + used.spent) // limit
