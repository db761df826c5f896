"""What a recording must be, and what is worth knowing about one that is good enough. Pure: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from voicelib.errors import SampleRefusedError

# What we can read; a provider that takes less gets one made of it (sample_recipes).
FORMATS = ("mp3", "m4a", "wav", "flac", "webm", "ogg", "opus", "aac", "pcmu_wav")
# MiniMax voice clone reference: 10 s to 5 min; the second, short recording is under 8 s.
SHORTEST_MS = 10_000
LONGEST_MS = 300_000
PROMPT_SHORTEST_MS = 1_000
PROMPT_BELOW_MS = 8_000
# In one request; larger ones (5 minutes of 24 bits, 48 kHz, two channels are 83 MiB) have an upload of their own.
LARGEST_BYTES = 20 * 1024 * 1024
LARGEST_UPLOAD_BYTES = 100 * 1024 * 1024
# Below this a clone picks up the room more than the voice; measured by EBU R 128.
QUIET_LUFS = -35.0
CLIPPING_DBTP = -0.1
MOST_SILENCE = 0.5
LOWEST_RATE = 16_000
# Planning figures: below them a clone learns pauses, and the room with the voice.
LEAST_SPEECH = 0.4
LEAST_SNR_DB = 20.0
LONGEST_END_MS = 1_000


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
    """Facts found by decoding: `silence_ratio` is the share of silent windows, 0 to 1; the rest as in
    providers.waveform.Shape, None and 0 where it was not looked at."""

    format: str
    size: int
    duration_ms: int
    sample_rate: int
    channels: int
    loudness_lufs: float | None
    true_peak_db: float | None
    silence_ratio: float
    speech_ratio: float | None = None
    snr_db: float | None = None
    lead_ms: int = 0
    tail_ms: int = 0
    clipped_samples: int = 0


def check_size(size: int, *, largest: int = LARGEST_BYTES) -> None:
    """Raises SampleRefusedError."""
    if size == 0:
        raise SampleRefusedError("The file is empty.", code="sample_empty")
    if size > largest:
        raise SampleRefusedError(
            f"The file is larger than {largest // 1024**2} MB; cut it, use mp3, or take an upload of its own.",
            code="sample_too_large",
        )


def check_format(name: str | None) -> None:
    """Decided on the bytes, never on the file's name. Raises SampleRefusedError."""
    if name not in FORMATS:
        found = f"{name} audio" if name else "no audio format we know"
        raise SampleRefusedError(
            f"By its content this is {found}; send {', '.join(FORMATS)}.", code="sample_format_unsupported"
        )


def check_recording(recording: Recording, *, is_prompt: bool = False) -> list[Finding]:
    """Findings of a recording that can be cloned. Raises SampleRefusedError for one that cannot."""
    check_size(recording.size, largest=LARGEST_UPLOAD_BYTES)
    check_format(recording.format)
    _check_length(recording.duration_ms, is_prompt)
    if recording.silence_ratio >= 1.0 or recording.loudness_lufs is None:
        raise SampleRefusedError("Nothing can be heard in it.", code="sample_silent")
    return list(_findings(recording))


def _check_length(duration_ms: int, is_prompt: bool) -> None:
    lasts = f"It lasts {duration_ms / 1000:.1f} s"
    if is_prompt and duration_ms >= PROMPT_BELOW_MS:
        raise SampleRefusedError(f"{lasts}; a prompt lasts less than 8 s.", code="sample_too_long")
    if duration_ms < (PROMPT_SHORTEST_MS if is_prompt else SHORTEST_MS):
        least = (PROMPT_SHORTEST_MS if is_prompt else SHORTEST_MS) // 1000
        raise SampleRefusedError(f"{lasts}; at least {least} s are needed.", code="sample_too_short")
    if duration_ms > LONGEST_MS:
        raise SampleRefusedError(f"{lasts}; at most 5 minutes are taken.", code="sample_too_long")


def _findings(recording: Recording) -> Iterator[Finding]:
    loudness, peak = recording.loudness_lufs, recording.true_peak_db
    if loudness is not None and loudness < QUIET_LUFS:
        yield Finding("quiet", "warning", f"It is quiet ({loudness:.0f} LUFS); the clone may sound thin.")
    if peak is not None and peak >= CLIPPING_DBTP:
        at_full = f", {recording.clipped_samples} samples at full scale" if recording.clipped_samples else ""
        yield Finding(
            "clipping", "warning", f"It is clipped (true peak {peak:.1f} dB{at_full}); record it again, less loud."
        )
    if recording.silence_ratio > MOST_SILENCE:
        share = round(recording.silence_ratio * 100)
        yield Finding("mostly_silence", "warning", f"{share} % of it is silence; cut the pauses.")
    elif recording.speech_ratio is not None and recording.speech_ratio < LEAST_SPEECH:
        share = round(recording.speech_ratio * 100)
        yield Finding("little_speech", "warning", f"Someone speaks in {share} % of it only; cut the pauses.")
    if recording.snr_db is not None and recording.snr_db < LEAST_SNR_DB:
        yield Finding(
            "noisy", "warning", f"The voice is only {recording.snr_db:.0f} dB above the noise; record in a quiet room."
        )
    if max(recording.lead_ms, recording.tail_ms) > LONGEST_END_MS:
        ends = (recording.lead_ms + recording.tail_ms) / 1000
        yield Finding("silent_ends", "info", f"{ends:.1f} s at its ends are silent; they can be cut off.")
    if recording.sample_rate < LOWEST_RATE:
        yield Finding(
            "low_sample_rate", "warning", f"Its sample rate is {recording.sample_rate} Hz; use 24000 or more."
        )
    if recording.channels > 1:
        yield Finding("not_mono", "info", "It is not mono; a clone needs one voice on one channel.")
