"""Large recordings go straight into the store: asked for, sent by whoever asked, then looked at.

An object store is handed a signed form that bounds size and type; local files are received by a view of ours behind a
signed URL, in the same shape. Nothing is a sample before its bytes were judged; what is abandoned is swept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from django.conf import settings
from django.core import signing
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.urls import reverse

from accounts import clock
from accounts.errors import ConflictError, NotFoundError, PermissionDeniedError
from accounts.ids import new_id
from accounts.models import Team
from accounts.payer import Actor
from voicelib.errors import SampleRefusedError
from voicelib.flows.samples import STORAGE, add_sample
from voicelib.models import Sample, SampleUpload
from voicelib.names import checked_line
from voicelib.sample_rules import LARGEST_UPLOAD_BYTES, check_size

UPLOAD_SECONDS = 3600
# What was begun in time may go on for a while.
_SWEEP_AFTER = timedelta(minutes=30)
_SALT = "voicelib.upload"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where and how the bytes are sent: a multipart POST of `fields` and then the file as `file`, without our token."""

    url: str
    fields: dict[str, str]


def begin_upload(
    *, team: Team, name: str, size: int, content_type: str, purpose: str = Sample.Purpose.VOICE
) -> tuple[SampleUpload, UploadForm]:
    """Make room for a recording of at most `size` bytes, for an hour.

    Raises SampleRefusedError (`sample_empty`, `sample_too_large`), InvalidInputError for the name.
    """
    check_size(size, largest=LARGEST_UPLOAD_BYTES)
    upload_id, expires_at = new_id(), clock.real_now() + timedelta(seconds=UPLOAD_SECONDS)
    upload = SampleUpload.objects.create(
        id=upload_id,
        team=team,
        name=checked_line("name", name, 200),
        purpose=purpose,
        size=size,
        storage_key=f"uploads/{team.id}/{upload_id}",
        expires_at=expires_at,
        sweep_at=expires_at + _SWEEP_AFTER,
    )
    return upload, _form(upload, content_type)


def receive_upload(*, token: str, file: File[Any]) -> None:
    """Keep what was sent to our own signed URL; sent again, it takes the place of the first.

    Raises PermissionDeniedError `upload_url_invalid`, SampleRefusedError `sample_too_large`.
    """
    try:
        upload_id = signing.loads(token, salt=_SALT, max_age=UPLOAD_SECONDS)
    except signing.BadSignature:
        raise PermissionDeniedError("This link has ended, or is not one of ours.", code="upload_url_invalid") from None
    upload = SampleUpload.objects.filter(id=upload_id, sample__isnull=True, refusal="").first()
    if upload is None:
        raise PermissionDeniedError("This upload has ended.", code="upload_url_invalid")
    check_size(file.size, largest=upload.size)
    storage = storages[STORAGE]
    storage.delete(upload.storage_key)
    storage.save(upload.storage_key, file)


def complete_upload(*, team: Team, upload_id: str, actor: Actor) -> Sample:
    """Judge what arrived and make it a sample; said again, the same sample.

    Raises NotFoundError `upload_not_found`, ConflictError `upload_missing` where nothing arrived, `upload_ended` where
    it was refused before or swept, SampleRefusedError with the reason.
    """
    upload = SampleUpload.objects.filter(team=team, id=upload_id).select_related("sample").first()
    if upload is None:
        raise NotFoundError("There is no such upload.", code="upload_not_found")
    if upload.sample is not None:
        return upload.sample
    if upload.refusal or upload.sweep_at is None:
        raise ConflictError("This upload has ended; begin another one.", code="upload_ended")
    try:
        sample = _judged(upload, actor)
    except SampleRefusedError as refusal:
        SampleUpload.objects.filter(id=upload.id).update(refusal=refusal.code)
        _sweep(upload)
        raise
    SampleUpload.objects.filter(id=upload.id).update(sample=sample)
    _sweep(upload)
    return sample


def sweep_uploads() -> int:
    """Delete what was sent and never confirmed, or could not be deleted before; how many. Real time."""
    due = list(SampleUpload.objects.filter(sweep_at__lte=clock.real_now()).order_by("sweep_at")[:_BATCH])
    for upload in due:
        _sweep(upload)
    return len(due)


def _judged(upload: SampleUpload, actor: Actor) -> Sample:
    storage = storages[STORAGE]
    if not storage.exists(upload.storage_key):
        raise ConflictError("Nothing has arrived yet; send the file first.", code="upload_missing")
    check_size(storage.size(upload.storage_key), largest=upload.size)
    with storage.open(upload.storage_key, "rb") as file:
        content: IO[bytes] = file
        return add_sample(
            team=upload.team,
            actor=actor,
            file=content,
            name=upload.name,
            purpose=upload.purpose,
            largest=LARGEST_UPLOAD_BYTES,
        )


def _sweep(upload: SampleUpload) -> None:
    storages[STORAGE].delete(upload.storage_key)
    SampleUpload.objects.filter(id=upload.id).update(sweep_at=None)


def _form(upload: SampleUpload, content_type: str) -> UploadForm:
    storage: Any = storages[STORAGE]
    if isinstance(storage, FileSystemStorage):
        path = reverse("sample-upload", kwargs={"token": signing.dumps(upload.id, salt=_SALT)})
        return UploadForm(f"{settings.PUBLIC_URL}{path}", {})
    signed = storage.connection.meta.client.generate_presigned_post(
        Bucket=storage.bucket_name,
        Key=upload.storage_key,
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, upload.size]],
        ExpiresIn=UPLOAD_SECONDS,
    )
    return UploadForm(signed["url"], signed["fields"])
