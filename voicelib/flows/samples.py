"""Source recordings: judged by their bytes, kept once per content."""

from __future__ import annotations

import hashlib
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import events
from accounts.errors import NotFoundError
from accounts.models import Team
from accounts.payer import Actor
from providers.audio import sniff
from providers.probe import NotAudioError, Probed, probe
from providers.waveform import Shape, shape_of
from voicelib.errors import SampleRefusedError, VoiceRefusedError
from voicelib.models import Sample
from voicelib.names import checked_line
from voicelib.sample_rules import (
    LARGEST_BYTES,
    LONGEST_MS,
    Recording,
    check_format,
    check_recording,
    check_size,
)

STORAGE = "samples"


def add_sample(
    *,
    team: Team,
    actor: Actor,
    file: IO[bytes],
    name: str,
    purpose: str = Sample.Purpose.VOICE,
    largest: int = LARGEST_BYTES,
) -> Sample:
    """Keep a recording from which a voice can be cloned, or with `purpose` "prompt" one that stands beside it.

    The same content again is the same sample. At most `largest` bytes and one more are read. Raises SampleRefusedError
    (field `file`) with the reason, InvalidInputError for the name. No transaction is open while the storage works.
    """
    content = file.read(largest + 1)
    name = checked_line("name", name, 200)
    check_size(len(content), largest=largest)
    check_format(sniff(content))
    sha256 = hashlib.sha256(content).hexdigest()
    known = Sample.objects.filter(team=team, sha256=sha256).first()
    # What was purged, or lost by the storage, is kept anew.
    if known is not None and is_stored(known):
        return known
    sample = described(content, is_prompt=purpose == Sample.Purpose.PROMPT)
    sample.team, sample.name, sample.purpose = team, name, purpose
    return keep_sample(sample=sample, content=content, actor=actor)


def described(content: bytes, *, is_prompt: bool = False, is_judged: bool = True) -> Sample:
    """A sample with everything that its bytes tell, not saved yet.

    Raises SampleRefusedError for what cannot be cloned, or is no audio; without `is_judged` for the latter only.
    """
    probed = _probed(content)
    shape = shape_of(content) if probed.duration_ms <= LONGEST_MS else None
    recording = _recording(content, probed, shape)
    findings = check_recording(recording, is_prompt=is_prompt) if is_judged else []
    return Sample(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        format=probed.container,
        sample_rate=probed.sample_rate,
        channels=probed.channels,
        duration_ms=probed.duration_ms,
        loudness_lufs=probed.loudness_lufs,
        measures={} if shape is None else _measures(probed, shape),
        peaks=[] if shape is None else list(shape.peaks),
        findings=[finding.as_json() for finding in findings],
    )


def keep_sample(*, sample: Sample, content: bytes, actor: Actor, kind: str = "sample.added") -> Sample:
    """Store the bytes and save the row with its event; the one that is there already where the content came twice."""
    key = f"{sample.team_id}/{sample.sha256}.{sample.format}"
    sample.storage_key = store_recording(key, content)
    made_of = {"made_of": sample.parent_id, "recipe": sample.recipe} if sample.parent_id else {}
    try:
        with transaction.atomic():
            sample.save(force_insert=True)
            events.record(
                team_id=sample.team_id,
                kind=kind,
                subject_type="sample",
                subject_id=sample.id,
                subject_title=sample.name,
                actor=actor,
                data={"sha256": sample.sha256, "duration_ms": sample.duration_ms, **made_of},
            )
    except IntegrityError:
        # The same content came twice at the same time, or the recipe was followed twice.
        same = Q(sha256=sample.sha256) | Q(parent__isnull=False, parent=sample.parent, recipe_key=sample.recipe_key)
        return Sample.objects.filter(same, team=sample.team).order_by("id")[0]
    return sample


def measure_sample(sample: Sample) -> Sample:
    """Draw and measure a sample that came before that was done; one that is measured stays as it is.

    Raises VoiceRefusedError `sample_not_stored`.
    """
    if sample.peaks:
        return sample
    try:
        content = read_sample(sample)
    except FileNotFoundError:
        raise VoiceRefusedError("The storage does not have the sample any more.", code="sample_not_stored") from None
    found = described(content, is_judged=False)
    sample.measures, sample.peaks = found.measures, found.peaks
    sample.save(update_fields=["measures", "peaks"])
    return sample


def sample_of(*, team: Team, sample_id: str) -> Sample:
    """The team's sample. Raises NotFoundError."""
    sample = Sample.objects.filter(team=team, id=sample_id).first()
    if sample is None:
        raise NotFoundError("There is no such sample.", code="sample_not_found")
    return sample


def audiowaveform(sample: Sample) -> dict[str, Any]:
    """The peaks of a measured sample in the shape of an audiowaveform JSON file, which web players know."""
    length = len(sample.peaks) // 2
    samples = sample.duration_ms * sample.sample_rate // 1000
    return {
        "version": 2,
        "channels": 1,
        "sample_rate": sample.sample_rate,
        "samples_per_pixel": round(samples / length) if length else 0,
        "bits": 8,
        "length": length,
        "data": sample.peaks,
    }


def read_sample(sample: Sample) -> bytes:
    """The recording itself, from storage. Raises FileNotFoundError where the storage has lost it."""
    with storages[STORAGE].open(sample.storage_key, "rb") as file:
        content: bytes = file.read()
        return content


def is_stored(sample: Sample) -> bool:
    """Whether the storage still has the recording."""
    return storages[STORAGE].exists(sample.storage_key)


def _probed(content: bytes) -> Probed:
    try:
        # Twice the limit is enough to tell how long it is; a small file can hold days of silence.
        return probe(content, max_ms=2 * LONGEST_MS)
    except NotAudioError as error:
        raise SampleRefusedError(f"{error}.", code="sample_not_audio") from None


def _recording(content: bytes, probed: Probed, shape: Shape | None) -> Recording:
    facts: dict[str, Any] = {}
    if shape is not None:
        facts = {
            "speech_ratio": shape.activity.ratio,
            "snr_db": shape.snr_db,
            "lead_ms": shape.lead_ms,
            "tail_ms": shape.tail_ms,
            "clipped_samples": shape.clipped_samples,
        }
    return Recording(
        format=probed.container,
        size=len(content),
        duration_ms=probed.duration_ms,
        sample_rate=probed.sample_rate,
        channels=probed.channels,
        loudness_lufs=probed.loudness_lufs,
        true_peak_db=probed.true_peak_db,
        silence_ratio=probed.silence_ratio,
        **facts,
    )


def _measures(probed: Probed, shape: Shape) -> dict[str, Any]:
    return {
        "true_peak_db": probed.true_peak_db,
        "silence_ratio": round(probed.silence_ratio, 3),
        "lead_ms": shape.lead_ms,
        "tail_ms": shape.tail_ms,
        "clipped_samples": shape.clipped_samples,
        "speech_ratio": shape.activity.ratio,
        "speech_level_db": shape.activity.level_db,
        "noise_floor_db": shape.noise_floor_db,
        "snr_db": shape.snr_db,
    }


def store_recording(key: str, content: bytes) -> str:
    """Write the bytes under the key, once; the key under which they are."""
    storage = storages[STORAGE]
    # A crash may have left half a file under this name; a whole one need not be written again.
    if storage.exists(key):
        if storage.size(key) == len(content):
            return key
        storage.delete(key)
    return storage.save(key, ContentFile(content))
