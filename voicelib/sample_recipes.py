"""How a recording is made over, for a provider or by wish. Pure: what is asked for goes in, a recipe comes out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from providers.transcode import BITRATES, CHANNELS, FORMATS
from providers.types import CloneCapabilities
from voicelib.errors import SampleRefusedError

# As good as the sources are; speech has nothing above it that a clone would hear.
MOST_RATE = 44_100
RATES = (16_000, 22_050, 24_000, 32_000, 44_100)
MP3_BITRATE = max(BITRATES["mp3"])
# EBU R 128 s1 and podcast practice: -24 to -16 LUFS; anything else is a slip of the keyboard.
LOUDNESS = (-35.0, -10.0)
_WAV_HEAD = 44
# First choice first: nothing is lost in wav and flac.
_PREFERRED = ("wav", "flac", "mp3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is made of a recording. `loudness_lufs` None leaves the loudness as it is."""

    container: str
    sample_rate: int
    channels: int
    trim_silence: bool = False
    loudness_lufs: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def key(self) -> str:
        """The same for the same recipe: a recording is made over once for each."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    @property
    def bitrate(self) -> int | None:
        return MP3_BITRATE if self.container == "mp3" else None


def fitting_rate(sample_rate: int) -> int:
    """The best rate we make that adds nothing: the next one that loses nothing, up to `MOST_RATE`."""
    return next((rate for rate in RATES if rate >= sample_rate), MOST_RATE)


def checked_recipe(
    *,
    format: str,
    sample_rate: int,
    container: str | None,
    channels: int,
    trim_silence: bool,
    loudness_lufs: float | None,
) -> Recipe:
    """A recipe by wish for a recording in `format`. Raises SampleRefusedError `recipe_invalid`."""
    container = container or (format if format in ("mp3", "wav", "flac") else "wav")
    if container not in _PREFERRED:
        raise SampleRefusedError(
            f"A recording is made over as {', '.join(_PREFERRED)}.", code="recipe_invalid", field="container"
        )
    if channels not in CHANNELS:
        raise SampleRefusedError("There are one or two channels.", code="recipe_invalid", field="channels")
    if loudness_lufs is not None and not LOUDNESS[0] <= loudness_lufs <= LOUDNESS[1]:
        raise SampleRefusedError(
            f"A loudness lies between {LOUDNESS[0]:g} and {LOUDNESS[1]:g} LUFS.",
            code="recipe_invalid",
            field="loudness_lufs",
        )
    return Recipe(
        container=container,
        sample_rate=fitting_rate(sample_rate),
        channels=channels,
        trim_silence=trim_silence,
        loudness_lufs=loudness_lufs,
    )


def recipe_for(
    *, format: str, size: int, sample_rate: int, duration_ms: int, clone: CloneCapabilities
) -> Recipe | None:
    """What a provider needs in the place of this recording; None where it takes the recording as it is.

    One channel, for a clone is one voice. Raises SampleRefusedError `sample_unsuitable` where nothing we make fits.
    """
    if format in clone.sample_containers and size <= clone.max_bytes:
        return None
    rate = fitting_rate(sample_rate)
    for container in _PREFERRED:
        recipe = Recipe(container=container, sample_rate=rate, channels=1)
        is_taken = container in clone.sample_containers and rate in FORMATS[container]
        if is_taken and _largest(recipe, duration_ms) <= clone.max_bytes:
            return recipe
    taken = ", ".join(sorted(clone.sample_containers))
    raise SampleRefusedError(
        f"It takes {taken} of at most {clone.max_bytes} bytes; this recording cannot be made to fit.",
        code="sample_unsuitable",
        field="sample",
    )


def _largest(recipe: Recipe, duration_ms: int) -> int:
    """Bytes it cannot exceed: flac is never much larger than wav."""
    if recipe.container == "mp3":
        return _WAV_HEAD + MP3_BITRATE // 8 * (duration_ms + 1000) // 1000
    return _WAV_HEAD + recipe.sample_rate * 2 * (duration_ms + 1000) // 1000
