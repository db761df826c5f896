"""Answers of paid calls on local disk, from the moment they arrive until the audio is safe in storage.

A crash after `keep` returned never pays again. One file per attempt: a line of JSON, then the audio as it came.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

_SUFFIX = ".answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a paid call brought: the same value live and after a crash. `facts` is JSON that the caller understands."""

    audio: bytes = field(repr=False)
    billed_characters: int | None
    trace_id: str
    facts: dict[str, Any] = field(default_factory=dict)


def keep(attempt_id: str, answer: Answer) -> None:
    """Write the answer so that it survives the machine (file and folder are synced before this returns)."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    head = {"billed_characters": answer.billed_characters, "trace_id": answer.trace_id, "facts": answer.facts}
    fresh = folder / f"{attempt_id}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(head, ensure_ascii=False).encode() + b"\n" + answer.audio)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / f"{attempt_id}{_SUFFIX}")
    _sync_folder(folder)


def find(attempt_id: str) -> Answer | None:
    """The kept answer of an attempt, or None on this machine."""
    try:
        content = (_folder() / f"{attempt_id}{_SUFFIX}").read_bytes()
    except FileNotFoundError:
        return None
    head, _, audio = content.partition(b"\n")
    return Answer(audio=audio, **json.loads(head))


def drop(attempt_id: str) -> None:
    """Forget an answer that is safe elsewhere."""
    (_folder() / f"{attempt_id}{_SUFFIX}").unlink(missing_ok=True)


def kept() -> Iterator[str]:
    """Attempts whose answers lie here."""
    if _folder().is_dir():
        for path in sorted(_folder().glob(f"*{_SUFFIX}")):
            yield path.name.removesuffix(_SUFFIX)


def _folder() -> Path:
    return Path(settings.SPOOL_DIR)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
