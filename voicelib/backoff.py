"""How long cloning waits between tries, and when it gives up. Pure; real time."""

from __future__ import annotations

from datetime import timedelta

MOST_TRIES = 12
# After an error nobody foresaw.
SURPRISE_WAIT = timedelta(minutes=5)
_FIRST = timedelta(seconds=2)
_LONGEST = timedelta(minutes=15)


def clone_wait(tries: int) -> timedelta | None:
    """The wait after `tries` failures that surely cost nothing, doubling; None: give up (after about an hour)."""
    if tries >= MOST_TRIES:
        return None
    doublings: int = 1 << min(max(tries - 1, 0), 10)
    return min(_FIRST * doublings, _LONGEST)
