"""Accepted work, asked for now instead of at its time: a provider hinted that it has ended."""

from __future__ import annotations

from accounts import clock
from accounts.doorbell import ring
from accounts.models import Attempt
from synthesis.flows.commissions import RENDER_TASK
from synthesis.models import Rendering
from voicelib.flows.waking import wake_home


def wake_work(attempt: Attempt) -> None:
    """Make what waits for this attempt due now. In the transaction that notes the hint; nothing is paid by it.

    Where a worker is asking at this moment nothing is done: it will see the end, or wait as ever.
    """
    what, _, row_id = attempt.subject.partition(":")
    if what == "rendering":
        _wake_rendering(row_id, attempt)
    elif what == "provider_voice":
        wake_home(attempt=attempt, home_id=row_id)


def _wake_rendering(rendering_id: str, attempt: Attempt) -> None:
    at = clock.real_now()
    # Of the same hold: a rendering that was ordered anew waits for something else.
    waiting = Rendering.objects.filter(
        id=rendering_id, hold_id=attempt.hold_id, state=Rendering.State.QUEUED, due_at__gt=at
    )
    if waiting.update(due_at=at):
        ring(RENDER_TASK, rendering_id)
