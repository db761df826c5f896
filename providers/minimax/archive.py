"""The result of a long text: a tar archive with audio, ``*.titles`` and a description (async reference; measured).

For one text there is one folder with three files; for a zip one folder per file; a JSON file with title, content and
extra gives up to nine files. Nothing is ever written to a path of the archive.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from providers.audio import HEADERLESS, sniff
from providers.errors import Category, ProviderError
from providers.long_text import LongTextPart, LongTextResult
from providers.minimax.subtitles import read_subtitles
from providers.types import Finding, Subtitle

_MOST_MEMBERS = 3000
_TITLES = ".titles"
# Where nothing would be written: only what the filter says about a name is wanted.
_NOWHERE = "/nonexistent"
# What a damaged archive makes tarfile raise.
_DAMAGE = (tarfile.TarError, ValueError, ArithmeticError, LookupError, EOFError, RecursionError, OSError)


def unpack(content: bytes, container: str) -> LongTextResult:
    """The parts of an archive. ``container`` is what was asked for: headerless audio cannot be told by its bytes.

    Raises ``ProviderError`` (malformed) for what is no archive, points outside of it, or holds no audio. Titles that
    cannot be read and files that belong to nothing are findings: they must not spoil paid audio.
    """
    if sniff(content) is not None:
        part = LongTextPart(name="", audio=content, container=sniff(content) or "")
        return LongTextResult(parts=(part,), findings=(Finding("no_archive", "The audio came without an archive"),))
    files = _members(content)
    audio = {name: found for name, data in files.items() if (found := _audio_container(name, data, container))}
    if not audio:
        raise _malformed("there is no audio in the archive")
    owners = _owners(files, audio)
    findings: list[Finding] = []
    parts = [_part(name, found, files, owners[name], findings) for name, found in audio.items()]
    owned = {name for names in owners.values() for name in names}
    lost = [name for name in files if name not in owned and name not in audio]
    findings.extend(Finding("file_without_audio", f"{name} belongs to no audio") for name in lost)
    return LongTextResult(parts=tuple(parts), findings=tuple(findings))


def _members(content: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= _MOST_MEMBERS:
                    raise _malformed("the archive has too many files")
                if not member.isdir():
                    files[_safe_name(member)] = _content(archive, member, len(content))
    except _DAMAGE as error:
        raise _malformed("it is no archive, or a damaged one") from error
    return files


def _safe_name(member: tarfile.TarInfo) -> str:
    """The name inside of the archive. Raises for links, devices, sparse files and paths that lead outside."""
    tarfile.data_filter(member, _NOWHERE)
    path = PurePosixPath(member.name)
    if not member.isreg() or member.issparse() or path.is_absolute() or ".." in path.parts:
        raise _malformed("the archive holds something that is no plain file inside of it")
    return str(path)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    opened = archive.extractfile(member)
    if opened is None or member.size > most:
        raise _malformed("the archive declares more than it holds")
    with opened:
        data = opened.read(most + 1)
    # A negative size would also send tarfile back to this very file, for ever.
    if len(data) != member.size:
        raise _malformed("the archive breaks off")
    return data


def _audio_container(name: str, data: bytes, asked: str) -> str | None:
    """What audio a file is: by its bytes, else (headerless) by what was asked for and its being nothing else."""
    if name.endswith(_TITLES):
        return None
    found = sniff(data)
    if found is not None:
        return found
    return asked if data and asked in HEADERLESS and _json(data) is None else None


def _owners(files: Mapping[str, bytes], audio: Mapping[str, str]) -> dict[str, list[str]]:
    """The files that describe each audio: all of its folder when it is alone there, else those of its name."""
    folders: dict[PurePosixPath, list[str]] = defaultdict(list)
    for name in audio:
        folders[PurePosixPath(name).parent].append(name)
    owners: dict[str, list[str]] = {name: [] for name in audio}
    for name in files:
        heirs = folders.get(PurePosixPath(name).parent, [])
        if len(heirs) > 1:
            heirs = [heir for heir in heirs if _stem(heir) == _stem(name)]
        if name not in audio and len(heirs) == 1:
            owners[heirs[0]].append(name)
    return owners


def _stem(name: str) -> str:
    return PurePosixPath(name).name.partition(".")[0]


def _part(
    name: str, container: str, files: Mapping[str, bytes], names: list[str], findings: list[Finding]
) -> LongTextPart:
    subtitles: tuple[Subtitle, ...] = ()
    extra: dict[str, Any] = {}
    for other in names:
        data = files[other]
        described = _json(data)
        try:
            if other.endswith(_TITLES) or isinstance(described, list):
                subtitles += read_subtitles(data)
            elif isinstance(described, dict):
                extra |= described
            else:
                findings.append(Finding("file_unreadable", f"{other} is nothing we know"))
        except ProviderError as error:
            findings.append(Finding("subtitles_unreadable", f"{other}: {error.message}"))
    return LongTextPart(name=name, audio=files[name], container=container, subtitles=subtitles, extra=extra)


def _json(data: bytes) -> object:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _malformed(what: str) -> ProviderError:
    return ProviderError(f"The result cannot be used: {what}", category=Category.MALFORMED_RESPONSE)
