"""The words for voices made up from a description: values only, in the units of ``providers.types``."""

from __future__ import annotations

from dataclasses import dataclass, field

from providers.types import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRequest:
    """A voice to make up from a description. ``preview_text`` is spoken at once, and billed. Without ``voice_id`` the
    provider picks one."""

    prompt: str
    preview_text: str
    voice_id: str | None = None
    watermark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignResult:
    """A voice the provider made up. ``preview`` is empty when it could not be read, which is a finding: the voice is
    there all the same. Where it came as an address, ``preview_url`` says so and is to be fetched soon."""

    voice_id: str
    preview: bytes = field(repr=False)
    container: str = ""
    billed_characters: int | None = None
    trace_id: str = ""
    findings: tuple[Finding, ...] = ()
    preview_url: str | None = None
