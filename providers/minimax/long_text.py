"""POST /v1/t2a_async_v2 and what follows it (async reference).

Its field names differ from those of T2A, and a wrong name is ignored without a word: nothing of T2A's body is shared.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from providers.errors import InvalidInputError, malformed
from providers.long_text import LongTextRequest, LongTextResult, LongTextState, LongTextTask
from providers.minimax.answers import characters, get, identifier, post, read, read_bytes, text, trace
from providers.minimax.archive import unpack
from providers.minimax.checks import check_long_text
from providers.minimax.files import checked_id, content_request
from providers.minimax.rules import compiled_all
from providers.minimax.speech import given, voice_modify
from providers.minimax.text import normalized
from providers.types import (
    JSON,
    Accepted,
    Account,
    Operation,
)

_State = Literal["processing", "success", "failed", "expired"]
# The schema has lower case, examples and the wire begin with a capital.
_STATES: MappingProxyType[str, _State] = MappingProxyType(
    {"processing": "processing", "success": "success", "failed": "failed", "expired": "expired"}
)
_LONGEST_TASK_ID = 128


def submit(account: Account, request: LongTextRequest) -> Operation[LongTextTask]:
    """Hand over a text or the id of an uploaded file. Paid, not repeatable. Refuses before sending.

    The answer without task_id is malformed and keeps the bill: the work is under way, but nobody can ask for it.
    """
    check_long_text(account, request)
    asked = post(account, "/v1/t2a_async_v2", operation="t2a_async", json=body(request))
    response = yield asked
    answer = read(asked, response)
    task_id, billed = identifier(answer.get("task_id")), characters(answer.get("usage_characters"))
    trace_id = trace(response, answer)
    if task_id is None:
        raise malformed(asked, "no task_id in it", http_status=200, trace_id=trace_id, billed_characters=billed)
    yield Accepted(task_id)
    file_id = identifier(answer.get("file_id"))
    return LongTextTask(task_id=task_id, file_id=file_id, billed_characters=billed, trace_id=trace_id)


def body(request: LongTextRequest) -> dict[str, JSON]:
    """The JSON body. Channels are always said: left open there would be two, not one as in T2A."""
    settings, audio = request.settings, request.format
    fields: dict[str, JSON] = {
        "model": request.model,
        "voice_setting": {
            "voice_id": request.voice_id,
            **given(
                speed=settings.speed,
                vol=settings.volume,
                pitch=settings.pitch,
                emotion=settings.emotion,
                english_normalization=settings.text_normalization,
            ),
        },
        "audio_setting": {
            "format": audio.container,
            "audio_sample_rate": audio.sample_rate,
            "channel": audio.channels,
            **given(bitrate=audio.bitrate),
        },
        **given(language_boost=settings.language_boost, aigc_watermark=request.watermark or None),
    }
    if request.text is not None:
        fields["text"] = normalized(request.text)
    if request.file_id is not None:
        fields["text_file_id"] = checked_id(request.file_id)
    tone: list[JSON] = [*compiled_all(request.rules)]
    if tone:
        fields["pronunciation_dict"] = {"tone": tone}
    if settings.effects is not None:
        fields["voice_modify"] = voice_modify(settings.effects)
    return fields


def query(account: Account, task_id: str) -> Operation[LongTextState]:
    """How far a task is; at most ten such questions a second are allowed. A state we do not know is malformed."""
    if not task_id or len(task_id) > _LONGEST_TASK_ID or not task_id.isprintable():
        raise InvalidInputError("task_id", "It is the id the provider gave the task")
    asked = get(account, "/v1/query/t2a_async_query_v2", operation="t2a_async_query", params={"task_id": task_id})
    response = yield asked
    answer = read(asked, response)
    said, trace_id = text(answer.get("status")), trace(response, answer)
    state = _STATES.get(said.strip().lower())
    if state is None:
        raise malformed(asked, f"the state {said[:40]!r}", http_status=200, trace_id=trace_id)
    return LongTextState(state=state, file_id=identifier(answer.get("file_id")), trace_id=trace_id)


def fetch(account: Account, file_id: str, container: str, *, max_bytes: int) -> Operation[LongTextResult]:
    """The result of a finished task: a tar archive, unpacked. Longer than ``max_bytes`` is malformed; a caller who
    expects more downloads it from ``retrieve_file``'s address and unpacks it himself."""
    asked = content_request(account, file_id, max_bytes)
    return unpack(read_bytes(asked, (yield asked)), container)
