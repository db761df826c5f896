"""One request per token and Idempotency-Key: claimed before it runs, its answer remembered, replayed afterwards.

No transaction is open while the request runs. A claim left behind by a crash is taken over after a lease (real time).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import clock
from accounts.errors import ConflictError, InvalidInputError
from accounts.ids import new_id
from accounts.models import IdempotentRequest

_RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run the request; nobody else runs it while the lease lasts."""

    row_id: int
    claim: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered the first time."""

    status: int
    headers: dict[str, str]
    body: Any


def claim_request(*, token_id: str, key: str, fingerprint: str) -> Claim | StoredAnswer:
    """Claim the key for this request, or return the answer it was given before.

    `fingerprint` is a digest of method, path and body. Raises InvalidInputError `idempotency_mismatch` (422) when the
    key was used for another request and ConflictError `idempotency_in_progress` when the same request is running.
    """
    mine = new_id()
    now = clock.real_now()
    try:
        with transaction.atomic():
            row = IdempotentRequest.objects.create(
                token_id=token_id, key=key, fingerprint=fingerprint, claim=mine, started_at=now
            )
            return Claim(row.id, mine)
    except IntegrityError:
        standing = IdempotentRequest.objects.filter(token_id=token_id, key=key).first()
    if standing is None:
        # The first try was refused and forgotten in this very moment; its caller may still be told.
        raise _in_progress()
    return _join(standing, fingerprint=fingerprint, mine=mine, now=now)


def remember_answer(*, claim: Claim, status: int, headers: dict[str, str], body: Any) -> None:
    """Keep the answer for replays; nothing happens when the claim was taken over meanwhile."""
    IdempotentRequest.objects.filter(id=claim.row_id, claim=claim.claim).update(
        finished_at=clock.real_now(), status=status, headers=headers, body=body
    )


def forget_request(*, claim: Claim) -> None:
    """Give the key back: the request was refused and changed nothing."""
    IdempotentRequest.objects.filter(id=claim.row_id, claim=claim.claim, finished_at__isnull=True).delete()


def forget_old_requests(*, older_than: timedelta) -> int:
    """Drop remembered answers whose request began longer ago; returns how many."""
    return IdempotentRequest.objects.filter(started_at__lt=clock.real_now() - older_than).delete()[0]


def _join(row: IdempotentRequest, *, fingerprint: str, mine: str, now: datetime) -> Claim | StoredAnswer:
    if row.fingerprint != fingerprint:
        raise InvalidInputError(
            "This Idempotency-Key was used for another request. Take a new key for a new request.",
            code="idempotency_mismatch",
            field="Idempotency-Key",
            status=422,
        )
    if row.finished_at is not None and row.status is not None:
        return StoredAnswer(row.status, row.headers, row.body)
    lease = timedelta(seconds=settings.WORK_LEASE_SECONDS)
    abandoned = IdempotentRequest.objects.filter(
        id=row.id, claim=row.claim, finished_at__isnull=True, started_at__lte=now - lease
    )
    if abandoned.update(claim=mine, started_at=now) == 1:
        return Claim(row.id, mine)
    raise _in_progress()


def _in_progress() -> ConflictError:
    return ConflictError(
        "The same request with this Idempotency-Key is still running. Ask again in a moment.",
        code="idempotency_in_progress",
        retry_after_seconds=_RETRY_AFTER_SECONDS,
    )
