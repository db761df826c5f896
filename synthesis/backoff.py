"""How long a rendering waits after a try that was surely not charged, and when it is given up. Pure."""

from __future__ import annotations

from accounts import backoff

MOST_TRIES = 8
_FIRST_SECONDS = 2.0
_LONGEST_SECONDS = 120.0


def wait_seconds(tries: int, luck: float, *, at_least: float | None = None) -> float:
    """Seconds before the next try after `tries` failed ones; `at_least` is what the provider asked for."""
    return backoff.wait_seconds(tries, luck, first=_FIRST_SECONDS, longest=_LONGEST_SECONDS, at_least=at_least)
