"""Taking a speaker's voice out of the house once the consent has ended: at the providers, and the recordings here.

The certificate is read from the rows each time: what a provider has not confirmed is `pending`, what it cannot do is
`not_offered`. The consent itself, its statement and the books stay: they are the proof.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q

from accounts import clock
from accounts.backoff import wait_seconds
from accounts.doorbell import ring
from accounts.errors import ConflictError, NotFoundError
from accounts.models import Team
from accounts.payer import Actor
from voicelib.flows.deletion import ask_deletion
from voicelib.flows.history import note_consent
from voicelib.flows.samples import STORAGE
from voicelib.models import (
    Consent,
    ConsentFile,
    Deletion,
    ProviderVoice,
    Purge,
    Sample,
    StatementHearing,
    StatementText,
    Voice,
)

PURGE_TASK = "voicelib.tasks.purge_files"
_BATCH = 100
_FIRST_WAIT, _LONGEST_WAIT = 30.0, 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What became of everything that was made under a consent. `homes` and `files` are lines of plain values; the words
    of the consent, the published text they come from and where they were heard stand beside them."""

    state: str
    asked_at: datetime
    asked_by: str
    reason: str
    ended_at: datetime | None
    homes: list[dict[str, Any]]
    files: list[dict[str, Any]]
    speaker: str
    statement: str
    statement_text: StatementText | None
    hearings: list[StatementHearing]


def ask_purge(*, team: Team, consent_id: str, actor: Actor, reason: str = "") -> Purge:
    """Delete everything made under an ended consent: its voices at their providers, samples and previews here.

    It cannot be undone. Asked again, the standing purge is returned. A recording that a voice under another consent
    uses is kept, and the certificate says so. Raises NotFoundError, ConflictError `consent_still_valid`.
    """
    with transaction.atomic():
        consent = Consent.objects.select_for_update(no_key=True).filter(team=team, id=consent_id).first()
        if consent is None:
            raise NotFoundError("There is no such consent.", code="consent_not_found")
        standing = Purge.objects.filter(consent=consent).first()
        if standing is not None:
            return standing
        if consent.refusal(clock.now()) is None:
            raise ConflictError("The consent is valid. Revoke it first.", code="consent_still_valid")
        homes = list(ProviderVoice.objects.filter(voice__consent=consent).select_related("voice").order_by("id"))
        purge = Purge.objects.create(
            consent=consent,
            reason=reason[:500],
            asked_by=actor.name,
            home_ids=[home.id for home in homes],
            files=[*_samples_of(consent), *_previews_of(homes)],
            due_at=clock.real_now(),
        )
        for home in homes:
            if home.state != ProviderVoice.State.DELETED:
                ask_deletion(home=home, actor=actor, reason=reason)
        data = {"reason": reason, "homes": len(homes)}
        note_consent(consent=consent, kind="consent.purge_asked", actor=actor, data=data)
        ring(PURGE_TASK, purge.id)
        return purge


def certificate_of(*, consent: Consent) -> Certificate:
    """What is known now. Raises NotFoundError `purge_not_found` where none was asked for."""
    purge = Purge.objects.filter(consent=consent).first()
    if purge is None:
        raise NotFoundError("Nothing was purged under this consent.", code="purge_not_found")
    homes = ProviderVoice.objects.filter(id__in=purge.home_ids).select_related("voice", "provider_account")
    deletions = {row.home_id: row for row in Deletion.objects.filter(home__in=homes, undone_at__isnull=True)}
    lines = [_home_line(home, deletions.get(home.id)) for home in homes.order_by("id")]
    is_done = purge.due_at is None and all(line["outcome"] != Deletion.Outcome.PENDING for line in lines)
    ends = [purge.files_ended_at, *(line["at"] for line in lines)]
    return Certificate(
        state="done" if is_done else "pending",
        asked_at=purge.asked_at,
        asked_by=purge.asked_by,
        reason=purge.reason,
        ended_at=max((end for end in ends if end is not None), default=None) if is_done else None,
        homes=lines,
        files=[{name: value for name, value in line.items() if name != "key"} for line in purge.files],
        speaker=consent.speaker,
        statement=consent.statement,
        statement_text=consent.statement_text,
        hearings=list(consent.hearings.order_by("id")),
    )


def purge_tick() -> int:
    """Ring the worker for files that are to be deleted; how many purges. Real time."""
    due = list(Purge.objects.filter(due_at__lte=clock.real_now()).values_list("id", flat=True)[:_BATCH])
    for purge_id in due:
        ring(PURGE_TASK, purge_id)
    return len(due)


