"""The circuit breaker of a provider account. The row is the truth: every move is a conditional update, and a call that
works on a closed circuit writes nothing."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts import events
from accounts.circuit import Verdict, pause_seconds
from accounts.errors import WaitError
from accounts.models import ProviderAccount

Circuit = ProviderAccount.Circuit
# Who is refused looks again at least this often: a pause may be ended, and the end of a probe is not known.
_LONGEST_WAIT_SECONDS = 60.0


class CircuitOpenError(WaitError):
    """The account is left alone for a while. Nothing was written, sent or paid; `data` says why."""

    status = 503
    code = "provider_circuit_open"
    title = "The provider account is left alone for a while"


class Pass(StrEnum):
    """As what a call goes: on a closed circuit, as the one probe of an open one, or against it because it must."""

    CLOSED = "closed"
    PROBE = "probe"
    URGENT = "urgent"


def pass_circuit(*, account: ProviderAccount, at: datetime, is_urgent: bool = False) -> Pass:
    """Let a call through at the real time `at`, going by the account as it was loaded.

    Of all calls that find an open circuit whose pause is over, exactly one becomes the probe. Raises CircuitOpenError.
    """
    if account.circuit == Circuit.CLOSED:
        return Pass.CLOSED
    if account.circuit_probe_at is None or account.circuit_probe_at <= at:
        # A probe that is never heard of again must not be the last one.
        ends = at + timedelta(seconds=settings.WORK_LEASE_SECONDS)
        due = ProviderAccount.objects.filter(
            id=account.id, circuit=Circuit.OPEN, circuit_probe_at=account.circuit_probe_at
        )
        if due.update(circuit_probe_at=ends):
            account.circuit_probe_at = ends
            return Pass.PROBE
    if is_urgent:
        return Pass.URGENT
    raise _refusal(account, at)


def give_back_probe(*, account: ProviderAccount, at: datetime) -> None:
    """The probe was not sent after all: another call may be it."""
    _ours(account).update(circuit_probe_at=at)


def note_verdict(*, account: ProviderAccount, verdict: Verdict, went: Pass, at: datetime, reason: str = "") -> None:
    """Draw the consequence of one call at the real time `at`."""
    if verdict is Verdict.ALIVE:
        if went is not Pass.CLOSED:
            close_circuit(account=account)
        elif account.circuit_failures:
            ProviderAccount.objects.filter(id=account.id, circuit=Circuit.CLOSED).update(circuit_failures=0)
    elif went is Pass.PROBE:
        _open_again(account, verdict, at, reason)
    elif went is Pass.CLOSED and verdict is not Verdict.SILENT:
        _count_failure(account, verdict, at, reason)


def close_circuit(*, account: ProviderAccount) -> bool:
    """Let all calls through again; False where the circuit was closed."""
    with transaction.atomic():
        standing = ProviderAccount.objects.filter(id=account.id, circuit=Circuit.OPEN)
        if not standing.update(
            circuit=Circuit.CLOSED,
            circuit_reason="",
            circuit_failures=0,
            circuit_trips=0,
            circuit_opened_at=None,
            circuit_probe_at=None,
        ):
            return False
        _record("provider_account.circuit_closed", account, {"reason": account.circuit_reason})
        return True


def _count_failure(account: ProviderAccount, verdict: Verdict, at: datetime, reason: str) -> None:
    with transaction.atomic():
        closed = ProviderAccount.objects.filter(id=account.id, circuit=Circuit.CLOSED)
        closed.update(circuit_failures=F("circuit_failures") + 1)
        full = closed if verdict is Verdict.LOCKED else closed.filter(circuit_failures__gte=settings.CIRCUIT_FAILURES)
        pause = _pause(1)
        if full.update(
            circuit=Circuit.OPEN,
            circuit_reason=reason[:500],
            circuit_trips=1,
            circuit_opened_at=at,
            circuit_probe_at=at + pause,
        ):
            data = {"reason": reason, "verdict": verdict, "probe_at": (at + pause).isoformat()}
            _record("provider_account.circuit_opened", account, data)


def _open_again(account: ProviderAccount, verdict: Verdict, at: datetime, reason: str) -> None:
    """The probe failed: leave the account alone for longer. One that said nothing is repeated after the same pause."""
    trips = account.circuit_trips + (verdict is not Verdict.SILENT)
    told = {} if verdict is Verdict.SILENT else {"circuit_reason": reason[:500]}
    _ours(account).update(circuit_trips=trips, circuit_probe_at=at + _pause(max(trips, 1)), **told)


def _ours(account: ProviderAccount) -> Any:
    """The row, if the probe of this call is still the one under way."""
    return ProviderAccount.objects.filter(
        id=account.id, circuit=Circuit.OPEN, circuit_probe_at=account.circuit_probe_at
    )


def _pause(trips: int) -> timedelta:
    return timedelta(seconds=pause_seconds(trips, random.random()))  # noqa: S311 - spreads probes, guards nothing


def _refusal(account: ProviderAccount, at: datetime) -> CircuitOpenError:
    left = (account.circuit_probe_at - at).total_seconds() if account.circuit_probe_at else 0.0
    seconds = max(1, round(min(left, _LONGEST_WAIT_SECONDS) * (1 + random.random() / 4)))  # noqa: S311 - spreads the crowd
    return CircuitOpenError(
        f"{account.name} is left alone after failures ({account.circuit_reason}); come back in {seconds} s.",
        data={"provider_account": account.slug, "reason": account.circuit_reason},
        retry_after_seconds=seconds,
    )


def _record(kind: str, account: ProviderAccount, data: dict[str, Any]) -> None:
    events.record(
        team_id=account.team_id,
        kind=kind,
        subject_type="provider_account",
        subject_id=account.id,
        subject_title=account.name,
        data=data,
    )
