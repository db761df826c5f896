"""What a clip would cost, by the same validation and numbers as asking for it; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts import clock
from accounts.flows.holds import budgets_effect
from accounts.models import Hold, Project, Team
from accounts.money import Money
from accounts.payer import Payer
from synthesis.flows.commissions import standing
from synthesis.flows.orders import Order, read_order
from voicelib.flows.consent_use import refuse_outside_consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`billed_characters` and `amount` are what would be paid: nothing for what is there already or on its way.

    `fees`: [{"kind", "amount"}] of a first use. `budgets`: see `budgets_effect`.
    """

    billed_characters: int
    estimated_characters: int
    saved_characters: int
    amount: Money
    cached: bool
    fees: list[dict[str, Any]]
    budgets: list[dict[str, Any]]


def estimate(
    *,
    team: Team,
    payer: Payer,
    voice_slug: str,
    text: str,
    model: str | None = None,
    audio_format: object = None,
    settings: object = None,
    dictionaries: Sequence[str] = (),
    project: Project | None = None,
    purpose: str | None = None,
) -> Estimate:
    """Estimate one clip. Raises what `read_order` raises, and `outside_consent`; a budget that is full is told, not
    raised."""
    at = clock.now()
    payer = payer if project is None else replace(payer, project_id=project.id)
    order = read_order(
        team=team,
        voice_slug=voice_slug,
        text=text,
        model=model,
        audio_format=audio_format,
        settings=settings,
        dictionaries=dictionaries,
        at=at,
    )
    refuse_outside_consent(
        voice=order.voice,
        project_id=payer.project_id,
        purpose=purpose or "",
        language_boost=order.settings.language_boost,
    )
    unpaid = [piece for piece in order.pieces if not standing(team_id=team.id, fingerprint=piece.fingerprint)]
    amount = sum((piece.amount for piece in unpaid), Money(0, order.pieces[0].amount.currency))
    characters = sum(piece.characters for piece in unpaid)
    fee = _due_fee(order) if unpaid else None
    total = amount if fee is None else amount + fee
    return Estimate(
        billed_characters=characters,
        estimated_characters=order.characters,
        saved_characters=order.characters - characters,
        amount=amount,
        cached=not unpaid,
        fees=[] if fee is None else [{"kind": "activation_fee", "amount": fee.as_json()}],
        budgets=budgets_effect(payer=payer, characters=characters, amount=total, at=at),
    )


def _due_fee(order: Order) -> Money | None:
    """The fee this clip would set aside: none where another call already holds it."""
    if order.fee is None:
        return None
    held = Hold.objects.filter(key=order.fee.key, state__in=(Hold.State.OPEN, Hold.State.SETTLED))
    return None if held.exists() else order.fee.amount
