"""What makes a voice sound like itself: fundamental frequency, eSpeak variant, vocal tract, tempo.

Clones take their pitch from the sample (autocorrelation) and everything else from its hash, so the same recording
always gives the same voice and two recordings give two voices.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

# Fundamental frequency of each eSpeak variant at pitch 50, measured with eSpeak NG 1.52, in hertz.
LOW_VARIANTS = {"m1": 93, "m2": 101, "m3": 105, "m4": 95, "m5": 104, "m7": 108, "m8": 86, "Mario": 109, "Hugo": 110,
                "pablo": 115, "max": 104, "paul": 85, "Andy": 97, "quincy": 86}  # fmt: skip
HIGH_VARIANTS = {"f1": 180, "f2": 197, "f3": 214, "f4": 179, "f5": 204, "belinda": 227, "linda": 230,
                 "steph": 182, "grandma": 202}  # fmt: skip
VARIANTS = LOW_VARIANTS | HIGH_VARIANTS

# F0 relative to pitch 50, measured at eSpeak pitch 0, 11, 22 ... 99.
_PITCHES = (0.0, 11.0, 22.0, 33.0, 44.0, 50.0, 55.0, 66.0, 77.0, 88.0, 99.0)
_RATIOS = (0.69, 0.735, 0.795, 0.873, 0.963, 1.0, 1.06, 1.19, 1.33, 1.5, 1.685)

LOWEST_HZ, HIGHEST_HZ = 70.0, 400.0
SPLIT_HZ = 150.0
_ANALYSIS_RATE = 8000
_ANALYSIS_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Timbre:
    """A voice's sound. `tract` above 1 shortens the vocal tract (smaller speaker), `tempo` multiplies the speed."""

    f0: float
    variant: str
    tract: float = 1.0
    tempo: float = 1.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """How to reach a frequency: eSpeak's pitch 0-99 and the factor by which the result is then played faster."""

    pitch: int
    playback: float


def tune(timbre: Timbre, *, semitones: float, language_factor: float = 1.0) -> Tuning:
    """eSpeak settings for the voice raised by `semitones`; what eSpeak's range cannot give, playback gives."""
    wanted = timbre.f0 * 2 ** (semitones / 12) / timbre.tract
    base = VARIANTS[timbre.variant] * language_factor
    pitch = round(float(np.interp(wanted / base, _RATIOS, _PITCHES)))
    reached = base * float(np.interp(pitch, _PITCHES, _RATIOS))
    return Tuning(pitch=pitch, playback=timbre.tract * wanted / reached)


def timbre_of_sample(samples: Samples, *, sample_rate: int, content: bytes) -> Timbre:
    """The clone's timbre: pitch measured on mono samples, the rest from the hash of the file's bytes."""
    digest = hashlib.sha256(content).digest()
    f0 = min(max(fundamental(samples, sample_rate=sample_rate) or 130.0, LOWEST_HZ), HIGHEST_HZ)
    return _shaped(f0, digest)


def timbre_of_name(voice_id: str, *, low_hz: float, high_hz: float) -> Timbre:
    """A system voice's timbre, from its id, between two frequencies."""
    digest = hashlib.sha256(voice_id.encode()).digest()
    return _shaped(low_hz + (high_hz - low_hz) * digest[4] / 255, digest)


def blended(parts: Sequence[tuple[Timbre, int]]) -> Timbre:
    """A mix by weight: pitch, tract and tempo in proportion, the variant of the heaviest."""
    if len(parts) == 1:
        return parts[0][0]
    total = sum(weight for _, weight in parts)

    def mean(values: Iterable[float]) -> float:
        return sum(value * weight for value, (_, weight) in zip(values, parts, strict=True)) / total

    return Timbre(
        f0=mean(timbre.f0 for timbre, _ in parts),
        variant=max(parts, key=lambda part: part[1])[0].variant,
        tract=mean(timbre.tract for timbre, _ in parts),
        tempo=mean(timbre.tempo for timbre, _ in parts),
    )


def _shaped(f0: float, digest: bytes) -> Timbre:
    variants = sorted(LOW_VARIANTS if f0 < SPLIT_HZ else HIGH_VARIANTS)
    return Timbre(
        f0=round(f0, 1),
        variant=variants[digest[0] % len(variants)],
        tract=round(0.92 + 0.16 * digest[1] / 255, 3),
        tempo=round(0.95 + 0.10 * digest[2] / 255, 3),
    )


def fundamental(samples: Samples, *, sample_rate: int) -> float | None:
    """The median fundamental frequency of the voiced stretches in hertz, or None where nothing is voiced."""
    step = max(1, sample_rate // _ANALYSIS_RATE)
    rate = sample_rate / step
    usable = samples[: len(samples) // step * step].astype(np.float64)
    signal = usable.reshape(-1, step).mean(axis=1)[: int(rate * _ANALYSIS_SECONDS)]
    window = int(rate * 0.06)
    if len(signal) < window:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(signal, window)[:: window // 2]
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.sqrt((frames**2).mean(axis=1))
    frames = frames[power > max(50.0, 0.3 * float(power.max()))]
    if not len(frames):
        return None
    return _median_pitch(frames, rate)


def _median_pitch(frames: npt.NDArray[np.float64], rate: float) -> float | None:
    window = frames.shape[1]
    spectrum = np.abs(np.fft.rfft(frames, 2 * window, axis=1)) ** 2
    correlation = np.fft.irfft(spectrum, axis=1)[:, :window]
    correlation = correlation / (correlation[:, :1] * (1 - np.arange(window) / window) + 1e-9)
    shortest, longest = int(rate / 500), int(rate / 60)
    span = correlation[:, shortest:longest]
    best = span.max(axis=1)
    # The first lag that is nearly as good as the best one: the best may be a multiple of the period.
    lags = (span > 0.9 * best[:, None]).argmax(axis=1)
    ascending = np.arange(span.shape[1]) >= lags[:, None]
    falling = np.diff(span, axis=1, append=-1.0) < 0
    lags = (ascending & falling).argmax(axis=1) + shortest
    voiced = best > 0.5
    return float(np.median(rate / lags[voiced])) if voiced.any() else None
