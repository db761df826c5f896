"""POST /v3/async/minimax-speech-… and its task (async pages, Novita's task object): the result is an address, no
archive, and there is no file to hand over."""

from __future__ import annotations

from typing import Any

from providers.errors import Category, InvalidInputError, ProviderError, UnsupportedError, malformed
from providers.long_text import LongTextPart, LongTextRequest, LongTextResult, LongTextState, LongTextTask
from providers.minimax import checks
from providers.minimax import long_text as minimax
from providers.minimax.answers import identifier, listed, text, trace, whole
from providers.ppio.answers import post, read, task_of, task_request
from providers.ppio.limits import (
    LONG_EMOTIONS,
    LONG_FORMATS_28,
    NEWEST,
    OFFER,
    PATHS,
    spelling_of,
)
from providers.ppio.speech import respell
from providers.types import JSON, Accepted, Account, Finding, Operation

_LONGEST_TASK_ID = 128
_REASON_LENGTH = 300


def check(account: Account, request: LongTextRequest) -> None:
    """Raise ``RefusedError`` for what cannot be honoured. Pure."""
    if request.file_id is not None:
        raise UnsupportedError("file_id", "PPIO takes no files")
    checks.check_long_text(account, request, offer=OFFER)
    if request.settings.emotion is not None and request.settings.emotion not in LONG_EMOTIONS[request.model]:
        raise UnsupportedError("settings.emotion", f"{request.model} takes none in long texts")
    if request.watermark:
        raise UnsupportedError("watermark", "Long texts carry no watermark")
    if request.model in NEWEST and request.format.container not in LONG_FORMATS_28:
        raise UnsupportedError("format.container", f"{request.model} makes no {request.format.container} of long texts")


def submit(account: Account, request: LongTextRequest) -> Operation[LongTextTask]:
    """Hand over a text. Paid, not repeatable; only 2.8 tells what it billed. Refuses before sending."""
    check(account, request)
    path = f"/v3/async/{PATHS[request.model]}"
    asked = post(account, path, operation="t2a_async", json=body(request))
    response = yield asked
    answer = read(asked, response)
    task_id, billed = identifier(answer.get("task_id")), whole(answer.get("usage_characters"))
    trace_id = trace(response, answer)
    if task_id is None:
        raise malformed(asked, "no task_id in it", http_status=200, trace_id=trace_id, billed_characters=billed)
    yield Accepted(task_id)
    return LongTextTask(task_id=task_id, file_id=task_id, billed_characters=billed, trace_id=trace_id)


def body(request: LongTextRequest) -> dict[str, JSON]:
    """MiniMax's body without the model and under the names of its generation. Channels are always said: the page
    of 2.8 names two defaults."""
    fields: dict[str, Any] = minimax.body(request)
    spelling = spelling_of(request.model)
    fields.pop("model")
    respell(fields["voice_setting"], "english_normalization", spelling.long_normalization)
    respell(fields["audio_setting"], "audio_sample_rate", spelling.long_rate)
    return fields


def query(account: Account, task_id: str) -> Operation[LongTextState]:
    """How far a task is. Whatever is neither the end nor a failure goes on; an unknown task has expired."""
    asked = task_request(account, checked_id(task_id))
    try:
        task, _ = task_of(asked, (yield asked))
    except ProviderError as error:
        if error.code == "TASK_NOT_FOUND":
            return LongTextState(state="expired", file_id=task_id, trace_id=error.trace_id)
        raise
    status, reason = text(task.get("status")), text(task.get("reason"))[:_REASON_LENGTH]
    if status == "TASK_STATUS_SUCCEED":
        return LongTextState(state="success", file_id=task_id)
    if status == "TASK_STATUS_FAILED":
        return LongTextState(state="failed", file_id=task_id, reason=reason)
    return LongTextState(state="processing", file_id=task_id)


def fetch(account: Account, task_id: str, container: str) -> Operation[LongTextResult]:
    """Where the audio of a finished task is. How long the address lives is not told: ``audio_url_ttl`` is "0" in every
    sample, so fetch it at once."""
    asked = task_request(account, checked_id(task_id))
    task, answer = task_of(asked, (yield asked))
    if text(task.get("status")) == "TASK_STATUS_FAILED":
        reason = text(task.get("reason"))[:_REASON_LENGTH] or "no reason was given"
        raise ProviderError(f"The long text failed: {reason}", category=Category.PROVIDER_DOWN, possibly_charged=True)
    parts = tuple(_part(task_id, entry, container) for entry in listed(answer.get("audios")) if _address(entry))
    if not parts:
        raise malformed(asked, f"no audio in it, status {text(task.get('status'))[:40]!r}", http_status=200)
    told = {part.container for part in parts} - {container}
    differing = Finding("container_differs", f"{container} asked for, {', '.join(sorted(told))} told")
    return LongTextResult(parts=parts, findings=(differing,) if told else ())


def checked_id(task_id: str) -> str:
    """The id as it came. Raises ``RefusedError`` for what no provider gave."""
    if not task_id or len(task_id) > _LONGEST_TASK_ID or not task_id.isprintable():
        raise InvalidInputError("task_id", "It is the id the provider gave the task")
    return task_id


def _part(task_id: str, entry: dict[str, Any], container: str) -> LongTextPart:
    return LongTextPart(
        name=task_id, container=text(entry.get("audio_type")).lower() or container, audio_url=_address(entry)
    )


def _address(entry: dict[str, Any]) -> str | None:
    url = text(entry.get("audio_url"))
    return url if url.lower().startswith(("http://", "https://")) else None
