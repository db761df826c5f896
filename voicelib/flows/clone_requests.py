"""What a provider is asked for when a home is cloned: its recording, its words, its options."""

from __future__ import annotations

from types import MappingProxyType

from accounts.provider_clients import adapter, capabilities_of
from providers.types import ClonePrompt, CloneRequest
from voicelib.clone_options import CloneOptions
from voicelib.flows.sample_links import MEDIA_TYPES, sample_url
from voicelib.models import Consent, ProviderVoice, Sample

# How a file of each container begins: adapters judge recordings by their first bytes.
_HEADS = MappingProxyType(
    {
        "mp3": b"ID3\x04",
        "m4a": b"\x00\x00\x00\x18ftypM4A ",
        "wav": b"RIFF\x00\x00\x00\x00WAVE",
        "pcmu_wav": b"RIFF\x00\x00\x00\x00WAVEfmt \x12\x00\x00\x00\x07\x00",
        "flac": b"fLaC",
        "webm": b"\x1a\x45\xdf\xa3",
        "ogg": b"OggS",
        "opus": b"OggS" + bytes(24) + b"OpusHead",
        "aac": b"",
    }
)


def clone_request(
    home: ProviderVoice, sample: Sample, content: bytes, prompt: Sample | None = None, prompt_content: bytes = b""
) -> CloneRequest:
    """The request for a home, with the bytes of the recording and of the prompt that are handed over."""
    options = CloneOptions(**home.options)
    clone = capabilities_of(home.provider_account).clone
    is_pulled = clone is not None and clone.handover == "url"
    return CloneRequest(
        # A hint where the provider picks the id; the same at every try, another for another home of the voice.
        voice_id=home.vendor_voice_id or adapter(home.provider_account).new_voice_id(home.voice.slug, home.id[-8:]),
        sample=content,
        sample_name=f"{home.voice.slug}.{sample.format}",
        sample_type=MEDIA_TYPES[sample.format],
        sample_duration_ms=sample.duration_ms,
        model=home.model if home.preview_text else None,
        preview_text=home.preview_text or None,
        sample_url=sample_url(sample) if is_pulled else None,
        language_boost=options.language_boost,
        need_noise_reduction=options.noise_reduction,
        need_volume_normalization=options.volume_normalization,
        text_validation=_expected_words(options),
        accuracy=options.accuracy,
        clone_prompt=None
        if prompt is None
        else ClonePrompt(
            prompt_content, options.prompt_text, prompt.duration_ms, sample_url(prompt) if is_pulled else None
        ),
    )


def _expected_words(options: CloneOptions) -> str | None:
    """What the provider is to hear: the words of the consent that was ordered with, which never change."""
    if options.statement_of is None:
        return options.text_validation
    return Consent.objects.get(id=options.statement_of).statement


def rehearsed_request(home: ProviderVoice, sample: Sample, container: str, prompt: Sample | None) -> CloneRequest:
    """The same before anything is read or made over: the recording will be a `container`."""
    heard = _HEADS[container]
    return clone_request(home, sample, heard, prompt, b"" if prompt is None else _HEADS.get(prompt.format, b""))
