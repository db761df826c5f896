"""Uploads, the older way and the newer, and the places where uploads and outputs are fetched without a key."""

import mimetypes
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from providers.sandbox.wavespeed.answers import MISSING_PARAMETER, RefusedError, answer
from providers.sandbox.wavespeed.gate import Call

LARGEST_UPLOAD = 50 * 1024 * 1024
UPLOAD_HOURS = 7 * 24


async def upload_binary(call: Call) -> Response:
    """POST /api/v3/media/upload/binary: multipart `file`."""
    async with call.request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise RefusedError(400, "property file is required", MISSING_PARAMETER)
        content = await file.read()
        filename = file.filename or "file"
    if call.entry:
        call.entry.body = {"filename": filename, "bytes": len(content)}
    if not content:
        raise RefusedError(400, "file is empty", MISSING_PARAMETER)
    if len(content) > LARGEST_UPLOAD:
        raise RefusedError(413)
    url = f"{call.base_url}/media/{_place(call, filename, content)}"
    kind = (mimetypes.guess_type(filename)[0] or "file").partition("/")[0]
    return answer({"type": kind, "download_url": url, "filename": filename, "size": len(content)})


async def open_upload(call: Call) -> Response:
    """POST /api/v3/media/uploads: a place to PUT the bytes to, which wants no key."""
    body: dict[str, Any] = call.body if isinstance(call.body, dict) else {}
    filename, size = body.get("filename"), body.get("size")
    if not isinstance(filename, str) or not filename or not isinstance(size, int):
        raise RefusedError(400, "properties filename and size are required", MISSING_PARAMETER)
    if size > LARGEST_UPLOAD:
        raise RefusedError(413)
    name = _place(call, filename, b"")
    put = {
        "method": "PUT",
        "url": f"{call.base_url}/put/{name}",
        "headers": {"Content-Type": str(body.get("content_type") or "application/octet-stream")},
    }
    return answer({"download_url": f"{call.base_url}/media/{name}", "upload": put})


async def put(call: Call) -> Response:
    """PUT of the bytes, as an object store takes them: with the account's key it is refused."""
    if "authorization" in call.request.headers:
        return Response("<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>",
                        400, media_type="application/xml")  # fmt: skip
    content = await call.request.body()
    if not content or not call.emulator.files.put(_token(call), content):
        return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
    return Response(status_code=200)


async def download(call: Call) -> Response:
    """GET of an upload or an output: no key, dead after seven days on the sandbox's clock."""
    found = call.emulator.files.published(_token(call))
    if found is None or (found[2] and not found[0]):
        return Response("<Error><Code>NoSuchKey</Code></Error>", 404, media_type="application/xml")
    content, media_type, alive = found
    if not alive:
        return Response("<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>", 403,
                        media_type="application/xml")  # fmt: skip
    return Response(content, media_type=media_type)


def _place(call: Call, filename: str, content: bytes) -> str:
    media_type = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    token = call.emulator.files.publish(
        account=call.account, content=content, media_type=media_type, hours=UPLOAD_HOURS
    )
    extension = filename.rpartition(".")[2]
    return f"{token}.{extension if extension.isascii() and extension.isalnum() else 'bin'}"


def _token(call: Call) -> str:
    return str(call.request.path_params["name"]).partition(".")[0]
