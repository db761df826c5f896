"""Audio over HTTP: the signed view (of local files; else on to the store), with Range and validators."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.base import File
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_safe

from accounts.api.problems import CONTENT_TYPE, problem
from accounts.errors import NotFoundError, PlatformError
from synthesis.flows.delivery import AudioFile, audio_of, clip_of_token, disposition, presigned_url
from synthesis.flows.storing import clip_storage
from synthesis.ranges import ByteRange, UnsatisfiableRangeError, read_range

_CHUNK = 64 * 1024


@require_safe
def signed_audio(request: HttpRequest, token: str) -> HttpResponseBase:
    """The audio behind a signed URL. No other credentials are asked for."""
    try:
        audio = audio_of(clip_of_token(token))
        url = presigned_url(audio)
        if url is not None:
            return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
        return audio_response(request, audio)
    except PlatformError as refused:
        return JsonResponse(problem(refused), status=refused.status, content_type=CONTENT_TYPE)


def audio_response(request: HttpRequest, audio: AudioFile) -> HttpResponseBase:
    """The file, or the part that `Range` asks for (206; 416 outside of it), or 304 where the caller has it.

    Raises NotFoundError `audio_missing`.
    """
    etag = f'"{audio.sha256}"'
    if _names(request.headers.get("If-None-Match", ""), etag):
        return _described(HttpResponse(status=304), audio)
    try:
        part = _asked_part(request, audio, etag)
    except UnsatisfiableRangeError:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{audio.size}"
        return _described(refused, audio)
    return _described(_content(request, audio, part), audio)


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


def _asked_part(request: HttpRequest, audio: AudioFile, etag: str) -> ByteRange | None:
    condition = request.headers.get("If-Range")
    if condition is not None and condition.strip() != etag:
        return None
    header = request.headers.get("Range")
    return read_range(header, size=audio.size) if header else None


def _content(request: HttpRequest, audio: AudioFile, part: ByteRange | None) -> HttpResponseBase:
    sent = part or ByteRange(0, audio.size - 1)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        try:
            file = clip_storage().open(audio.key)
        except FileNotFoundError:
            raise NotFoundError("The clip's file is not in the storage.", code="audio_missing") from None
        response = StreamingHttpResponse(FileSlice(file, sent))
    response["Content-Length"] = str(sent.size)
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{audio.size}"
    return response


def _described(response: HttpResponseBase, audio: AudioFile) -> HttpResponseBase:
    response["ETag"] = f'"{audio.sha256}"'
    response["Accept-Ranges"] = "bytes"
    response["Content-Type"] = audio.media_type
    response["Content-Disposition"] = disposition(audio)
    # Kept by the listener only, and asked for again: a suspended voice falls silent at once.
    response["Cache-Control"] = "private, no-cache"
    return response


def _names(header: str, etag: str) -> bool:
    named = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in named or etag in named
