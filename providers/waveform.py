"""What a recording looks and sounds like over time: peaks to draw, speech and pauses, noise, clipping (PyAV, numpy).

Everything is worked out from blocks of 5 ms, so memory does not grow with what is inside a block. Levels are in dBFS: a
full-scale square wave has 0.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import av.container
import av.error
import numpy as np

from providers.audio import sniff
from providers.probe import DEMUXERS, NotAudioError, frames_of
from providers.speech_activity import SpeechActivity, speech_activity

BLOCK_MS = 5
SILENT_DB = -50.0
_NOISE_WINDOW = 100 // BLOCK_MS
# Quiet moments between words are at least this share of any speech.
_NOISE_PERCENTILE = 5.0
FLOOR_DB = -96.0
# Consecutive samples at full scale that no microphone makes.
_FULL_SCALE, _CLIPPED_RUN = 0.999, 3
_Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A recording by blocks of ``BLOCK_MS``: lowest and highest value of any channel (-1 to 1), mean magnitude and mean
    square of all channels together. ``clipped`` counts samples in runs at full scale, of any channel."""

    lowest: _Array
    highest: _Array
    magnitude: _Array
    power: _Array
    clipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Facts about a recording over time. ``lead_ms`` and ``tail_ms`` are silent (below ``SILENT_DB``) at its ends;
    ``snr_db`` is the level of the speech above the ``noise_floor_db``: an estimate, better than the truth where silence
    was cut in. ``peaks`` are pairs of lowest and highest value in 8 bits, as many pairs as were asked for at most."""

    lead_ms: int
    tail_ms: int
    clipped_samples: int
    activity: SpeechActivity
    noise_floor_db: float
    snr_db: float | None
    peaks: tuple[int, ...]


def shape_of(content: bytes, *, buckets: int = 800) -> Shape:
    """Decode ``content`` and describe it over time. Raises ``NotAudioError`` as ``probe`` does."""
    blocks = blocks_of(content)
    lead, tail = silent_ends(blocks)
    activity = speech_activity(blocks.magnitude, blocks.power, step_seconds=BLOCK_MS / 1000)
    floor = noise_floor(blocks.power)
    return Shape(
        lead_ms=lead * BLOCK_MS,
        tail_ms=tail * BLOCK_MS,
        clipped_samples=blocks.clipped,
        activity=activity,
        noise_floor_db=floor,
        snr_db=None if activity.level_db is None else round(activity.level_db - floor, 1),
        peaks=peaks(blocks, buckets),
    )


def silent_ends(blocks: Blocks) -> tuple[int, int]:
    """How many blocks are silent before the first sound and after the last; all are in front where there is none."""
    loud = np.flatnonzero(blocks.power >= 10 ** (SILENT_DB / 10))
    if not len(loud):
        return len(blocks.power), 0
    return int(loud[0]), int(len(blocks.power) - 1 - loud[-1])


def noise_floor(power: _Array) -> float:
    """The level that 95 % of the time is exceeded, in windows of 100 ms; never below ``FLOOR_DB``."""
    count = len(power) // _NOISE_WINDOW
    windows = power[: count * _NOISE_WINDOW].reshape(count, _NOISE_WINDOW).mean(axis=1) if count else power
    return round(decibels(float(np.percentile(windows, _NOISE_PERCENTILE))), 1)


def peaks(blocks: Blocks, buckets: int) -> tuple[int, ...]:
    """Lowest and highest value of each bucket in turn, -128 to 127: the data of an audiowaveform JSON file."""
    count = min(buckets, len(blocks.lowest))
    edges = [round(position * len(blocks.lowest) / count) for position in range(count)]
    low = np.minimum.reduceat(blocks.lowest, edges)
    high = np.maximum.reduceat(blocks.highest, edges)
    pairs = np.stack((np.floor(low * 128), np.ceil(high * 127)), axis=1)
    return tuple(int(value) for value in np.clip(pairs, -128, 127).reshape(-1))


def decibels(power: float) -> float:
    """A mean square in dBFS, never below ``FLOOR_DB``."""
    return max(FLOOR_DB, 10 * math.log10(power)) if power > 0 else FLOOR_DB


def blocks_of(content: bytes) -> Blocks:
    """The recording by blocks; a rest shorter than one block counts as one. Raises ``NotAudioError``."""
    container = sniff(content)
    if container is None:
        raise NotAudioError("These bytes are no audio format we know")
    try:
        with av.open(io.BytesIO(content), "r", format=DEMUXERS[container], metadata_errors="replace") as opened:
            if not opened.streams.audio:
                raise NotAudioError(f"The {container} holds no sound")
            return _gathered(container, _pieces(opened))
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, NotAudioError):
            raise
        raise NotAudioError(f"The {container} cannot be decoded: {error}") from error


def _pieces(opened: av.container.InputContainer) -> Iterator[tuple[int, _Array]]:
    """Sample rate and samples, one row for each of one or two channels, as the recording goes on."""
    resampler: av.AudioResampler | None = None
    rate = 0
    for frame in frames_of(opened, opened.streams.audio[0]):
        if resampler is None:
            rate = frame.sample_rate
            layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        yield from ((rate, piece.to_ndarray()) for piece in resampler.resample(frame))
    if resampler is not None:
        yield from ((rate, piece.to_ndarray()) for piece in resampler.resample(None))


def _gathered(container: str, pieces: Iterator[tuple[int, _Array]]) -> Blocks:
    found: list[tuple[_Array, ...]] = []
    rest: _Array | None = None
    clipped, size = 0, 1
    for rate, samples in pieces:
        size = max(1, rate * BLOCK_MS // 1000)
        clipped += _clipped(samples)
        joined = samples if rest is None else np.concatenate((rest, samples), axis=1)
        count = joined.shape[1] // size
        found.append(_measured(joined[:, : count * size].reshape(joined.shape[0], count, size)))
        rest = joined[:, count * size :]
    if rest is not None and rest.shape[1]:
        found.append(_measured(rest[:, np.newaxis, :]))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    if not columns or not len(columns[0]):
        raise NotAudioError(f"The {container} holds no sound")
    lowest, highest, magnitude, power = columns
    return Blocks(lowest=lowest, highest=highest, magnitude=magnitude, power=power, clipped=clipped)


def _measured(blocks: _Array) -> tuple[_Array, ...]:
    """Of an array of channels × blocks × samples."""
    return (
        blocks.min(axis=(0, 2)) if blocks.size else np.empty(0),
        blocks.max(axis=(0, 2)) if blocks.size else np.empty(0),
        np.abs(blocks).mean(axis=(0, 2)) if blocks.size else np.empty(0),
        np.square(blocks, dtype=np.float64).mean(axis=(0, 2)) if blocks.size else np.empty(0),
    )


def _clipped(samples: _Array) -> int:
    """Samples at full scale that have enough such neighbours."""
    full = np.abs(samples) >= _FULL_SCALE
    if not full.any():
        return 0
    run = full[:, : full.shape[1] - _CLIPPED_RUN + 1].copy()
    for shift in range(1, _CLIPPED_RUN):
        run &= full[:, shift : full.shape[1] - _CLIPPED_RUN + 1 + shift]
    part = np.zeros_like(full)
    for shift in range(_CLIPPED_RUN):
        part[:, shift : full.shape[1] - _CLIPPED_RUN + 1 + shift] |= run
    return int(part.any(axis=0).sum())
