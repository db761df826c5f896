"""A recording made over: another container, silence cut off its ends, another loudness (PyAV, numpy)."""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import av.error
import numpy as np

from providers.audio import sniff
from providers.probe import DEMUXERS, NotAudioError, frames_of, probe, wrap_pcm
from providers.transcode import transcode
from providers.types import AudioFormat
from providers.waveform import BLOCK_MS, blocks_of, silent_ends

KEPT_MS = 200
"""Silence that is left at each end, so that no breath or soft consonant is cut off."""
PEAK_DBTP = -1.0
"""No gain lifts the true peak above this (EBU R 128: at most -1 dBTP)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshaped:
    """The new bytes, and what was done: milliseconds cut off both ends, the gain in dB."""

    content: bytes
    cut_ms: int
    gain_db: float


def reshape(
    content: bytes, wanted: AudioFormat, *, trim_silence: bool = False, loudness_lufs: float | None = None
) -> Reshaped:
    """``content`` as ``wanted`` (one of ``transcode.FORMATS`` but "pcm"), with what else is asked for.

    The gain that reaches ``loudness_lufs`` is the same for the whole recording, and less where peaks would pass
    ``PEAK_DBTP``. The whole recording is in memory. Raises ``NotAudioError`` as ``probe`` does.
    """
    samples = _decoded(content, wanted)
    whole = len(samples)
    if trim_silence:
        samples = _trimmed(samples, content, wanted.sample_rate)
    gain = 0.0
    if loudness_lufs is not None:
        gain = _gain(samples, wanted, loudness_lufs)
        samples = np.clip(np.round(samples * 10 ** (gain / 20)), -32768, 32767)
    packed = wrap_pcm(samples.astype("<i2").tobytes(), wanted.sample_rate, wanted.channels)
    made = packed if wanted.container == "wav" else transcode(packed, wanted)
    return Reshaped(content=made, cut_ms=round((whole - len(samples)) * 1000 / wanted.sample_rate), gain_db=gain)


def _decoded(content: bytes, wanted: AudioFormat) -> np.ndarray:
    """16-bit values, one row for each moment."""
    container = sniff(content)
    if container is None:
        raise NotAudioError("These bytes are no audio format we know")
    resampler = av.AudioResampler(
        format="s16", layout="mono" if wanted.channels == 1 else "stereo", rate=wanted.sample_rate
    )
    pieces: list[np.ndarray] = []
    try:
        with av.open(io.BytesIO(content), "r", format=DEMUXERS[container], metadata_errors="replace") as opened:
            if not opened.streams.audio:
                raise NotAudioError(f"The {container} holds no sound")
            for frame in frames_of(opened, opened.streams.audio[0]):
                pieces += (piece.to_ndarray() for piece in resampler.resample(frame))
            if pieces:
                pieces += (piece.to_ndarray() for piece in resampler.resample(None))
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, NotAudioError):
            raise
        raise NotAudioError(f"The {container} cannot be decoded: {error}") from error
    if not pieces:
        raise NotAudioError(f"The {container} holds no sound")
    return np.concatenate(pieces, axis=1).reshape(-1, wanted.channels)


def _trimmed(samples: np.ndarray, content: bytes, rate: int) -> np.ndarray:
    blocks = blocks_of(content)
    lead, tail = silent_ends(blocks)
    if lead == len(blocks.power):
        return samples
    begin = max(0, lead * BLOCK_MS - KEPT_MS) * rate // 1000
    end = max(0, tail * BLOCK_MS - KEPT_MS) * rate // 1000
    return samples[begin : len(samples) - end]


def _gain(samples: np.ndarray, wanted: AudioFormat, loudness_lufs: float) -> float:
    measured = probe(wrap_pcm(samples.astype("<i2").tobytes(), wanted.sample_rate, wanted.channels))
    if measured.loudness_lufs is None or measured.true_peak_db is None:
        return 0.0
    return round(min(loudness_lufs - measured.loudness_lufs, PEAK_DBTP - measured.true_peak_db), 2)
