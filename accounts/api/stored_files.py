"""A stored file as an answer: whole or the part asked for, with validators; or the object store's own address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from accounts.byte_ranges import ByteRange, UnsatisfiableRangeError, read_range
from accounts.errors import NotFoundError

_CHUNK = 64 * 1024


class StoredFile(Protocol):
    """What is given out: its key and bytes in the storage, its SHA-256, and how it is called."""

    @property
    def key(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def filename(self) -> str: ...


def presigned_url(file: StoredFile, storage: Storage, *, seconds: int) -> str | None:
    """The object store's own URL for the file, for so many seconds; None where files are local."""
    if isinstance(storage, FileSystemStorage):
        return None
    shown = {
        "ResponseContentType": file.media_type,
        "ResponseContentDisposition": disposition(file),
        "ResponseCacheControl": "private",
    }
    store: Any = storage
    return str(store.url(file.key, parameters=shown, expire=seconds))


def file_response(
    request: HttpRequest, file: StoredFile, storage: Storage, *, missing: NotFoundError
) -> HttpResponseBase:
    """The file, or the part that `Range` asks for (206; 416 outside of it), or 304 where the caller has it.

    Raises `missing` where the storage has lost it.
    """
    etag = f'"{file.sha256}"'
    if _names(request.headers.get("If-None-Match", ""), etag):
        return _described(HttpResponse(status=304), file)
    try:
        part = _asked_part(request, file, etag)
    except UnsatisfiableRangeError:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{file.size}"
        return _described(refused, file)
    return _described(_content(request, file, storage, part, missing), file)


def disposition(file: StoredFile) -> str:
    """How a browser names the file; slugs and ids need no quoting."""
    return f'inline; filename="{file.filename}"'


class FileSlice:
    """Bytes of an open file, chunk by chunk; closing it closes the file."""

    def __init__(self, file: File[bytes], part: ByteRange) -> None:
        self._file = file
        self._left = part.size
        file.seek(part.first)

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0:
            chunk = self._file.read(min(_CHUNK, self._left))
            if not chunk:
                return
            self._left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Called by Django at the end of the answer, however it ended."""
        self._file.close()


def _asked_part(request: HttpRequest, file: StoredFile, etag: str) -> ByteRange | None:
    condition = request.headers.get("If-Range")
    if condition is not None and condition.strip() != etag:
        return None
    header = request.headers.get("Range")
    return read_range(header, size=file.size) if header else None


def _content(
    request: HttpRequest, file: StoredFile, storage: Storage, part: ByteRange | None, missing: NotFoundError
) -> HttpResponseBase:
    sent = part or ByteRange(0, file.size - 1)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        try:
            opened = storage.open(file.key)
        except FileNotFoundError:
            raise missing from None
        response = StreamingHttpResponse(FileSlice(opened, sent))
    response["Content-Length"] = str(sent.size)
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size}"
    return response


def _described(response: HttpResponseBase, file: StoredFile) -> HttpResponseBase:
    response["ETag"] = f'"{file.sha256}"'
    response["Accept-Ranges"] = "bytes"
    response["Content-Type"] = file.media_type
    response["Content-Disposition"] = disposition(file)
    # Kept by the listener only, and asked for again: a suspended voice falls silent at once.
    response["Cache-Control"] = "private, no-cache"
    return response


def _names(header: str, etag: str) -> bool:
    named = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in named or etag in named
