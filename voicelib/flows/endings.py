"""A voice ends at its provider: its deadline passed, or it is gone. One transaction, told once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.doorbell import ring
from accounts.payer import PLATFORM, Actor
from voicelib.flows.claims import let_go
from voicelib.flows.deadlines import facts_of
from voicelib.flows.history import note_home
from voicelib.flows.listeners import tell_listeners
from voicelib.keeping import is_wanted
from voicelib.models import ProviderVoice
from voicelib.states import moved

State = ProviderVoice.State
REVIVE_TASK = "voicelib.tasks.revive_home"


def end_home(
    *, home: ProviderVoice, state: str, at: datetime, data: dict[str, Any] | None = None, actor: Actor = PLATFORM
) -> bool:
    """Move a claimed home to `lapsed` or `lost` and give the claim back; False where it was used in this moment.

    Raises IllegalMoveError."""
    was_wanted = is_wanted(facts_of(home))
    ended = moved(home.state, state)
    nothing_due = dict.fromkeys(("keepalive_due_at", "alert_due_at", "check_due_at", "retry_at"))
    # What was never meant to be kept is not brought back.
    revival_due_at = at if was_wanted else None
    with transaction.atomic():
        changes = {**nothing_due, "ended_at": at, "unclear_checks": 0, "revival_due_at": revival_due_at}
        if not let_go(home, unless_changed=True, state=ended, **changes):
            return False
        if was_wanted:
            ring(REVIVE_TASK, home.id)
        tell_listeners(voice_id=home.voice_id)
        deadline = home.expires_at.isoformat() if home.expires_at else None
        told = {"policy": home.policy, "deadline": deadline, **(data or {})}
        note_home(home=home, kind="voice.lost" if ended == State.LOST else "voice.lapsed", actor=actor, data=told)
        if was_wanted and ended == State.LAPSED:
            why = {"suspended": home.voice.suspended_reason or None, "error": home.last_error}
            note_home(home=home, kind="voice.activation_missed", data={**told, **why})
    return True
