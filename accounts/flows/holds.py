"""Setting money aside before it is spent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import events, meters
from accounts.errors import BudgetExceededError, ConflictError
from accounts.models import Budget, Hold, Meter, Team
from accounts.money import Money, month_of
from accounts.payer import Payer

# What a column of the meters can hold.
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Fee:
    """A one-off fee that a call may trigger; `key` (`activation:<provider voice>`) makes it one for all comers."""

    key: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is to be set aside, for whom, under which key; `is_critical` opens the reserves."""

    payer: Payer
    key: str
    characters: int
    amount: Money
    at: datetime
    is_critical: bool


def place_hold(
    *,
    payer: Payer,
    key: str,
    characters: int,
    amount: Money,
    at: datetime,
    fee: Fee | None = None,
    is_critical: bool = False,
    instead_of: str | None = None,
) -> Hold:
    """Reserve characters and money, and the fee where no one holds it yet, against every budget in scope.

    A critical call (a voice dies unless it is made now) may use the reserves of budgets that are full; the first use of
    each a month is told with the event `budget.reserve_used`. All others stop at the limits.

    Call it inside the transaction that writes the work. `instead_of` is a hold that is given back in the same moment,
    so that a budget with room for one is not asked for two; where the new one is refused it stands. Raises
    BudgetExceededError (402) with the name of the budget that is full, ConflictError `budget_currency_mismatch` where a
    money budget counts in another currency.
    """
    wish = _Wish(payer=payer, key=key, characters=characters, amount=amount, at=at, is_critical=is_critical)
    with transaction.atomic():
        if instead_of is not None:
            _give_back_for(instead_of, fee)
        return _place(wish, None if fee is None else _fee_hold(wish, fee))


def release_hold(*, hold_id: str) -> None:
    """Give back a hold that will not be spent, and its fee where no other open hold waits for it. Idempotent."""
    with transaction.atomic():
        hold, fee_hold = lock_hold(hold_id)
        if hold.state == Hold.State.OPEN:
            close_hold(hold, Hold.State.RELEASED)
            release_unused_fee(fee_hold)


def lock_hold(hold_id: str) -> tuple[Hold, Hold | None]:
    """Lock a hold and the fee hold it shares, in this order and before any meter: everyone takes the same way."""
    hold = Hold.objects.select_for_update(no_key=True).get(id=hold_id)
    if hold.fee_hold_id is None:
        return hold, None
    return hold, Hold.objects.select_for_update(no_key=True).get(id=hold.fee_hold_id)


def close_hold(hold: Hold, state: str) -> None:
    """End an open hold (the caller has locked it) and take it off the meters."""
    for key, quantity in meters.lines(payer_of(hold), hold.period, hold.characters, amount_of(hold)):
        meters.unhold(key, quantity)
    hold.state = state
    hold.save(update_fields=["state"])


def release_unused_fee(fee_hold: Hold | None) -> None:
    """Give back a shared fee when no open hold is left that might trigger it (the caller has locked it)."""
    if fee_hold is None:
        return
    if fee_hold.state == Hold.State.OPEN and not fee_hold.users_of_fee.filter(state=Hold.State.OPEN).exists():
        close_hold(fee_hold, Hold.State.RELEASED)


def payer_of(hold: Hold) -> Payer:
    """Whose budgets the hold stands against."""
    return Payer(hold.team_id, hold.project_id, hold.token_id, hold.user_id)


def amount_of(hold: Hold) -> Money:
    """The money that is set aside."""
    return Money(hold.amount_micros, hold.currency)


def budgets_effect(*, payer: Payer, characters: int, amount: Money, at: datetime) -> list[dict[str, Any]]:
    """What a spend would leave in every budget in scope: [{"id", "name", "unit", "limit", "remaining", "fits"}]."""
    period = month_of(at, Team.objects.get(id=payer.team_id).time_zone)
    answer = []
    for budget in meters.budgets_in_scope(payer):
        for unit, quantity in ((Meter.CHARACTERS, characters), (budget.currency, amount.amount_micros)):
            limit = meters.limit_of(budget, unit) if unit else None
            if limit is None:
                continue
            used = _used(budget, period, unit)
            fits = used + quantity <= limit and (unit in (Meter.CHARACTERS, amount.currency))
            answer.append(
                {
                    "id": budget.id,
                    "name": str(budget),
                    "unit": unit,
                    "limit": limit,
                    "remaining": limit - used,
                    "fits": fits,
                }
            )
    return answer


def _give_back_for(hold_id: str, fee: Fee | None) -> None:
    old, old_fee = lock_hold(hold_id)
    if fee is not None:
        # Before any meter, like every hold.
        _living(fee).select_for_update(no_key=True).first()
    if old.state == Hold.State.OPEN:
        close_hold(old, Hold.State.RELEASED)
        release_unused_fee(old_fee)


def _living(fee: Fee) -> QuerySet[Hold]:
    return Hold.objects.filter(key=fee.key, state__in=[Hold.State.OPEN, Hold.State.SETTLED])


