"""The words for long texts, handed over now and fetched later: values only, in the units of ``providers.types``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from providers.types import JSON, AudioFormat, Finding, PronunciationRule, SpeechSettings, Subtitle


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTextRequest:
    """A long text to speak, of which nobody waits for the audio: either ``text``, or ``file_id`` of an uploaded txt or
    zip file."""

    model: str
    voice_id: str
    format: AudioFormat
    text: str | None = None
    file_id: str | None = None
    settings: SpeechSettings = field(default_factory=SpeechSettings)
    rules: tuple[PronunciationRule, ...] = ()
    watermark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTextTask:
    """A long text the provider has taken on. ``billed_characters`` are told before there is any audio; ``file_id`` is
    where the result will be. Ids are text: they may exceed what a float holds."""

    task_id: str
    file_id: str | None = None
    billed_characters: int | None = None
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTextState:
    """How far a long text is; ``file_id`` is where the result is, or will be; ``reason`` is what the provider says of a
    failure."""

    state: Literal["processing", "success", "failed", "expired"]
    file_id: str | None = None
    trace_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTextPart:
    """One piece of audio of a long text, with its times and what else the provider wrote about it. ``name`` is the
    path the provider gave it. Where the provider only tells an address, ``audio`` is empty and ``audio_url`` says where
    it is, for a limited time: the caller fetches it through the guarded fetcher."""

    name: str
    audio: bytes = field(default=b"", repr=False)
    container: str
    audio_url: str | None = field(default=None, repr=False)
    subtitles: tuple[Subtitle, ...] = ()
    extra: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTextResult:
    """What became of a long text, in the order of the archive: one part per text or file."""

    parts: tuple[LongTextPart, ...]
    findings: tuple[Finding, ...] = ()
