"""POST /v1/t2a_async_v2 and its query: long text, charged at once, spoken in the background (MiniMax async pages)."""

import secrets
from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from providers.sandbox.engine import EngineError
from providers.sandbox.minimax.answers import VendorError, answer, base_resp
from providers.sandbox.minimax.archive import ShutdownError, archive_of
from providers.sandbox.minimax.documents import Document, documents_of
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.files import INT64
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import Cast, charge, plan_of, remember_phonemes, voice_of
from providers.sandbox.minimax.validation import SpeechAsk, check_text, read_long_text
from providers.sandbox.tasks import Task
from providers.sandbox.timbre import Timbre

TEXT_LIMIT = 50_000
FILE_LIMIT = 1_000_000
PATIENCE_SECONDS = 0.3
TEXT_FILE_PURPOSE = "t2a_async_input"
RESULT_PURPOSE = "t2a_async"


async def create(call: Call) -> Response:
    """Take a long text, charge it and begin. The answer has the id of the file that is still to come."""
    documents = _documents(call, Fields(call.body))
    asks = [read_long_text(call.body, document.text, check_text(document.text, limit=FILE_LIMIT))
            for document in documents]  # fmt: skip
    timbre, native = voice_of(call, asks[0].voices[0][0])
    if len(asks[0].text) <= TEXT_LIMIT:
        remember_phonemes(call, asks[0], Cast(timbre, native, plan_of(asks[0], native)))
    characters = charge(call, asks[0], operation="t2a_async", text="".join(document.text for document in documents))
    emulator = call.emulator
    file_id = emulator.files.reserve(account=call.account, filename="", purpose=RESULT_PURPOSE)
    task = emulator.tasks.add(
        account=call.account,
        file_id=file_id,
        seconds=emulator.pace.async_task_seconds,
        trouble=call.trouble,
        request={
            "body": {**call.body, "text": None},
            "documents": [asdict(document) for document in documents],
            "timbre": asdict(timbre),
            "native": native,
            "provider": call.provider,
        },
    )
    emulator.files.rename(file_id, f"{task.task_id}.tar")
    if task.outcome == "processing":
        await emulator.tasks.work(task, lambda: _speak(call, task))
    return answer(
        {
            "task_id": str(task.task_id),
            "task_token": f"eyJ{secrets.token_urlsafe(48)}",
            "file_id": file_id,
            "usage_characters": characters,
            "base_resp": base_resp(),
        }
    )


def _documents(call: Call, fields: Fields) -> list[Document]:
    text, file_id = fields.text("text", default=""), fields.get("text_file_id")
    if bool(text) == (file_id is not None):
        raise VendorError(2013, "invalid params, exactly one of text and text_file_id is needed")
    if text:
        check_text(text, limit=TEXT_LIMIT)
        return [Document("", text)]
    wanted = fields.integer("text_file_id", low=1, high=INT64)
    row = call.emulator.files.find(account=call.account, file_id=wanted)
    if row is None or row["purpose"] != TEXT_FILE_PURPOSE:
        raise VendorError(2013, "invalid params, text_file_id does not exist")
    documents = documents_of(str(row["filename"]), row["content"])
    if sum(len(document.text) for document in documents) > FILE_LIMIT:
        raise VendorError(2013, "invalid params, text too long")
    return documents


def _ask(body: Any, document: Document) -> SpeechAsk:
    return read_long_text(body, document.text, check_text(document.text, limit=FILE_LIMIT))


async def _speak(call: Call, task: Task) -> None:
    emulator, request = call.emulator, task.request
    documents = [Document(**row) for row in request["documents"]]
    asks = [(document.folder, _ask(request["body"], document)) for document in documents]
    timbre = Timbre(**request["timbre"])
    try:
        content: bytes = await in_thread(
            lambda: archive_of(emulator, task, asks, timbre=timbre, native=request["native"])
        )
    except ShutdownError:
        return
    except EngineError:
        emulator.tasks.end(task.task_id, "failed")
        return
    with emulator.store.transaction():
        emulator.files.fill(task.file_id, content)
        emulator.tasks.end(task.task_id, "success")


async def query(call: Call) -> Response:
    """GET /v1/query/t2a_async_query_v2?task_id= : the status, capitalised as in the examples."""
    asked = call.request.query_params.get("task_id", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 19
    task = call.emulator.tasks.find(account=call.account, task_id=int(asked)) if known else None
    if task is None or task.request.get("provider", "minimax") != call.provider:
        raise VendorError(2013, "invalid params, task_id does not exist")
    if task.outcome == "processing":
        task = await _taken_up(call, task)
    status = task.status(call.emulator.clock.now())
    body: dict[str, Any] = {"task_id": task.task_id, "status": status, "file_id": task.file_id}
    return answer({**body, "base_resp": base_resp()})


async def _taken_up(call: Call, task: Task) -> Task:
    """A task whose work goes on: after a restart nobody works on it any more."""
    tasks = call.emulator.tasks
    due = call.emulator.clock.now() >= task.ready_at
    await tasks.work(task, lambda: _speak(call, task), patience_seconds=PATIENCE_SECONDS if due else 0)
    return tasks.find(account=call.account, task_id=task.task_id) or task
