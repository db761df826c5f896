"""What a synthesis brought, as it is spooled and as it is described after decoding. Pure: bytes in, facts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.spool import Answer
from providers.audio import plausible_duration
from providers.probe import NotAudioError, probe, wrap_pcm
from providers.types import SpeechRequest, SpeechResult

_MULAW_RATE = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Audio as it really is. `findings`: [{"code", "severity", "message"}], things to look at that are no error."""

    container: str
    sample_rate: int
    channels: int
    duration_ms: int
    findings: list[dict[str, str]]


def spooled(result: SpeechResult) -> Answer:
    """The answer of a paid synthesis in the spool's words."""
    return Answer(
        audio=result.audio,
        billed_characters=result.billed_characters,
        trace_id=result.trace_id,
        facts={
            "container": result.container,
            "audio_url": result.audio_url,
            "declared_duration_ms": result.duration_ms,
            "findings": [{"code": finding.code, "message": finding.message} for finding in result.findings],
        },
    )


def listen(audio: bytes, facts: dict[str, Any], request: SpeechRequest) -> Heard:
    """Decode the audio and compare it with what was asked. Raises NotAudioError.

    Headerless audio is believed to be as it was asked for: nothing in it says otherwise.
    """
    container, rate, channels, duration_ms = _measured(audio, facts.get("container") or "", request)
    findings = [dict(finding) for finding in facts.get("findings", [])]
    if (rate, channels) != (request.format.sample_rate, request.format.channels):
        findings.append(
            {
                "code": "format_differs",
                "message": f"{request.format.sample_rate} Hz × {request.format.channels} asked for, "
                f"{rate} Hz × {channels} received",
            }
        )
    implausible = plausible_duration(request.text, duration_ms, speed=request.settings.speed or 1.0)
    if implausible is not None:
        findings.append({"code": implausible.code, "message": implausible.message})
    return Heard(
        container=container,
        sample_rate=rate,
        channels=channels,
        duration_ms=duration_ms,
        findings=[{"severity": "warning", **finding} for finding in findings],
    )


def _measured(audio: bytes, container: str, request: SpeechRequest) -> tuple[str, int, int, int]:
    """(container, Hz, channels, ms)."""
    if container == "pcmu_raw":
        if not audio:
            raise NotAudioError("There is no audio.")
        channels = request.format.channels
        return container, _MULAW_RATE, channels, round(len(audio) * 1000 / (_MULAW_RATE * channels))
    if container == "pcm":
        found = probe(wrap_pcm(audio, request.format.sample_rate, request.format.channels))
        return container, found.sample_rate, found.channels, found.duration_ms
    found = probe(audio)
    return found.container, found.sample_rate, found.channels, found.duration_ms
