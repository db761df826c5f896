"""Source recordings: judged by their bytes, kept once per content."""

from __future__ import annotations

import hashlib
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from accounts import events
from accounts.errors import NotFoundError
from accounts.models import Team
from accounts.payer import Actor
from providers.audio import sniff
from providers.probe import NotAudioError, Probed, probe
from voicelib.errors import SampleRefusedError
from voicelib.models import Sample
from voicelib.names import checked_line
from voicelib.sample_rules import (
    LARGEST_BYTES,
    LONGEST_MS,
    Finding,
    Recording,
    check_format,
    check_recording,
    check_size,
)

STORAGE = "samples"


def add_sample(*, team: Team, actor: Actor, file: IO[bytes], name: str) -> Sample:
    """Keep a recording from which a voice can be cloned. The same content again is the same sample.

    At most 20 MB and a byte are read. Raises SampleRefusedError (field `file`) with the reason, InvalidInputError for
    the name. No transaction is open while the storage works.
    """
    content = file.read(LARGEST_BYTES + 1)
    name = checked_line("name", name, 200)
    check_size(len(content))
    check_format(sniff(content))
    sha256 = hashlib.sha256(content).hexdigest()
    known = Sample.objects.filter(team=team, sha256=sha256).first()
    if known is not None:
        return known
    probed = _probed(content)
    findings = check_recording(_recording(content, probed))
    key = _store(f"{team.id}/{sha256}.{probed.container}", content)
    return _record(team, actor, name, sha256, len(content), key, probed, findings)


def sample_of(*, team: Team, sample_id: str) -> Sample:
    """The team's sample. Raises NotFoundError."""
    sample = Sample.objects.filter(team=team, id=sample_id).first()
    if sample is None:
        raise NotFoundError("There is no such sample.", code="sample_not_found")
    return sample


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


def _recording(content: bytes, probed: Probed) -> Recording:
    return Recording(
        format=probed.container,
        size=len(content),
        duration_ms=probed.duration_ms,
        sample_rate=probed.sample_rate,
        channels=probed.channels,
        loudness_lufs=probed.loudness_lufs,
        true_peak_db=probed.true_peak_db,
        silence_ratio=probed.silence_ratio,
    )


def _store(key: str, content: bytes) -> str:
    storage = storages[STORAGE]
    # A crash may have left half a file under this name; a whole one need not be written again.
    if storage.exists(key):
        if storage.size(key) == len(content):
            return key
        storage.delete(key)
    return storage.save(key, ContentFile(content))


def _record(
    team: Team, actor: Actor, name: str, sha256: str, size: int, key: str, probed: Probed, findings: list[Finding]
) -> Sample:
    sample = Sample(
        team=team,
        name=name,
        storage_key=key,
        sha256=sha256,
        size=size,
        format=probed.container,
        sample_rate=probed.sample_rate,
        channels=probed.channels,
        duration_ms=probed.duration_ms,
        loudness_lufs=probed.loudness_lufs,
        findings=[finding.as_json() for finding in findings],
    )
    try:
        with transaction.atomic():
            sample.save(force_insert=True)
            events.record(
                team_id=team.id,
                kind="sample.added",
                subject_type="sample",
                subject_id=sample.id,
                subject_title=name,
                actor=actor,
                data={"sha256": sha256, "duration_ms": probed.duration_ms},
            )
    except IntegrityError:
        # The same content came twice at the same time.
        return Sample.objects.get(team=team, sha256=sha256)
    return sample
