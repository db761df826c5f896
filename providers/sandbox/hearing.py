"""What the vendor hears in a recording it is handed: how long it is, and what the voice sounds like.

The last few are remembered: whoever tries a client out hands over the same recording again and again.
"""

import functools
from dataclasses import dataclass

from providers.sandbox.encode import decode
from providers.sandbox.timbre import Timbre, timbre_of_sample

ANALYSIS_RATE = 16000
_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording as the vendor judges it."""

    seconds: float
    timbre: Timbre


@functools.lru_cache(maxsize=_REMEMBERED)
def hear(content: bytes) -> Heard:
    """Decode and measure. Blocks. Raises `UndecodableError`."""
    sound = decode(content, sample_rate=ANALYSIS_RATE)
    timbre = timbre_of_sample(sound.samples, sample_rate=sound.sample_rate, content=content)
    return Heard(len(sound.samples) / sound.sample_rate, timbre)
