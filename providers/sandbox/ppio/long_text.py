"""POST /v3/async/minimax-speech-… and GET /v3/async/task-result (Novita's task object): charged at once, spoken in the
background, fetched behind an address instead of in an archive."""

import hashlib
import secrets
import uuid
from dataclasses import asdict
from typing import Any

from starlette.responses import JSONResponse, Response

from providers.sandbox.encode import Encoded, encode_all
from providers.sandbox.engine import EngineError
from providers.sandbox.minimax.answers import VendorError, answer, base_resp
from providers.sandbox.minimax.archive import ShutdownError, sounds_of
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import URL_HOURS, Cast, charge, plan_of, publish, remember_phonemes, voice_of
from providers.sandbox.minimax.validation import SpeechAsk, check_text, generation, read_long_text
from providers.sandbox.ppio.dialects import dialect_of
from providers.sandbox.ppio.gate import GatewayError
from providers.sandbox.ppio.speech import model_of
from providers.sandbox.tasks import Task
from providers.sandbox.timbre import Timbre

TEXT_LIMIT = 50_000
PATIENCE_SECONDS = 0.3
RESULT_PURPOSE = "ppio_result"
QUEUED_SHARE = 0.1
_LOW = 60


async def submit(call: Call) -> Response:
    """Take a long text and charge it. Up to 2.6 the answer holds the task's id and nothing else."""
    model = model_of(call)
    ask = _ask(model, call.body)
    timbre, native = voice_of(call, ask.voices[0][0])
    remember_phonemes(call, ask, Cast(timbre, native, plan_of(ask, native)))
    characters = charge(call, ask, operation="t2a_async")
    emulator = call.emulator
    file_id = emulator.files.reserve(account=call.account, filename="", purpose=RESULT_PURPOSE)
    task = emulator.tasks.add(
        account=call.account,
        file_id=file_id,
        seconds=emulator.pace.async_task_seconds,
        trouble=call.trouble,
        request={"model": model, "body": call.body, "timbre": asdict(timbre), "native": native, "provider": "ppio"},
    )
    if task.outcome == "processing":
        await emulator.tasks.work(task, lambda: _speak(call, task))
    task_id = public_id(task.task_id)
    if generation(model) != "2.8":
        return JSONResponse({"task_id": task_id})
    token = f"eyJ{secrets.token_urlsafe(48)}"
    told = {"task_id": task_id, "task_token": token, "file_id": file_id, "usage_characters": characters}
    return answer({**told, "base_resp": base_resp()})


def _ask(model: str, body: Any) -> SpeechAsk:
    """The 2.8 page also names `text_file_id`, but there is no way to upload a file."""
    fields = Fields(body)
    if fields.get("text_file_id") is not None:
        raise VendorError(2013, "invalid params, text_file_id does not exist")
    text = fields.text("text")
    share = check_text(text, limit=TEXT_LIMIT)
    return read_long_text({**body, "model": model}, text, share, dialect_of(model, long=True))


def public_id(task_id: int) -> str:
    """The task's id as PPIO shows it, a UUID in which our number is hidden."""
    high = int.from_bytes(hashlib.sha256(str(task_id).encode()).digest()[:8]) & ~(0xF << 12) | 0x4 << 12
    return str(uuid.UUID(int=high << 64 | 0b10 << 62 | task_id & (1 << _LOW) - 1))


def _own_id(shown: str) -> int | None:
    try:
        task_id = uuid.UUID(shown).int & (1 << _LOW) - 1
    except ValueError:
        return None
    return task_id if public_id(task_id) == shown else None


async def _speak(call: Call, task: Task) -> None:
    emulator, request = call.emulator, task.request
    ask = _ask(request["model"], request["body"])
    timbre = Timbre(**request["timbre"])
    short = task.trouble == "short_audio"
    try:
        encoded: Encoded = await in_thread(
            lambda: encode_all(
                (sound for sound, _ in sounds_of(emulator, ask, timbre, request["native"], short=short)), ask.shape
            )
        )
    except ShutdownError:
        return
    except EngineError:
        emulator.tasks.end(task.task_id, "failed")
        return
    with emulator.store.transaction():
        emulator.files.fill(task.file_id, encoded.content)
        emulator.tasks.end(task.task_id, "success")


async def task_result(call: Call) -> Response:
    """GET /v3/async/task-result?task_id= : the task, and where its audio is, signed anew for a day."""
    task_id = _own_id(call.request.query_params.get("task_id", ""))
    task = None if task_id is None else call.emulator.tasks.find(account=call.account, task_id=task_id)
    if task is None or task.request.get("provider") != "ppio" or task.outcome == "expired":
        raise GatewayError(404, "TASK_NOT_FOUND", "task not found")
    if task.outcome == "processing":
        task = await _taken_up(call, task)
    return JSONResponse(_result(call, task))


async def _taken_up(call: Call, task: Task) -> Task:
    tasks = call.emulator.tasks
    due = call.emulator.clock.now() >= task.ready_at
    await tasks.work(task, lambda: _speak(call, task), patience_seconds=PATIENCE_SECONDS if due else 0)
    return tasks.find(account=call.account, task_id=task.task_id) or task


def _result(call: Call, task: Task) -> dict[str, Any]:
    now = call.emulator.clock.now()
    status, reason = task.status(now), ""
    share = min(1.0, (now - task.created_at) / max(task.ready_at - task.created_at, 0.001))
    if status == "Processing":
        word = "QUEUED" if share < QUEUED_SHARE else "PROCESSING"
    elif status == "Success":
        word, share = "SUCCEED", 1.0
    else:
        word, reason = "FAILED", "speech synthesis failed"
    audios = [_audio(call, task)] if word == "SUCCEED" else []
    milliseconds = {"submit_time_ms": task.created_at, "execute_time_ms": task.created_at,
                    "complete_time_ms": task.ready_at if word in ("SUCCEED", "FAILED") else 0}  # fmt: skip
    debug = {"request_info": "", **{name: str(int(value * 1000)) for name, value in milliseconds.items()}}
    return {
        "extra": {"seed": "", "enable_nsfw_detection": False, "debug_info": debug},
        "task": {
            "task_id": public_id(task.task_id),
            "status": f"TASK_STATUS_{word}",
            "reason": reason,
            "task_type": f"MINIMAX_{task.request['model'].replace('-', '_').upper()}",
            "eta": 0,
            "progress_percent": int(share * 100),
        },
        "images": [],
        "videos": [],
        "audios": audios,
    }


def _audio(call: Call, task: Task) -> dict[str, Any]:
    """`audio_url_ttl` tells nothing: it is "0" in every sample."""
    row = call.emulator.files.find(account=call.account, file_id=task.file_id)
    shape = _ask(task.request["model"], task.request["body"]).shape
    url = publish(call, Encoded(row["content"] if row else b"", 0), shape.container, hours=URL_HOURS)
    return {"audio_url": url, "audio_url_ttl": "0", "audio_type": shape.container, "audio_metadata": None}
