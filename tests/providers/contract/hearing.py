"""What a contract asks of audio and of the bill behind it."""

import pytest

from providers.audio import HEADERLESS, plausible_duration
from providers.probe import probe, wrap_pcm

# Lossy containers pad what they encode.
PADDING_MS = 150
_AUDIBLE_LUFS = (-45, -5)


def heard(audio, shape, text, *, declared_ms=None, speed=1.0):
    """Decode the audio and hold it against what was asked for: container, shape, length, loudness."""
    if shape.container == "pcmu_raw":
        duration_ms = round(len(audio) * 1000 / (shape.sample_rate * shape.channels))
    else:
        probed = probe(wrap_pcm(audio, shape.sample_rate, shape.channels) if shape.container in HEADERLESS else audio)
        assert shape.container in (*HEADERLESS, probed.container)
        # Opus always decodes at 48 kHz.
        assert probed.sample_rate == (48000 if shape.container == "opus" else shape.sample_rate)
        assert probed.channels == shape.channels
        assert probed.silence_ratio < 0.9
        if probed.loudness_lufs is not None:
            assert _AUDIBLE_LUFS[0] < probed.loudness_lufs < _AUDIBLE_LUFS[1]
        duration_ms = probed.duration_ms
    assert plausible_duration(text, duration_ms, speed=speed) is None
    if declared_ms is not None:
        assert duration_ms == pytest.approx(declared_ms, abs=PADDING_MS)
    return duration_ms


def billed(customer, operation, text, told, *, trace_id=None, lines=None):
    """The bill has exactly one line of this operation, for what the adapter counts, and that is what we were told."""
    (line,) = [line for line in (customer.bill() if lines is None else lines) if line["operation"] == operation]
    assert line["characters"] == customer.adapter.count_characters(text)
    assert told == (line["characters"] if customer.stage.tells(operation) else None)
    if trace_id is not None:
        assert trace_id == (line["trace_id"] if customer.stage.traces(operation) else "")
    return line
