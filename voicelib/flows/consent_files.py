"""The proofs of a consent: bounded, judged by their bytes, never shown inside a page of ours."""

from __future__ import annotations

import hashlib
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from accounts.errors import InvalidInputError, NotFoundError
from accounts.payer import Actor
from providers.audio import sniff
from providers.probe import NotAudioError, probe
from voicelib.flows.history import note_consent
from voicelib.flows.samples import STORAGE
from voicelib.models import Consent, ConsentFile
from voicelib.names import checked_line

LARGEST_BYTES = 20 * 1024 * 1024
LONGEST_MS = 10 * 60 * 1000
_PAPERS = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"))
Kind = ConsentFile.Kind


def add_consent_file(*, consent: Consent, actor: Actor, file: IO[bytes], kind: str, name: str) -> ConsentFile:
    """Keep the spoken statement (`spoken`: audio of at most 10 minutes) or a paper (`evidence`: PDF, PNG, JPEG, audio).

    At most 20 MB and a byte are read; the same content again is the same file. Raises InvalidInputError (field):
    `consent_file_empty`, `consent_file_too_large`, `consent_file_unsupported`, `consent_file_too_long`. No transaction
    is open while the storage works.
    """
    if kind not in Kind.values:
        raise InvalidInputError(f"It is one of {', '.join(Kind.values)}.", field="kind")
    name = checked_line("name", name, 200)
    content = file.read(LARGEST_BYTES + 1)
    found, duration_ms = _judged(content, kind)
    sha256 = hashlib.sha256(content).hexdigest()
    known = ConsentFile.objects.filter(consent=consent, sha256=sha256).first()
    if known is not None:
        return known
    key = f"{consent.team_id}/consents/{consent.id}/{sha256}.{found}"
    if not storages[STORAGE].exists(key):
        key = storages[STORAGE].save(key, ContentFile(content))
    try:
        with transaction.atomic():
            kept = ConsentFile.objects.create(
                consent=consent,
                kind=kind,
                name=name,
                storage_key=key,
                sha256=sha256,
                size=len(content),
                format=found,
                duration_ms=duration_ms,
                added_by=actor.name,
            )
            data = {"file": kept.id, "kind": kind, "name": name, "sha256": sha256}
            note_consent(consent=consent, kind="consent.file_added", actor=actor, data=data)
            return kept
    except IntegrityError:
        return ConsentFile.objects.get(consent=consent, sha256=sha256)


def consent_file_of(*, consent: Consent, file_id: str) -> ConsentFile:
    """A file of the consent. Raises NotFoundError `consent_file_not_found`."""
    found = ConsentFile.objects.filter(consent=consent, id=file_id).first()
    if found is None:
        raise NotFoundError("The consent has no such file.", code="consent_file_not_found")
    return found


def read_consent_file(kept: ConsentFile) -> bytes:
    """Its content. Raises NotFoundError where the storage has lost it."""
    try:
        with storages[STORAGE].open(kept.storage_key, "rb") as file:
            content: bytes = file.read()
            return content
    except FileNotFoundError:
        raise NotFoundError("The storage does not have the file.", code="consent_file_not_found") from None


def _judged(content: bytes, kind: str) -> tuple[str, int | None]:
    """Format, and duration of audio."""
    if not content:
        raise InvalidInputError("The file is empty.", code="consent_file_empty", field="file")
    if len(content) > LARGEST_BYTES:
        raise InvalidInputError("It is larger than 20 MB.", code="consent_file_too_large", field="file")
    paper = next((name for start, name in _PAPERS if content.startswith(start)), None)
    if paper is not None and kind == Kind.EVIDENCE:
        return paper, None
    audio = sniff(content)
    if audio is None or paper is not None:
        wanted = "audio" if kind == Kind.SPOKEN else "PDF, PNG, JPEG or audio"
        raise InvalidInputError(f"By its content this is no {wanted}.", code="consent_file_unsupported", field="file")
    try:
        probed = probe(content, max_ms=LONGEST_MS + 1000)
    except NotAudioError as error:
        raise InvalidInputError(f"{error}.", code="consent_file_unsupported", field="file") from None
    if probed.duration_ms > LONGEST_MS:
        raise InvalidInputError("It lasts more than 10 minutes.", code="consent_file_too_long", field="file")
    return audio, probed.duration_ms
