"""POST /v1/files/upload (file reference): how a recording is handed over before it is cloned."""

from __future__ import annotations

from typing import Literal

from providers.errors import malformed
from providers.minimax.answers import mapping, post, read, trace, whole
from providers.types import Account, Operation, Timeouts, UploadedFile, UploadPart

Purpose = Literal["voice_clone", "prompt_audio", "t2a_async_input"]
TIMEOUTS = Timeouts(write=120.0, read=120.0, total=300.0)


def upload(account: Account, part: UploadPart, *, purpose: Purpose) -> Operation[UploadedFile]:
    """Give MiniMax a file. Free, and a second copy does no harm, so a lost answer may be asked for again.

    ``file_id`` is an int64 beyond what a float can hold (documented samples are already rounded), so it is read exactly
    or not at all. Raises ``ProviderError``; no file_id in a successful answer is ``malformed_response``.
    """
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
