"""How much of a recording is speech, and how loud that is: ITU-T Recommendation P.56 (12/2011), method B.

Its constants: an envelope by two smoothings of 0.03 s, a hangover of 0.2 s, a margin of 15.9 dB between the level of
the speech and the threshold that tells it from pauses. It goes by level alone: music or a steady hum counts as speech.
Here the envelope is taken in steps of a few milliseconds in the place of single samples. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

SMOOTHING_SECONDS = 0.03
HANGOVER_SECONDS = 0.2
MARGIN_DB = 15.9
_THRESHOLDS = 16
_Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class SpeechActivity:
    """``ratio`` is the activity factor, 0 to 1; ``level_db`` the active speech level in dBFS, None for silence."""

    ratio: float
    level_db: float | None


def speech_activity(magnitude: _Array, power: _Array, *, step_seconds: float) -> SpeechActivity:
    """Of the mean magnitude and the mean square in steps of ``step_seconds``."""
    total = float(power.sum())
    if total <= 0:
        return SpeechActivity(0.0, None)
    envelope = _smoothed(_smoothed(magnitude, step_seconds), step_seconds)
    hangover = round(HANGOVER_SECONDS / step_seconds)
    above: tuple[float, float] | None = None
    # From the lowest threshold up: the margin between level and threshold gets smaller.
    for exponent in range(1 - _THRESHOLDS, 1):
        active = _active(envelope, 2.0**exponent, hangover)
        if not active:
            break
        level = 10 * math.log10(total / active)
        margin = level - 20 * math.log10(2.0**exponent)
        if margin <= MARGIN_DB:
            return _answer(level if above is None else _between(above, (level, margin)), power)
        above = (level, margin)
    return SpeechActivity(0.0, None) if above is None else _answer(above[0], power)


def _answer(level: float, power: _Array) -> SpeechActivity:
    mean = 10 * math.log10(float(power.mean()))
    return SpeechActivity(round(min(1.0, 10 ** ((mean - level) / 10)), 3), round(level, 1))


def _between(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The level at which the margin is met, on the line between two thresholds."""
    share = (first[1] - MARGIN_DB) / (first[1] - second[1])
    return first[0] + share * (second[0] - first[0])


def _smoothed(values: _Array, step_seconds: float) -> _Array:
    keep = math.exp(-step_seconds / SMOOTHING_SECONDS)
    level, smoothed = 0.0, []
    for value in values.tolist():
        level = keep * level + (1 - keep) * value
        smoothed.append(level)
    return np.asarray(smoothed)


def _active(envelope: _Array, threshold: float, hangover: int) -> int:
    """How many steps are at or above the threshold, or were within the hangover."""
    positions = np.arange(len(envelope))
    last = np.maximum.accumulate(np.where(envelope >= threshold, positions, -hangover - 1))
    return int(np.count_nonzero(positions - last <= hangover))
