"""Accepted work for homes, asked for now instead of at its time."""

from __future__ import annotations

from accounts.doorbell import ring
from accounts.models import Attempt
from voicelib.flows.clone_orders import CLONE_TASK
from voicelib.flows.clone_outcomes import KEEP_TASK

_TASKS = {Attempt.Kind.PREVIEW: CLONE_TASK, Attempt.Kind.KEEPALIVE: KEEP_TASK}


def wake_home(*, attempt: Attempt, home_id: str) -> None:
    """Ring for the home whose clone or keep-alive goes on at the provider.

    Its due times stay: both tasks ask for what was accepted before they look at them, and a call that is not due must
    not be made sooner because of a hint.
    """
    task = _TASKS.get(Attempt.Kind(attempt.kind))
    if task is not None:
        ring(task, home_id)
