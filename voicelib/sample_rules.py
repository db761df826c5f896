"""What a recording must be, and what is worth knowing about one that is good enough. Pure: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from voicelib.errors import SampleRefusedError

# MiniMax voice clone reference: mp3, m4a, wav; 10 s to 5 min; 20 MB.
FORMATS = ("mp3", "m4a", "wav")
SHORTEST_MS = 10_000
LONGEST_MS = 300_000
LARGEST_BYTES = 20 * 1024 * 1024
# Below this a clone picks up the room more than the voice; measured by EBU R 128.
QUIET_LUFS = -35.0
CLIPPING_DBTP = -0.1
MOST_SILENCE = 0.5
LOWEST_RATE = 16_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noticed about a recording that was accepted."""

    code: str
    severity: Literal["info", "warning"]
    message: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Facts found by decoding: `silence_ratio` is the share of silent windows, 0 to 1."""

    format: str
    size: int
    duration_ms: int
    sample_rate: int
    channels: int
    loudness_lufs: float | None
    true_peak_db: float | None
    silence_ratio: float


def check_size(size: int) -> None:
    """Raises SampleRefusedError."""
    if size == 0:
        raise SampleRefusedError("The file is empty.", code="sample_empty")
    if size > LARGEST_BYTES:
        raise SampleRefusedError("The file is larger than 20 MB; cut it or use mp3.", code="sample_too_large")


def check_format(name: str | None) -> None:
    """Decided on the bytes, never on the file's name. Raises SampleRefusedError."""
    if name not in FORMATS:
        found = f"{name} audio" if name else "no audio format we know"
        raise SampleRefusedError(
            f"By its content this is {found}; send {', '.join(FORMATS)}.", code="sample_format_unsupported"
        )


def check_recording(recording: Recording) -> list[Finding]:
    """Findings of a recording that can be cloned. Raises SampleRefusedError for one that cannot."""
    check_size(recording.size)
    check_format(recording.format)
    seconds = recording.duration_ms / 1000
    if recording.duration_ms < SHORTEST_MS:
        raise SampleRefusedError(f"It lasts {seconds:.1f} s; at least 10 s are needed.", code="sample_too_short")
    if recording.duration_ms > LONGEST_MS:
        raise SampleRefusedError(f"It lasts {seconds:.1f} s; at most 5 minutes are taken.", code="sample_too_long")
    if recording.silence_ratio >= 1.0 or recording.loudness_lufs is None:
        raise SampleRefusedError("Nothing can be heard in it.", code="sample_silent")
    return list(_findings(recording))


def _findings(recording: Recording) -> Iterator[Finding]:
    loudness, peak = recording.loudness_lufs, recording.true_peak_db
    if loudness is not None and loudness < QUIET_LUFS:
        yield Finding("quiet", "warning", f"It is quiet ({loudness:.0f} LUFS); the clone may sound thin.")
    if peak is not None and peak >= CLIPPING_DBTP:
        yield Finding("clipping", "warning", f"It is clipped (true peak {peak:.1f} dB); record it again, less loud.")
    if recording.silence_ratio > MOST_SILENCE:
        share = round(recording.silence_ratio * 100)
        yield Finding("mostly_silence", "warning", f"{share} % of it is silence; cut the pauses.")
    if recording.sample_rate < LOWEST_RATE:
        yield Finding(
            "low_sample_rate", "warning", f"Its sample rate is {recording.sample_rate} Hz; use 24000 or more."
        )
    if recording.channels > 1:
        yield Finding("not_mono", "info", "It is not mono; a clone needs one voice on one channel.")
