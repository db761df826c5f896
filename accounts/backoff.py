"""How long to wait before trying again: doubling, bounded, spread by luck. Pure."""

from __future__ import annotations


def wait_seconds(tries: int, luck: float, *, first: float, longest: float, at_least: float | None = None) -> float:
    """Seconds to wait after `tries` failures (from 1): `first` doubled each time up to `longest`, times 0.5 to 1.5 by
    `luck` in [0, 1). Never less than `at_least`, which the other side may have asked for, plus its share of luck."""
    doubled = min(first * 2.0 ** min(max(tries - 1, 0), 30), longest)
    return max(doubled * (0.5 + luck), (at_least or 0.0) * (1 + luck / 4))
