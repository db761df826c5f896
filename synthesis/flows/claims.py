"""Who works on a rendering now: a conditional update, and a lease in real time whose exact value is the claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts import clock, events
from accounts.doorbell import ring
from accounts.flows.holds import release_hold
from accounts.models import Attempt, LedgerEntry
from accounts.money import Money
from synthesis.flows.commissions import RENDER_TASK
from synthesis.models import Clip, Rendering, Segment


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one worker to one rendering until `lease_until`."""

    rendering_id: str
    lease_until: datetime


def claim_queued(rendering_id: str, *, at: datetime) -> Claim | None:
    """Take a queued rendering that is due at the real time `at`; None where someone else has it or it is not due."""
    claim = Claim(rendering_id, clock.real_now() + timedelta(seconds=settings.WORK_LEASE_SECONDS))
    with transaction.atomic():
        queued = Rendering.objects.filter(id=rendering_id, state=Rendering.State.QUEUED, due_at__lte=at)
        if not queued.update(state=Rendering.State.RENDERING, lease_until=claim.lease_until, error=None):
            return None
        _move_clips(rendering_id, Clip.State.QUEUED, Clip.State.RENDERING)
    return claim


def claim_abandoned(rendering: Rendering) -> Claim | None:
    """Take over a rendering whose worker is gone, as it was read; None where someone else was quicker."""
    claim = Claim(rendering.id, clock.real_now() + timedelta(seconds=settings.WORK_LEASE_SECONDS))
    abandoned = Rendering.objects.filter(
        id=rendering.id, state=Rendering.State.RENDERING, lease_until=rendering.lease_until
    )
    return claim if abandoned.update(lease_until=claim.lease_until) else None


def is_mine(claim: Claim) -> bool:
    """Whether the claim still stands."""
    return claimed(claim).exists()


def put_back(
    claim: Claim,
    *,
    wait_seconds: float,
    counts_as_try: bool,
    goes_on: bool = False,
    waits_for: dict[str, Any] | None = None,
) -> None:
    """Queue it again with the same hold, to be tried after `wait_seconds` of real time.

    `goes_on`: the provider works on the call, which the next run asks for; its clips stay in rendering, so that nobody
    cancels what is being paid. `waits_for` is shown meanwhile as what it waits for: {"code", "message"}.
    """
    with transaction.atomic():
        due_at = clock.real_now() + timedelta(seconds=wait_seconds)
        fields: dict[str, Any] = {"state": Rendering.State.QUEUED, "due_at": due_at, "lease_until": None}
        fields["error"] = waits_for
        if counts_as_try:
            fields["tries"] = F("tries") + 1
        if claimed(claim).update(**fields):
            if not goes_on:
                _move_clips(claim.rendering_id, Clip.State.RENDERING, Clip.State.QUEUED)
            ring(RENDER_TASK, claim.rendering_id, in_seconds=wait_seconds)


def put_aside(claim: Claim, *, home_id: str, waits_for: dict[str, Any], seconds: float) -> None:
    """Queue it again with the same hold until its voice speaks, and look at that after `seconds` of real time; it
    counts as no try. `home_id` is the home it waits for."""
    now = clock.real_now()
    with transaction.atomic():
        waiting = claimed(claim).update(
            state=Rendering.State.QUEUED,
            due_at=now + timedelta(seconds=seconds),
            waits_since=Coalesce("waits_since", Value(now, output_field=DateTimeField())),
            lease_until=None,
            error=waits_for,
            provider_voice=home_id,
        )
        if waiting:
            _move_clips(claim.rendering_id, Clip.State.RENDERING, Clip.State.QUEUED)


def shorten_lease(claim: Claim, *, seconds: float) -> None:
    """Something unexpected happened: let the sweep look at it soon."""
    claimed(claim).update(lease_until=clock.real_now() + timedelta(seconds=seconds))


def give_up(claim: Claim, *, failure: dict[str, Any], keeps_hold: bool, attempt: Attempt | None = None) -> None:
    """Fail the rendering and every clip that waits for it; the hold is given back unless its outcome is unknown.

    `attempt` is a call that was booked although its answer could not be used: its cost is shown on its clip.
    """
    with transaction.atomic():
        rendering = claimed(claim).select_for_update(no_key=True).first()
        if rendering is None:
            return
        rendering.state, rendering.error, rendering.lease_until = Rendering.State.FAILED, failure, None
        rendering.save(update_fields=["state", "error", "lease_until"])
        if attempt is not None:
            count_cost(attempt)
        waiting = Clip.objects.filter(
            segments__rendering=rendering, state__in=(Clip.State.QUEUED, Clip.State.RENDERING)
        )
        for clip in waiting.order_by("id").distinct():
            _fail(clip, failure)
        if not keeps_hold and rendering.hold_id is not None:
            release_hold(hold_id=rendering.hold_id)


def count_cost(attempt: Attempt) -> Segment | None:
    """Show what was booked on the segment that caused the call, and return it.

    Counted from the books each time, so that counting again changes nothing; a clip that was retried may have paid
    more than once.
    """
    segment = Segment.objects.filter(holds=attempt.hold_id).first()
    if segment is None:
        return None
    calls = Attempt.objects.filter(hold__segments=segment).values("id")
    entries = LedgerEntry.objects.filter(attempt_id__in=calls, kind=attempt.kind)
    booked = entries.aggregate(characters=Sum("billed_characters"), amount=Sum("amount_micros"))
    segment.billed_is_estimated = entries.filter(source=LedgerEntry.Source.ESTIMATED).exists()
    segment.billed_characters, segment.amount_micros = booked["characters"] or 0, booked["amount"] or 0
    segment.currency = attempt.hold.currency
    segment.save(update_fields=["billed_characters", "billed_is_estimated", "amount_micros", "currency"])
    return segment


def booked_amount(attempt: Attempt) -> Money:
    """What one settled call cost by the books."""
    entry = LedgerEntry.objects.filter(attempt_id=attempt.id, kind=attempt.kind).first()
    return Money(0, attempt.hold.currency) if entry is None else Money(entry.amount_micros, entry.currency)


def claimed(claim: Claim) -> QuerySet[Rendering]:
    """The rendering, as long as the claim stands."""
    return Rendering.objects.filter(
        id=claim.rendering_id, state=Rendering.State.RENDERING, lease_until=claim.lease_until
    )


def _move_clips(rendering_id: str, before: str, after: str) -> None:
    Clip.objects.filter(segments__rendering_id=rendering_id, state=before).update(state=after)


def _fail(clip: Clip, failure: dict[str, Any]) -> None:
    clip.state, clip.error, clip.finished_at = Clip.State.FAILED, failure, clock.now()
    clip.save(update_fields=["state", "error", "finished_at"])
    events.record(
        team_id=clip.team_id,
        kind="clip.failed",
        subject_type="clip",
        subject_id=clip.id,
        subject_title=str(clip),
        data={"code": failure["code"], "message": failure["message"]},
    )
