"""The sweep of renderings: what waits is rung again, what a dead worker left behind is finished or decided."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import QuerySet

from accounts import clock, spool
from accounts.doorbell import ring
from accounts.flows.paid_call import answer_stored, recover_attempt
from accounts.models import Attempt
from accounts.provider_errors import code_of
from providers.errors import Category
from providers.probe import NotAudioError
from synthesis.failures import audio_lost, outcome_unknown
from synthesis.flows.claims import Claim, claim_abandoned, give_up, put_back
from synthesis.flows.commissions import RENDER_TASK
from synthesis.flows.finishing import deliver, finish
from synthesis.flows.rendering import note_use, read_rendering, subject_of
from synthesis.flows.waiting import wait_tick
from synthesis.models import Rendering

logger = logging.getLogger(__name__)
_Subject = TypeVar("_Subject", Claim, Attempt)

# Rung in one sweep, the longest waiting first: a queue that is behind must not be flooded with doorbells.
_MOST_RUNG = 100


def render_tick(*, at: datetime | None = None) -> None:
    """Sweep once at the real time `at` (now).

    One rendering that cannot be recovered now (its storage is down, say) is logged and does not hold up the others.
    """
    at = at or clock.real_now()
    for rendering in _abandoned(at):
        claim = claim_abandoned(rendering)
        if claim is not None:
            _guarded(_recover, claim)
    _take_in_late_answers()
    for rendering_id in _due(at)[:_MOST_RUNG]:
        ring(RENDER_TASK, rendering_id)
    wait_tick(at=at)


def recover_after_restart() -> int:
    """Finish or decide at once what the previous process was working on; how many renderings that were.

    Only for a profile in which one process does all the work: elsewhere leases run out by themselves.
    """
    at = clock.real_now()
    left_behind = Rendering.objects.filter(state=Rendering.State.RENDERING).update(lease_until=at)
    render_tick(at=at)
    return left_behind


def _abandoned(at: datetime) -> QuerySet[Rendering]:
    return Rendering.objects.filter(state=Rendering.State.RENDERING, lease_until__lte=at).order_by("lease_until", "id")


def _due(at: datetime) -> QuerySet[Rendering, str]:
    # What waits for its voice is found by its voice.
    queued = Rendering.objects.filter(state=Rendering.State.QUEUED, due_at__lte=at, waits_since__isnull=True)
    return queued.order_by("due_at", "id").values_list("id", flat=True)


def _recover(claim: Claim) -> None:
    rendering = read_rendering(claim.rendering_id)
    last = Attempt.objects.filter(subject=subject_of(rendering.id), hold_id=rendering.hold_id).order_by("-id").first()
    if last is None:
        put_back(claim, wait_seconds=0, counts_as_try=False)
        return
    recovery = recover_attempt(attempt_id=last.id, on_settled=lambda attempt: note_use(rendering, attempt))
    last.refresh_from_db()
    if recovery.outcome in ("never_sent", "accepted"):
        # The next run calls, or asks for the call that the provider accepted.
        put_back(claim, wait_seconds=0, counts_as_try=False, goes_on=recovery.outcome == "accepted")
    elif recovery.answer is not None:
        deliver(claim=claim, rendering=rendering, attempt=last, answer=recovery.answer)
    elif last.state == Attempt.State.SETTLED:
        give_up(claim, failure=_failure_of_paid(last), keeps_hold=True, attempt=last)
    else:
        give_up(claim, failure=outcome_unknown(), keeps_hold=True)


def _failure_of_paid(attempt: Attempt) -> dict[str, Any]:
    if not attempt.error_category:
        return audio_lost()
    vendor = {"code": attempt.error_code or None, "message": attempt.error_message, "trace_id": attempt.trace_id}
    return {"code": code_of(Category(attempt.error_category)), "message": attempt.error_message, "provider": vendor}


def _take_in_late_answers() -> None:
    """Answers on this machine's disk whose rendering was given up, or is ready already."""
    prefix = subject_of("")
    for attempt in Attempt.objects.filter(id__in=list(spool.kept()), subject__startswith=prefix):
        _guarded(_take_in, attempt)


def _take_in(attempt: Attempt) -> None:
    rendering = read_rendering(attempt.subject.removeprefix(subject_of("")))
    if rendering.state == Rendering.State.RENDERING:
        # Its worker is on it; when that one is dead the lease says so.
        return
    recovery = recover_attempt(attempt_id=attempt.id, on_settled=lambda settled: note_use(rendering, settled))
    attempt.refresh_from_db()
    if recovery.answer is None:
        # Another sweep took it in at this moment.
        return
    try:
        finish(rendering=rendering, attempt=attempt, answer=recovery.answer)
    except NotAudioError:
        logger.warning("a late answer is no audio", extra={"attempt": attempt.id})
        answer_stored(attempt_id=attempt.id)


def _guarded(recover: Callable[[_Subject], None], subject: _Subject) -> None:
    try:
        recover(subject)
    except Exception:
        logger.exception("a rendering could not be recovered now", extra={"task": str(subject)})
