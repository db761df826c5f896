"""Recordings of the library as files to listen to: samples, and what a provider spoke while it cloned."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.storage import storages
from django.db.models import Q

from accounts import clock
from accounts.errors import NotFoundError, PermissionDeniedError
from voicelib.errors import VoiceRefusedError
from voicelib.flows.sample_links import MEDIA_TYPES
from voicelib.flows.samples import STORAGE
from voicelib.flows.voices import refuse_suspended
from voicelib.models import ProviderVoice, Sample, Voice

_ANY_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file in STORAGES["samples"], and how it is called when it is given out."""

    key: str
    size: int
    sha256: str
    media_type: str
    filename: str


def recording_of(sample: Sample) -> Recording:
    """The sample's own file. Raises PermissionDeniedError `voice_suspended` (or why the consent does not hold) where
    every voice that it belongs to is refused."""
    refusals = [_refusal(voice) for voice in _voices_with(sample)]
    standing = [refusal for refusal in refusals if refusal is not None]
    if standing and len(standing) == len(refusals):
        raise standing[0]
    return Recording(
        key=sample.storage_key,
        size=sample.size,
        sha256=sample.sha256,
        media_type=MEDIA_TYPES.get(sample.format, _ANY_TYPE),
        filename=f"{sample.id}.{sample.format}",
    )


def preview_of(home: ProviderVoice) -> Recording:
    """What the provider spoke with the fresh clone. Raises PermissionDeniedError `voice_suspended` (or why the consent
    does not hold), NotFoundError `preview_missing`. No transaction may be open."""
    refusal = _refusal(home.voice)
    if refusal is not None:
        raise refusal
    missing = NotFoundError(
        "This home has no preview; it was not asked for, or is not fetched.", code="preview_missing"
    )
    if not home.preview_key:
        raise missing
    try:
        size = storages[STORAGE].size(home.preview_key)
    except FileNotFoundError:
        raise missing from None
    # Kept under the hash of its content.
    name, _, container = home.preview_key.rpartition("/")[2].rpartition(".")
    return Recording(
        key=home.preview_key,
        size=size,
        sha256=name,
        media_type=MEDIA_TYPES.get(container, _ANY_TYPE),
        filename=f"{home.voice.slug}-preview-{home.generation}.{container}",
    )


def _refusal(voice: Voice) -> PermissionDeniedError | None:
    """Suspension refuses what was made before it, too."""
    try:
        refuse_suspended(voice, clock.now())
    except VoiceRefusedError as refused:
        return PermissionDeniedError(refused.detail, code=refused.code, field="voice")
    return None


def _voices_with(sample: Sample) -> list[Voice]:
    chosen, kept = Q(sample=sample), Q(recordings__sample=sample, recordings__removed_at__isnull=True)
    ordered = Q(homes__sample=sample) | Q(homes__handed_over=sample) | Q(homes__prompt_sample=sample)
    voices = Voice.objects.filter(chosen | kept | ordered, team_id=sample.team_id)
    return list(voices.select_related("consent").order_by("id").distinct())