def _fee_hold(wish: _Wish, fee: Fee) -> Hold:
    living = _living(fee)
    # Locked, so that the last other user cannot give it back between this look and our own hold.
    standing = living.select_for_update(no_key=True).first()
    if standing is not None:
        return standing
    try:
        with transaction.atomic():
            return _place(replace(wish, key=fee.key, characters=0, amount=fee.amount), None)
    except IntegrityError:
        # Another first use set it aside in this moment.
        return living.select_for_update(no_key=True).get()


def _place(wish: _Wish, fee_hold: Hold | None) -> Hold:
    payer, amount = wish.payer, wish.amount
    period = month_of(wish.at, Team.objects.get(id=payer.team_id).time_zone)
    meters.ensure(payer, period, (Meter.CHARACTERS, amount.currency))
    budgets = [budget for budget in meters.budgets_in_scope(payer) if budget.is_hard]
    _refuse_other_currency(budgets, amount)
    if not wish.characters:
        meters.queue_up(payer, period)
    for meter_key, quantity in meters.lines(payer, period, wish.characters, amount):
        tightest = _tightest(budgets, meter_key, wish)
        if not meters.hold(meter_key, quantity, None if tightest is None else tightest[0]) and tightest is not None:
            raise _full(tightest, meter_key, quantity, wish)
        if wish.is_critical:
            _tell_used_reserves(budgets, meter_key, wish)
    return Hold.objects.create(
        team_id=payer.team_id,
        project_id=payer.project_id,
        token_id=payer.token_id,
        user_id=payer.user_id,
        key=wish.key,
        period=period,
        characters=wish.characters,
        amount_micros=amount.amount_micros,
        currency=amount.currency,
        fee_hold=fee_hold,
        created_at=wish.at,
    )


def _tightest(budgets: list[Budget], key: meters.MeterKey, wish: _Wish) -> tuple[int, Budget] | None:
    """The budget that leaves the least on a meter, and up to where it lets this wish go: its limit, the reserve on top
    of it where the wish is critical."""
    limiting = [
        (min(limit + (meters.reserve_of(budget, key.unit) if wish.is_critical else 0), _MOST), budget)
        for budget, limit in _limits_on(budgets, key)
    ]
    return min(limiting, key=lambda pair: pair[0], default=None)


def _limits_on(budgets: list[Budget], key: meters.MeterKey) -> list[tuple[Budget, int]]:
    return [
        (budget, limit)
        for budget in budgets
        if (budget.scope, budget.target_id) == (key.scope, key.target_id)
        and (limit := meters.limit_of(budget, key.unit)) is not None
    ]


def _tell_used_reserves(budgets: list[Budget], key: meters.MeterKey, wish: _Wish) -> None:
    """Once per budget and month. The caller has just changed the meter, so nobody else moves it meanwhile."""
    for budget, limit in _limits_on(budgets, key):
        reserve = meters.reserve_of(budget, key.unit)
        if not reserve or (used := _used(budget, key.period, key.unit) - limit) <= 0:
            continue
        events.record(
            team_id=budget.team_id,
            kind="budget.reserve_used",
            subject_type="budget",
            subject_id=budget.id,
            subject_title=str(budget),
            data={
                "month": key.period,
                "unit": key.unit,
                "limit": limit,
                "reserve": reserve,
                "used": used,
                "for": wish.key,
            },
            key=f"budget.reserve_used:{budget.id}:{key.period}",
        )


def _refuse_other_currency(budgets: list[Budget], amount: Money) -> None:
    for budget in budgets:
        if amount.amount_micros and budget.amount_micros is not None and budget.currency != amount.currency:
            raise ConflictError(
                f"The budget {budget} counts in {budget.currency}, this call is priced in {amount.currency}.",
                code="budget_currency_mismatch",
                data={"budget": {"id": budget.id, "name": str(budget)}},
            )


def _used(budget: Budget, period: str, unit: str) -> int:
    meter = Meter.objects.filter(scope=budget.scope, target_id=budget.target_id, period=period, unit=unit).first()
    return 0 if meter is None else meter.held + meter.spent


def _full(tightest: tuple[int, Budget], key: meters.MeterKey, needed: int, wish: _Wish) -> BudgetExceededError:
    """What is left is counted with the reserve where that was open, and is 0 where the reserve is in use by others."""
    most, budget = tightest
    remaining = max(0, most - _used(budget, key.period, key.unit))
    reserve = meters.reserve_of(budget, key.unit) if wish.is_critical else 0
    counted = ", its reserve counted" if reserve else ""
    data = {
        "id": budget.id,
        "name": str(budget),
        "scope": budget.scope,
        "unit": key.unit,
        "needed": needed,
        "remaining": remaining,
    }
    return BudgetExceededError(
        f"The budget {budget} has {remaining} {key.unit} left this month{counted}; this needs {needed}."
        " Raise it or wait.",
        data={"budget": {**data, "reserve": reserve} if reserve else data},
    )
