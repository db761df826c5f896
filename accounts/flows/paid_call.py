"""The one door to paid operations. Nothing else can reach one.

Order that matters: circuit and rate gate let it pass → the hold stands → the attempt is committed → it is marked sent
(guard) → the socket is touched → (the provider's id for accepted work is committed → it is asked for) → the answer is
on disk → it is booked. No transaction is open while the provider or the disk works.

Work that a provider accepted under an id and has not finished leaves its attempt `sent`, its hold open and a
PendingError; `resume_call` goes on from the id, as often as it takes. Nothing is submitted a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

from django.db import transaction

from accounts import clock, spool
from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.flows import attempts
from accounts.flows.attempts import PaidOrder
from accounts.flows.passage import passage
from accounts.metrics import timed_call
from accounts.models import Attempt
from accounts.payer import Actor
from accounts.provider_clients import adapter, driver
from accounts.spool import Answer
from accounts.steps import reached
from providers.errors import Category, PendingError, ProviderError
from providers.types import Accepted, Operation

T = TypeVar("T")
logger = logging.getLogger(__name__)

# Where an adapter does not say how long its provider answers for accepted work (planning figure).
_TASK_HOURS = 7 * 24


class OpenTransactionError(RuntimeError):
    """A paid call was begun inside a transaction: a rollback would forget money that was spent."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a sweep found out about an attempt whose worker is gone. `accepted`: ask for it with `resume_call`."""

    outcome: Literal["never_sent", "accepted", "answered", "unknown"]
    answer: Answer | None = None


def paid_call(
    *,
    order: PaidOrder,
    operation: Operation[T],
    answer_of: Callable[[T], Answer],
    guard: Callable[[], None],
    on_settled: Callable[[Attempt], None],
) -> tuple[Attempt, Answer]:
    """Make one paid call and book it.

    `guard` runs in the transaction that marks the attempt sent and raises to refuse; `on_settled` runs in the
    transaction that books. Returns the settled attempt and the answer, which stays spooled until `answer_stored`.

    Raises ProviderError: with `possibly_charged` the attempt is `unknown` and its hold stays; otherwise it is
    `released` and its hold is still open (try again with it, or `release_hold`). An answer that reports its bill but
    cannot be used is booked and raised. Raises PendingError while the provider works on: the attempt stays `sent`, go
    on with `resume_call`. Raises WaitError before anything is written: the account is busy or left alone. Raises
    OpenTransactionError inside a transaction.
    """
    _refuse_open_transaction()
    with passage(order):
        attempt = attempts.prepare(order)
        reached("committed", attempt=attempt.id)
        attempts.mark_sent(attempt, guard)
        reached("sent", attempt=attempt.id)
        return _carry_out(attempt, operation, answer_of, on_settled)


def resume_call(
    *,
    attempt: Attempt,
    operation: Operation[T],
    answer_of: Callable[[T], Answer],
    on_settled: Callable[[Attempt], None],
) -> tuple[Attempt, Answer]:
    """Ask for work that a provider accepted earlier, and book it when it is done. Asking is free.

    `attempt` is `sent` with a `vendor_task`; `operation` is the adapter's `resume_…` for it. Safe to repeat and to run
    twice at once. Returns and raises as `paid_call`; work not finished within the time for which the provider keeps
    results becomes `unknown` (ProviderError), but never before it was asked about.
    """
    _refuse_open_transaction()
    return _carry_out(attempt, operation, answer_of, on_settled)


def answer_stored(*, attempt_id: str) -> None:
    """The answer is safe in storage: its spool file may go."""
    spool.drop(attempt_id)


def recover_attempt(*, attempt_id: str, on_settled: Callable[[Attempt], None]) -> Recovery:
    """Decide about an attempt whose worker is gone: never sent, accepted (the provider has it under an id and is to be
    asked), answered (the spool has it, now booked), or unknown.

    Also right for an attempt already `unknown` or given back by a person: an answer in the spool here is evidence.
    """
    attempt = Attempt.objects.get(id=attempt_id)
    answer = spool.find(attempt_id)
    if attempt.state == Attempt.State.PREPARED:
        attempts.release(attempt_id)
        return Recovery("never_sent")
    if answer is not None:
        _settle(attempt_id, answer, on_settled)
        return Recovery("answered", answer)
    if attempt.state == Attempt.State.RELEASED:
        return Recovery("never_sent")
    if attempt.state == Attempt.State.SENT and attempt.vendor_task:
        return Recovery("accepted")
    attempts.mark_unknown(attempt_id)
    return Recovery("unknown")


