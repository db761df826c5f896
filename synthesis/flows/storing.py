"""Audio into the store of clips: keyed by team and content, so that writing twice writes the same."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from synthesis.formats import file_ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Where audio lies: key in STORAGES["clips"], digest and size of its bytes."""

    key: str
    sha256: str
    size: int


def clip_storage() -> Storage:
    """The store of clips."""
    return storages["clips"]


def store_audio(*, team_id: str, audio: bytes, container: str) -> Stored:
    """Put audio under `<team>/<sha256>.<ending>`; already there is fine. Call it outside of any transaction.

    When it returns the bytes survive the machine (local files are synced), so the spool may be dropped.
    """
    digest = hashlib.sha256(audio).hexdigest()
    stored = Stored(key=f"{team_id}/{digest}.{file_ending(container)}", sha256=digest, size=len(audio))
    storage = clip_storage()
    if not _is_whole(storage, stored):
        _write(storage, stored.key, audio)
    return stored


def _is_whole(storage: Storage, stored: Stored) -> bool:
    if not storage.exists(stored.key):
        return False
    if storage.size(stored.key) == stored.size:
        return True
    # A crash in the middle of writing left a stump.
    storage.delete(stored.key)
    return False


def _write(storage: Storage, key: str, audio: bytes) -> None:
    written = storage.save(key, ContentFile(audio))
    if written != key:
        # Someone stored the same bytes in this moment and the storage gave ours another name.
        storage.delete(written)
    elif isinstance(storage, FileSystemStorage):
        _sync(storage.path(key))


def _sync(path: str) -> None:
    for target in (path, os.path.dirname(path)):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
