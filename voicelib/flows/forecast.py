"""What is ahead: which voices lapse when, and what keeping them costs, per day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.errors import PlatformError
from accounts.models import Team
from accounts.money import Money
from providers.errors import ProviderError
from voicelib.flows.activation_orders import quote_keep
from voicelib.flows.deadlines import will_be_kept
from voicelib.models import ProviderVoice

# What one answer holds; what dies first comes first.
MOST_HOMES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One home whose deadline is ahead. `cost` is that of keeping it once, its fee included; None: no price stands, or
    nothing can keep it. `day` is the team's day on which it is kept or lapses."""

    home: ProviderVoice
    is_kept: bool
    day: date
    cost: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the team's calendar. `costs` by currency are those of the homes that will be kept."""

    day: date
    kept: int
    lapsing: int
    costs: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    until: datetime
    expected: list[Expected]
    days: list[Day]
    is_complete: bool


def forecast(*, team: Team, at: datetime, days: int) -> Forecast:
    """What the engine means to do with the team's homes whose deadlines are within `days`, as decided now.

    Nothing is written or asked. A home under a rolling rule is counted once, for its next deadline.
    """
    until = at + timedelta(days=days)
    homes = (
        ProviderVoice.objects.filter(
            voice__team=team, state__in=ProviderVoice.SPEAKING, expires_at__gt=at, expires_at__lte=until
        )
        .select_related("voice__consent", "provider_account")
        .order_by("expires_at", "id")
    )
    found = list(homes[: MOST_HOMES + 1])
    zone = ZoneInfo(team.time_zone)
    expected = [_expected(home, zone, at) for home in found[:MOST_HOMES]]
    return Forecast(until=until, expected=expected, days=_by_day(expected), is_complete=len(found) <= MOST_HOMES)


def _expected(home: ProviderVoice, zone: ZoneInfo, at: datetime) -> Expected:
    is_kept = will_be_kept(home)
    deadline = home.expires_at or at
    moment = max(min(home.keepalive_due_at or deadline, deadline), at) if is_kept else deadline
    return Expected(home=home, is_kept=is_kept, day=moment.astimezone(zone).date(), cost=_cost(home, at))


def _cost(home: ProviderVoice, at: datetime) -> Money | None:
    try:
        quote = quote_keep(home=home, at=at)
    except (PlatformError, ProviderError):
        return None
    fee = quote.fee.amount if quote.fee is not None else None
    if fee is None or fee.currency != quote.amount.currency:
        return quote.amount if fee is None else None
    return Money(quote.amount.amount_micros + fee.amount_micros, fee.currency)


def _by_day(expected: list[Expected]) -> list[Day]:
    grouped: dict[date, list[Expected]] = defaultdict(list)
    for row in expected:
        grouped[row.day].append(row)
    return [_day(day, rows) for day, rows in sorted(grouped.items())]


def _day(day: date, rows: list[Expected]) -> Day:
    costs: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.is_kept and row.cost is not None:
            costs[row.cost.currency] += row.cost.amount_micros
    kept = sum(row.is_kept for row in rows)
    return Day(day=day, kept=kept, lapsing=len(rows) - kept, costs=dict(costs))
