"""Background work of synthesis. A message is a doorbell: the row is the work."""

from __future__ import annotations

from celery import shared_task

from synthesis.flows import recovery, rendering, waiting


@shared_task
def render(rendering_id: str) -> None:
    """Do one rendering."""
    rendering.render(rendering_id=rendering_id)


@shared_task
def wake_voice(voice_id: str) -> None:
    """What waits for one voice."""
    waiting.wake_voice(voice_id=voice_id)


@shared_task
def render_tick() -> None:
    """Find what waits or was left behind."""
    recovery.render_tick()
