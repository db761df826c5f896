"""The files API (file reference): recordings and texts handed over, results fetched."""

from __future__ import annotations

from typing import Any

from providers.errors import InvalidInputError, UnsupportedError, malformed
from providers.minimax.answers import get, identifier, listed, mapping, post, read, read_bytes, text, trace, whole
from providers.types import (
    Account,
    DeleteResult,
    FilePurpose,
    Operation,
    Request,
    StoredFile,
    Timeouts,
    UploadedFile,
    UploadPart,
)

TIMEOUTS = Timeouts(write=120.0, read=120.0, total=300.0)
UPLOAD_PURPOSES: tuple[FilePurpose, ...] = ("voice_clone", "prompt_audio", "t2a_async_input")
# The reference names results t2a_async in its text and t2a_async_input in its list: both are let through.
PURPOSES: tuple[FilePurpose, ...] = (*UPLOAD_PURPOSES, "t2a_async")
MAX_CONTENT_BYTES = 256 * 1024 * 1024
_INT64 = 2**63 - 1


def upload(account: Account, part: UploadPart, *, purpose: FilePurpose) -> Operation[UploadedFile]:
    """Give MiniMax a file. Free, and a second copy does no harm, so a lost answer may be asked for again.

    ``file_id`` is an int64 beyond what a float can hold (documented samples are already rounded), so it is read exactly
    or not at all. Raises ``ProviderError``; no file_id in a successful answer is ``malformed_response``.
    """
    _check_purpose(purpose, UPLOAD_PURPOSES)
    if purpose == "t2a_async_input" and not part.filename.lower().endswith((".txt", ".zip")):
        raise UnsupportedError("filename", "Long texts are handed over as .txt or .zip")
    if not part.content:
        raise InvalidInputError("content", "The file is empty")
    asked = post(
        account,
        "/v1/files/upload",
        operation="upload",
        form={"purpose": purpose},
        files={"file": part},
        timeout=TIMEOUTS,
        repeatable=True,
    )
    response = yield asked
    answer = read(asked, response)
    described, trace_id = mapping(answer.get("file")), trace(response, answer)
    file_id = whole(described.get("file_id"))
    if not file_id:
        raise malformed(asked, "no file_id in it", http_status=200, trace_id=trace_id)
    size = whole(described.get("bytes"))
    return UploadedFile(file_id=str(file_id), size=len(part.content) if size is None else size, trace_id=trace_id)


def list_files(account: Account, purpose: FilePurpose) -> Operation[list[StoredFile]]:
    """What MiniMax keeps for one purpose. Entries without an exact id are left out: nothing can be done with them."""
    _check_purpose(purpose, PURPOSES)
    asked = get(
        account,
        "/v1/files/list",
        operation="files_list",
        params={"purpose": purpose},
        max_response_bytes=16 * 1024 * 1024,
    )
    answer = read(asked, (yield asked))
    return [_stored(entry) for entry in listed(answer.get("files")) if whole(entry.get("file_id"))]


def retrieve_file(account: Account, file_id: str) -> Operation[StoredFile]:
    """One file with its address, which holds for 9 hours in the case of a result. Not the bytes."""
    params = {"file_id": str(checked_id(file_id))}
    asked = get(account, "/v1/files/retrieve", operation="files_retrieve", params=params)
    response = yield asked
    answer = read(asked, response)
    described = mapping(answer.get("file"))
    if not whole(described.get("file_id")):
        raise malformed(asked, "no file in it", http_status=200, trace_id=trace(response, answer))
    return _stored(described)


def file_content(account: Account, file_id: str, *, max_bytes: int = MAX_CONTENT_BYTES) -> Operation[bytes]:
    """The bytes of a file. An error comes as JSON in their place. Longer than ``max_bytes`` is malformed."""
    asked = content_request(account, file_id, max_bytes)
    return read_bytes(asked, (yield asked))


def content_request(account: Account, file_id: str, max_bytes: int) -> Request:
    """The request for the bytes of a file."""
    return get(
        account,
        "/v1/files/retrieve_content",
        operation="files_retrieve_content",
        params={"file_id": str(checked_id(file_id))},
        timeout=TIMEOUTS,
        max_response_bytes=max_bytes,
    )


def delete_file(account: Account, file_id: str, purpose: FilePurpose) -> Operation[DeleteResult]:
    """Delete a file. How a missing one is answered is documented nowhere: it is an error here."""
    _check_purpose(purpose, PURPOSES)
    asked = post(
        account,
        "/v1/files/delete",
        operation="files_delete",
        json={"file_id": checked_id(file_id), "purpose": purpose},
        repeatable=True,
    )
    response = yield asked
    answer = read(asked, response)
    return DeleteResult(existed=True, trace_id=trace(response, answer))


def checked_id(file_id: str, field: str = "file_id") -> int:
    """The id as the integer the wire wants. Raises ``RefusedError`` for what cannot be an int64."""
    if not (file_id.isascii() and file_id.isdigit() and len(file_id) < 20 and 0 < int(file_id) <= _INT64):
        raise InvalidInputError(field, "It is the number the provider gave the file")
    return int(file_id)


def _check_purpose(purpose: str, allowed: tuple[FilePurpose, ...]) -> None:
    if purpose not in allowed:
        raise UnsupportedError("purpose", f"There are {', '.join(allowed)}")


def _stored(entry: dict[str, Any]) -> StoredFile:
    url = text(entry.get("download_url"))
    return StoredFile(
        file_id=identifier(entry.get("file_id")) or "",
        filename=text(entry.get("filename")),
        size=whole(entry.get("bytes")),
        purpose=text(entry.get("purpose")),
        created_at=whole(entry.get("created_at")),
        download_url=url if url.lower().startswith(("http://", "https://")) else None,
    )
