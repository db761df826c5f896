"""What a clip would cost and what it did, as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.admin.shown import NOTHING, money, number
from accounts.models import Meter
from accounts.money import Money
from synthesis.flows.estimates import Estimate
from synthesis.models import Segment


def paid_text(segments: Iterable[Segment]) -> str:
    """What the segments of a clip cost, per currency."""
    totals: dict[str, int] = defaultdict(int)
    for segment in segments:
        if segment.amount_micros is not None and segment.currency:
            totals[segment.currency] += segment.amount_micros
    return ", ".join(money(micros, currency) for currency, micros in sorted(totals.items())) or NOTHING


def estimate_context(found: Estimate) -> dict[str, Any]:
    """An estimate, for its template: the price stands on the button that causes it."""
    price = money(found.amount.amount_micros, found.amount.currency)
    fees = [Money(**fee["amount"]) for fee in found.fees]
    total = sum(fees, found.amount)
    characters = _("%(count)s characters") % {"count": number(found.billed_characters)}
    label = (
        _("from the library, 0 billed")
        if found.cached
        else f"{characters} · {money(total.amount_micros, total.currency)}"
    )
    return {
        "generate": f"{_('Generate')} · {label}",
        "estimate": found,
        "characters": number(found.billed_characters),
        "saved": number(found.saved_characters),
        "price": price,
        "fees": [money(fee.amount_micros, fee.currency) for fee in fees],
        "budgets": [
            {
                "name": budget["name"],
                "fits": budget["fits"],
                "remaining": _quantity(budget["remaining"], budget["unit"]),
            }
            for budget in found.budgets
        ],
    }


def _quantity(value: int, unit: str) -> str:
    return _("%(count)s characters") % {"count": number(value)} if unit == Meter.CHARACTERS else money(value, unit)
