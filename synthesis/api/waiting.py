"""`Prefer: wait=N` (RFC 7240): an answer held back until the clip is finished; bounded in time and in number."""

from __future__ import annotations

import re
import threading
import time

from django.conf import settings

from synthesis.models import Clip

LONGEST_SECONDS = 30.0
_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*(\d{1,9})\s*(?:$|[,;])", re.IGNORECASE)
_FIRST_LOOK_SECONDS, _LAST_LOOK_SECONDS = 0.05, 0.5
_FINISHED = (Clip.State.READY, Clip.State.FAILED, Clip.State.CANCELED)

# Every waiting request occupies a thread of the server.
_places = threading.BoundedSemaphore(max(settings.WAITING_REQUESTS, 1))


def wished_seconds(prefer: str | None) -> float:
    """The seconds a `Prefer` header asks to wait, at most 30; 0 where it asks for none."""
    matched = _WAIT.search(prefer or "")
    return min(float(matched.group(1)), LONGEST_SECONDS) if matched else 0.0


def wait_until_finished(clip_id: str, seconds: float) -> None:
    """Look until the clip is finished or the time is over; at once where too many wait already.

    Looks ever less often, and holds no transaction. Call it after the clip is committed.
    """
    if seconds <= 0 or not settings.WAITING_REQUESTS or not _places.acquire(blocking=False):
        return
    try:
        deadline = time.monotonic() + seconds
        pause = _FIRST_LOOK_SECONDS
        while not Clip.objects.filter(id=clip_id, state__in=_FINISHED).exists():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(pause, left))
            pause = min(pause * 1.3, _LAST_LOOK_SECONDS)
    finally:
        _places.release()