def resolve_attempt(
    *, team_id: str, attempt_id: str, outcome: str, billed_characters: int | None, reason: str, actor: Actor
) -> Attempt:
    """A person says how an unresolved attempt ended (`charged` | `not_charged`), with a reason that stays in the books.

    Raises NotFoundError, ConflictError `attempt_not_unresolved`, InvalidInputError (field).
    """
    attempt = Attempt.objects.filter(id=attempt_id, team_id=team_id).first()
    if attempt is None:
        raise NotFoundError("There is no such attempt.")
    if outcome not in ("charged", "not_charged"):
        raise InvalidInputError("Say charged or not_charged.", field="outcome")
    if not reason.strip():
        raise InvalidInputError("Say how you know; the reason stays in the books.", field="reason")
    if billed_characters is not None and billed_characters < 0:
        raise InvalidInputError("Billed characters cannot be negative.", field="billed_characters")
    with transaction.atomic():
        locked = Attempt.objects.select_for_update(no_key=True).get(id=attempt_id)
        if locked.state != Attempt.State.UNKNOWN:
            raise ConflictError(f"This attempt is {locked.state}, not unresolved.", code="attempt_not_unresolved")
        return attempts.book_resolution(
            attempt_id=attempt_id,
            charged=outcome == "charged",
            billed_characters=billed_characters,
            reason=reason.strip(),
            actor=actor,
        )


def _carry_out(
    attempt: Attempt,
    operation: Operation[T],
    answer_of: Callable[[T], Answer],
    on_settled: Callable[[Attempt], None],
) -> tuple[Attempt, Answer]:
    """From the socket to the books."""

    def note_accepted(accepted: Accepted) -> None:
        try:
            attempts.note_accepted(attempt.id, accepted.task)
        except Exception:
            # The log is the last place where someone can find it.
            logger.exception("accepted work lost its id", extra={"attempt": attempt.id, "vendor_task": accepted.task})
            raise
        attempt.vendor_task = accepted.task
        reached("accepted", attempt=attempt.id)

    try:
        with timed_call(attempt.provider_account.provider, attempt.kind):
            answer = answer_of(driver().run(operation, on_accepted=note_accepted))
    except PendingError as pending:
        _refuse_endless(attempt, pending)
        raise
    except ProviderError as error:
        _end_failed(attempt, error, on_settled)
        raise
    except Exception:
        # A defect of ours after the socket was touched: as good as a lost answer, unless the work can be asked for.
        if _is_past_asking(attempt):
            attempts.mark_unknown(attempt.id)
        raise
    reached("answered", attempt=attempt.id)
    spool.keep(attempt.id, answer)
    reached("spooled", attempt=attempt.id)
    settled = _settle(attempt.id, answer, on_settled)
    reached("settled", attempt=attempt.id)
    return settled, answer


def _refuse_endless(attempt: Attempt, pending: PendingError) -> None:
    """Work whose result the provider does not keep any more is asked for no longer: nobody knows how it ended."""
    if not _is_past_asking(attempt):
        return
    error = ProviderError(
        "The provider accepted this and never said how it ended",
        category=Category.TIMEOUT_UNKNOWN_OUTCOME,
        possibly_charged=True,
    )
    attempts.mark_unknown(attempt.id, error)
    raise error from pending


def _is_past_asking(attempt: Attempt) -> bool:
    if not attempt.vendor_task:
        return True
    hours = adapter(attempt.provider_account).capabilities.task_hours or _TASK_HOURS
    return clock.now() >= (attempt.sent_at or attempt.prepared_at) + timedelta(hours=hours)


def _settle(attempt_id: str, answer: Answer, on_settled: Callable[[Attempt], None]) -> Attempt:
    return attempts.settle(
        attempt_id=attempt_id,
        billed_characters=answer.billed_characters,
        trace_id=answer.trace_id,
        on_settled=on_settled,
    )


def _end_failed(attempt: Attempt, error: ProviderError, on_settled: Callable[[Attempt], None]) -> None:
    if error.billed_characters is not None:
        attempts.settle(
            attempt_id=attempt.id,
            billed_characters=error.billed_characters,
            trace_id=error.trace_id,
            on_settled=on_settled,
            failure=error,
        )
    elif error.possibly_charged:
        attempts.mark_unknown(attempt.id, error)
    else:
        attempts.release(attempt.id, error)


def _refuse_open_transaction() -> None:
    # A test case wraps every test in a transaction of its own; Django marks those blocks.
    blocks = transaction.get_connection().atomic_blocks
    if any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise OpenTransactionError


__all__ = [
    "Answer",
    "PaidOrder",
    "Recovery",
    "answer_stored",
    "paid_call",
    "recover_attempt",
    "resolve_attempt",
    "resume_call",
]
