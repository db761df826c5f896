"""How long a rendering waits after a try that was surely not charged, and when it is given up. Pure."""

from __future__ import annotations

MOST_TRIES = 8
_LONGEST_SECONDS = 120.0


def wait_seconds(tries: int, luck: float) -> float:
    """Seconds before the next try after `tries` failed ones; doubles each time. `luck` in [0, 1) spreads the crowd."""
    return min(2.0**tries, _LONGEST_SECONDS) * (0.5 + luck)
