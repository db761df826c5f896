"""How long cloning waits between tries, and when it gives up. Pure; real time."""

from __future__ import annotations

from datetime import timedelta

from accounts.backoff import wait_seconds

MOST_TRIES = 12
# After an error nobody foresaw.
SURPRISE_WAIT = timedelta(minutes=5)
_FIRST_SECONDS = 2.0
_LONGEST_SECONDS = 900.0


def clone_wait(tries: int, luck: float, *, at_least: float | None = None) -> timedelta | None:
    """The wait after `tries` failures that surely cost nothing, doubling; None: give up (after about an hour).
    `luck` in [0, 1) spreads the crowd, `at_least` is what the provider asked for."""
    if tries >= MOST_TRIES:
        return None
    seconds = wait_seconds(tries, luck, first=_FIRST_SECONDS, longest=_LONGEST_SECONDS, at_least=at_least)
    return timedelta(seconds=seconds)
