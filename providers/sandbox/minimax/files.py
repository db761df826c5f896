"""The files API (MiniMax file API pages) and the public download of results."""

from starlette.datastructures import UploadFile
from starlette.responses import Response

from providers.sandbox.file_shelf import file_object
from providers.sandbox.minimax.answers import VendorError, answer, base_resp, invalid, not_found
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.gate import Call

UPLOAD_PURPOSES = frozenset(
    {"voice_clone", "prompt_audio", "t2a_async_input", "video_understanding", "video_generation_input"}
)
LIST_PURPOSES = frozenset({"voice_clone", "prompt_audio", "t2a_async", "t2a_async_input"})
DELETE_PURPOSES = LIST_PURPOSES | {"video_generation"}
LARGEST_UPLOAD = 512 * 1024 * 1024
INT64 = 2**63 - 1
DOWNLOAD_HOURS = 9


async def upload(call: Call) -> Response:
    """POST /v1/files/upload: multipart `purpose` and `file`. Whether the audio fits is judged when it is used."""
    async with call.request.form() as form:
        purpose, file = form.get("purpose"), form.get("file")
        if purpose not in UPLOAD_PURPOSES:
            raise invalid("purpose")
        if not isinstance(file, UploadFile):
            raise invalid("file")
        content = await file.read()
        filename = file.filename or "file"
    if call.entry:
        call.entry.body = {"purpose": purpose, "filename": filename, "bytes": len(content)}
    if not content or len(content) > LARGEST_UPLOAD:
        raise invalid("file size")
    kept = call.emulator.files.add(account=call.account, filename=filename, purpose=str(purpose), content=content)
    return answer({"file": kept, "base_resp": base_resp()})


async def list_files(call: Call) -> Response:
    """GET /v1/files/list?purpose="""
    purpose = call.request.query_params.get("purpose", "")
    if purpose not in LIST_PURPOSES:
        raise invalid("purpose")
    return answer(
        {"files": call.emulator.files.listed(account=call.account, purpose=purpose), "base_resp": base_resp()}
    )


async def retrieve(call: Call) -> Response:
    """GET /v1/files/retrieve?file_id= : the file object with a download URL, not the bytes."""
    row = call.emulator.files.find(account=call.account, file_id=_asked_id(call))
    if row is None:
        raise _missing()
    token = call.emulator.files.publish(
        account=call.account, content=row["content"], media_type="application/octet-stream", hours=DOWNLOAD_HOURS
    )
    extension = str(row["filename"]).rpartition(".")[2]
    url = call.url_of(token, extension if extension.isascii() and extension.isalnum() else "bin")
    return answer({"file": {**file_object(row), "download_url": url}, "base_resp": base_resp()})


async def retrieve_content(call: Call) -> Response:
    """GET /v1/files/retrieve_content?file_id= : the bytes."""
    row = call.emulator.files.find(account=call.account, file_id=_asked_id(call))
    if row is None:
        raise _missing()
    return Response(row["content"], media_type="application/octet-stream")


async def delete(call: Call) -> Response:
    """POST /v1/files/delete: `file_id` as an integer, and the purpose it was uploaded for."""
    fields = Fields(call.body)
    file_id = fields.integer("file_id", low=1, high=INT64)
    purpose = fields.choice("purpose", DELETE_PURPOSES)
    row = call.emulator.files.find(account=call.account, file_id=file_id)
    if purpose is None:
        raise fields.refuse("purpose")
    if row is None or row["purpose"] != purpose:
        raise _missing()
    call.emulator.files.delete(account=call.account, file_id=file_id)
    return answer({"file_id": file_id, "base_resp": base_resp()})


async def download(call: Call) -> Response:
    """GET of a result's URL: no key, dead after its hours on the sandbox's clock."""
    found = call.emulator.files.published(str(call.request.path_params["name"]).partition(".")[0])
    if found is None:
        return not_found()
    content, media_type, alive = found
    if not alive:
        return Response("<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>", 403,
                        media_type="application/xml")  # fmt: skip
    return Response(content, media_type=media_type)


def _asked_id(call: Call) -> int:
    asked = call.request.query_params.get("file_id", "")
    if not (asked.isascii() and asked.isdigit()) or int(asked) > INT64:
        raise invalid("file_id")
    return int(asked)


def _missing() -> VendorError:
    return VendorError(2013, "invalid params, file_id does not exist")
