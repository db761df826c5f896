"""Clips may wait for a voice: whoever changes whether it speaks, or will speak again, tells them."""

from __future__ import annotations

from accounts.doorbell import ring

# By name: what waits lies above this package.
WAKE_TASK = "synthesis.tasks.wake_voice"


def tell_listeners(*, voice_id: str) -> None:
    """After the transaction, let what waits for this voice be looked at. Missed, a tick does it a minute later."""
    ring(WAKE_TASK, voice_id)
