"""`voice_modify` and the watermark, audible with a few lines of arithmetic each."""

import numpy as np
import numpy.typing as npt

from providers.sandbox.encode import Sound
from providers.sandbox.timbre import Samples

_Signal = npt.NDArray[np.float64]
WATERMARK_HZ = 1000.0
WATERMARK_BEEPS = 3


def modified(sound: Sound, *, intensity: int, timbre: int, effect: str | None) -> Sound:
    """Positive `intensity` softens and negative strengthens, positive `timbre` brightens, as documented; one effect."""
    if not (intensity or timbre or effect) or not len(sound.samples):
        return sound
    signal = sound.samples.astype(np.float64) * 2 ** (-intensity / 100)
    if timbre:
        signal = _tilted(signal, sound.sample_rate, timbre / 100)
    if effect == "spacious_echo":
        signal = _echoed(signal, sound.sample_rate, (0.09, 0.18), 0.35)
    elif effect == "auditorium_echo":
        signal = _echoed(signal, sound.sample_rate, (0.16, 0.29, 0.41), 0.45)
    elif effect == "lofi_telephone":
        signal = _banded(signal, sound.sample_rate, 300, 3000)
    elif effect == "robotic":
        signal = signal * np.cos(2 * np.pi * 55 * np.arange(len(signal)) / sound.sample_rate)
    return Sound(_clipped(signal), sound.sample_rate)


def watermarked(sound: Sound) -> Sound:
    """The audible rhythm at the end that marks generated speech."""
    rate = sound.sample_rate
    times = np.arange(int(0.06 * rate)) / rate
    beep = np.concatenate([np.sin(2 * np.pi * WATERMARK_HZ * times) * 3000, np.zeros(int(0.06 * rate))])
    return Sound(np.concatenate([sound.samples, _clipped(np.tile(beep, WATERMARK_BEEPS))]), rate)


def _clipped(signal: _Signal) -> Samples:
    return np.clip(signal, -32767, 32767).astype(np.int16)


def _filtered(signal: _Signal, rate: int, gains: npt.NDArray[np.float64]) -> _Signal:
    return np.fft.irfft(np.fft.rfft(signal) * gains, len(signal))


def _tilted(signal: _Signal, rate: int, amount: float) -> _Signal:
    frequencies = np.maximum(np.fft.rfftfreq(len(signal), 1 / rate), 50.0)
    return _filtered(signal, rate, (frequencies / 1000.0) ** (amount * 0.8))


def _banded(signal: _Signal, rate: int, low: float, high: float) -> _Signal:
    frequencies = np.fft.rfftfreq(len(signal), 1 / rate)
    return _filtered(signal, rate, ((frequencies >= low) & (frequencies <= high)).astype(np.float64))


def _echoed(signal: _Signal, rate: int, delays: tuple[float, ...], gain: float) -> _Signal:
    longest = int(delays[-1] * rate)
    mixed = np.concatenate([signal, np.zeros(longest)])
    for number, delay in enumerate(delays, start=1):
        start = int(delay * rate)
        mixed[start : start + len(signal)] += signal * gain**number
    return mixed
