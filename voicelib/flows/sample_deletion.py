"""Deleting recordings that nothing is made of."""

from __future__ import annotations

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q

from accounts import events
from accounts.payer import Actor
from voicelib.errors import VoiceRefusedError
from voicelib.flows.samples import STORAGE
from voicelib.models import ConsentFile, ProviderVoice, Sample, SampleUpload, Voice


def delete_sample(*, sample: Sample, actor: Actor) -> None:
    """Delete a recording for good, here: its file where nothing else is kept under the same key, then its row.

    The file goes first, and without an open transaction: where the storage fails, the row stays and the same wish can
    be repeated. Raises VoiceRefusedError `sample_in_use` while a voice keeps it, a home was made of it or another
    sample is derived from it.
    """
    _refuse_used(sample)
    if not _is_shared(sample):
        storages[STORAGE].delete(sample.storage_key)
    with transaction.atomic():
        standing = Sample.objects.select_for_update().filter(id=sample.id).first()
        if standing is None:
            return
        # Whoever took it up in this moment is told that the storage does not have it (`sample_not_stored`).
        _refuse_used(standing)
        standing.delete()
        events.record(
            team_id=sample.team_id,
            kind="sample.deleted",
            subject_type="sample",
            subject_id=sample.id,
            subject_title=sample.name,
            actor=actor,
            data={"sha256": sample.sha256},
        )


def _refuse_used(sample: Sample) -> None:
    homes = ProviderVoice.objects.filter(Q(sample=sample) | Q(handed_over=sample) | Q(prompt_sample=sample))
    kept = Q(recordings__sample=sample, recordings__removed_at__isnull=True)
    voices = Voice.objects.filter(Q(sample=sample) | kept | Q(id__in=homes.values("voice"))).distinct()
    slugs = list(voices.order_by("slug").values_list("slug", flat=True))
    derived = list(sample.derived.order_by("id").values_list("id", flat=True))
    if slugs or derived:
        raise VoiceRefusedError(
            f"It is used by {', '.join(slugs)}." if slugs else "Other samples are made of it; delete them first.",
            code="sample_in_use",
            data={"voices": slugs, "samples": derived},
        )


def _is_shared(sample: Sample) -> bool:
    """Whether something else is kept under the same key."""
    key = sample.storage_key
    others = (
        Sample.objects.filter(storage_key=key).exclude(id=sample.id),
        ConsentFile.objects.filter(storage_key=key),
        ProviderVoice.objects.filter(preview_key=key),
        SampleUpload.objects.filter(storage_key=key, sweep_at__isnull=False),
    )
    return any(rows.exists() for rows in others)
