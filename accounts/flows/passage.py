"""What every paid call passes before its attempt is written, and what it leaves behind: circuit breaker and rate gate.

A refusal comes before anything is committed, so it can cost nothing. What is noted afterwards may fail without harm to
the books: it is logged, never raised.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError

from accounts import clock, events
from accounts.circuit import Verdict, verdict_on
from accounts.flows.attempts import PaidOrder
from accounts.flows.circuit import Pass, give_back_probe, note_verdict, pass_circuit
from accounts.models import ProviderAccount
from accounts.provider_clients import adapter, wire_address
from accounts.provider_limits import family_of, limit_of
from accounts.rate_gate.gate import rate_gate
from accounts.rate_gate.rule import Limit
from accounts.rate_gate.stores import Place
from providers.errors import Category, PendingError, ProviderError

logger = logging.getLogger(__name__)


@contextmanager
def passage(order: PaidOrder) -> Iterator[None]:
    """Let one paid call through and learn from how it ends.

    Raises WaitError (CircuitOpenError, GateFullError) with `retry_after_seconds`, before the block begins.
    """
    account = order.account
    family = family_of(order.kind)
    place = Place(account.id, family, order.model if family == "speech" else "")
    limit = gate_limit(account=account, family=family, model=order.model)
    went = pass_circuit(account=account, at=clock.real_now(), is_urgent=order.is_urgent)
    try:
        with rate_gate().passing(
            place,
            limit,
            provider=account.provider,
            patience_seconds=order.patience_seconds,
            forced=order.is_urgent,
        ):
            yield
    except ProviderError as error:
        _note(account, verdict_on(error), went, reason=str(error))
        if error.category is Category.RATE_LIMITED:
            _slow(account, place, error)
        raise
    except Exception as error:
        # Work accepted for later is an answer; anything else of ours says nothing about the provider.
        _note(account, Verdict.ALIVE if isinstance(error, PendingError) else None, went)
        raise
    else:
        _note(account, Verdict.ALIVE, went)


def gate_limit(*, account: ProviderAccount, family: str, model: str) -> Limit:
    """What may be sent to this account: its own limits, else what its provider documents."""
    rates = adapter(account).rates(wire_address(account))
    return limit_of(account.limits, family=family, model=model, rates=rates, concurrency=settings.PROVIDER_CONCURRENCY)


def _note(account: ProviderAccount, verdict: Verdict | None, went: Pass, reason: str = "") -> None:
    """Tell the circuit; `verdict` None: nothing was sent, as far as we know."""
    at = clock.real_now()
    try:
        if verdict is not None:
            note_verdict(account=account, verdict=verdict, went=went, at=at, reason=reason)
        elif went is Pass.PROBE:
            give_back_probe(account=account, at=at)
    except DatabaseError:
        # The call itself is in the books by now; its worker must not fail because of this.
        logger.exception("the circuit of a provider account could not be written", extra={"account": account.slug})


def _slow(account: ProviderAccount, place: Place, error: ProviderError) -> None:
    share = rate_gate().slow(place, pause_seconds=error.retry_after_seconds or 0.0)
    if share is None:
        return
    at = clock.real_now()
    try:
        events.record(
            team_id=account.team_id,
            kind="provider_account.slowed",
            subject_type="provider_account",
            subject_id=account.id,
            subject_title=account.name,
            data={"family": place.family, "model": place.model, "share": round(share, 4), "code": error.code},
            # Once an hour: a limit set too high would tell of itself every few seconds.
            key=f"provider_account.slowed:{place}:{at:%Y%m%d%H}"[:160],
        )
    except DatabaseError:
        logger.exception("an event could not be written", extra={"account": account.slug})
