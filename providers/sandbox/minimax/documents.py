"""Uploaded long text: a txt file, or a zip of files of one kind, txt or json (MiniMax async pages)."""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.gate import read_json

LARGEST_UNPACKED = 8 * 1024 * 1024
JSON_PARTS = ("title", "content", "extra")


@dataclass(frozen=True, slots=True)
class Document:
    """A text to speak. `folder` is where its files go in the archive, empty for the only one."""

    folder: str
    text: str


def documents_of(filename: str, content: bytes) -> list[Document]:
    """The texts inside an upload. Raises `VendorError`."""
    extension = PurePosixPath(filename.lower()).suffix
    if extension == ".txt":
        return [Document("", _decoded(content))]
    if extension != ".zip":
        raise VendorError(2013, "invalid params, text file must be txt or zip")
    documents = _unpacked(content)
    if not documents:
        raise VendorError(2013, "invalid params, text is empty")
    return documents


def _unpacked(content: bytes) -> list[Document]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            members = [member for member in file.infolist() if not member.is_dir()]
            kinds = {PurePosixPath(member.filename.lower()).suffix for member in members}
            if len(kinds) != 1 or not kinds <= {".txt", ".json"}:
                raise VendorError(2013, "invalid params, zip must hold files of one kind, txt or json")
            if sum(member.file_size for member in members) > LARGEST_UNPACKED:
                raise VendorError(2013, "invalid params, text too long")
            texts = [(name, _decoded(file.read(member))) for name, member in _named(members)]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise VendorError(2013, "invalid params, zip cannot be read") from error
    return [
        part for name, text in texts for part in (_parts(name, text) if kinds == {".json"} else [Document(name, text)])
    ]


def _named(members: Sequence[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """A name for each file's own folder; the second of one name, from another folder, gets a number."""
    seen: Counter[str] = Counter()
    named = []
    for member in members:
        stem = PurePosixPath(member.filename).stem
        seen[stem] += 1
        named.append((f"{stem}_{seen[stem]}" if seen[stem] > 1 else stem, member))
    return named


def _parts(name: str, text: str) -> list[Document]:
    """Each part of a json file that is not empty is spoken for itself."""
    try:
        values = read_json(text)
    except (ValueError, RecursionError) as error:
        raise VendorError(2013, "invalid params, json cannot be read") from error
    if not isinstance(values, dict) or not all(isinstance(values.get(part, ""), str) for part in JSON_PARTS):
        raise VendorError(2013, "invalid params, json cannot be read")
    return [Document(f"{name}_{part}", values[part]) for part in JSON_PARTS if values.get(part)]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VendorError(2013, "invalid params, text file is not UTF-8") from error