def purge_files(*, purge_id: str) -> None:
    """Delete the files of a purge that is due. Safe to repeat; what the storage refuses is tried again and raised."""
    now = clock.real_now()
    lease = now + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    if not Purge.objects.filter(id=purge_id, due_at__lte=now).update(due_at=lease):
        return
    purge = Purge.objects.select_related("consent").get(id=purge_id)
    try:
        for line in purge.files:
            if line["outcome"] == "pending":
                _delete_file(purge, line)
    except Exception:
        luck = random.random()  # noqa: S311 - spreads retries, guards nothing
        wait = wait_seconds(purge.tries + 1, luck, first=_FIRST_WAIT, longest=_LONGEST_WAIT)
        due_at = clock.real_now() + timedelta(seconds=wait)
        Purge.objects.filter(id=purge.id).update(files=purge.files, due_at=due_at, tries=purge.tries + 1)
        raise
    with transaction.atomic():
        Purge.objects.filter(id=purge.id).update(files=purge.files, due_at=None, files_ended_at=clock.now())
        deleted = sum(line["outcome"] == "deleted" for line in purge.files)
        data = {"deleted": deleted, "kept": len(purge.files) - deleted}
        note_consent(consent=purge.consent, kind="consent.files_purged", data=data)


def _delete_file(purge: Purge, line: dict[str, Any]) -> None:
    others = _other_users(line, purge.consent)
    if others:
        line.update(outcome="kept", why=f"used by {', '.join(others)} under another consent")
    else:
        storages[STORAGE].delete(line["key"])
        line.update(outcome="deleted", why="")
        if line["kind"] == "preview":
            ProviderVoice.objects.filter(id=line["id"]).update(preview_key="")
    line["at"] = clock.now().isoformat()


def _other_users(line: dict[str, Any], consent: Consent) -> list[str]:
    """Voices under another consent that are cloned from this recording."""
    samples = Sample.objects.filter(storage_key=line["key"])
    kept = Q(recordings__sample__in=samples, recordings__removed_at__isnull=True)
    of_homes = ProviderVoice.objects.filter(Q(sample__in=samples) | Q(prompt_sample__in=samples))
    voices = (
        Voice.objects.filter(Q(sample__in=samples) | Q(id__in=of_homes.values("voice")) | kept)
        .distinct()
        .exclude(consent=consent)
        .exclude(consent__isnull=True)
    )
    return list(voices.order_by("slug").values_list("slug", flat=True))


def _samples_of(consent: Consent) -> list[dict[str, Any]]:
    """All recordings of the voices, what homes were cloned from and samples of the spoken statement, with what they
    were made of and what was made of them."""
    homes = ProviderVoice.objects.filter(voice__consent=consent)
    used = [homes.values(name) for name in ("sample", "handed_over", "prompt_sample")]
    of_homes = Q(id__in=used[0]) | Q(id__in=used[1]) | Q(id__in=used[2])
    of_voices = Q(voices__consent=consent) | Q(in_voices__voice__consent=consent)
    spoken = ConsentFile.objects.filter(consent=consent, kind=ConsentFile.Kind.SPOKEN)
    of_statement = Q(team=consent.team_id, sha256__in=spoken.values("sha256"))
    found = {sample.id: sample for sample in Sample.objects.filter(of_voices | of_homes | of_statement).distinct()}
    fresh = list(found.values())
    while fresh:
        ids = [sample.id for sample in fresh]
        kin = Sample.objects.filter(Q(parent__in=ids) | Q(derived__in=ids)).distinct()
        fresh = [sample for sample in kin if sample.id not in found]
        found |= {sample.id: sample for sample in fresh}
    samples = sorted(found.values(), key=lambda sample: sample.id)
    return [_file_line("sample", sample.id, sample.name, sample.storage_key) for sample in samples]


def _previews_of(homes: list[ProviderVoice]) -> list[dict[str, Any]]:
    return [_file_line("preview", home.id, home.voice.name, home.preview_key) for home in homes if home.preview_key]


def _file_line(kind: str, file_id: str, title: str, key: str) -> dict[str, Any]:
    return {"kind": kind, "id": file_id, "title": title, "key": key, "outcome": "pending", "why": "", "at": None}


def _home_line(home: ProviderVoice, deletion: Deletion | None) -> dict[str, Any]:
    error = None if deletion is None else deletion.last_error
    return {
        "voice": home.voice.slug,
        "provider_account": home.provider_account.slug,
        "provider": home.provider_account.provider,
        "provider_voice_id": home.vendor_voice_id,
        "generation": home.generation,
        "outcome": Deletion.Outcome.PENDING if deletion is None else deletion.outcome,
        "existed": None if deletion is None else deletion.existed,
        "at": None if deletion is None else deletion.ended_at,
        "trace_id": "" if deletion is None else deletion.trace_id,
        "why": "" if error is None else error["message"],
    }
