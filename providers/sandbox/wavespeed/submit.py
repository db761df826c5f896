"""POST /api/v3/{model_id}, with and without sync mode, and its /stream."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from providers.sandbox.minimax import gate as minimax
from providers.sandbox.minimax.answers import VendorError, refusal
from providers.sandbox.minimax.event_stream import EventStream
from providers.sandbox.minimax.performance import perform
from providers.sandbox.minimax.streaming import frames
from providers.sandbox.speak import Spoken
from providers.sandbox.wavespeed.answers import (
    INTERNAL_ERROR,
    INVALID_PARAMETER,
    TIMED_OUT,
    Failure,
    RefusedError,
    TaskFailedError,
    answer,
)
from providers.sandbox.wavespeed.asks import (
    CLONE,
    DESIGN,
    MODELS,
    SPEECH_MODELS,
    read_clone,
    read_design,
    read_speech,
)
from providers.sandbox.wavespeed.gate import Call, in_thread
from providers.sandbox.wavespeed.predictions import Prediction
from providers.sandbox.wavespeed.shapes import shape
from providers.sandbox.wavespeed.webhooks import deliver
from providers.sandbox.wavespeed.work import Worker, cast_of, charge_speech


def operation_of(request: Request) -> str:
    """What a submission is, by its model."""
    kinds = {CLONE: "voice_clone", DESIGN: "voice_design"}
    return kinds.get(_model_of(request), "t2a")


def _model_of(request: Request) -> str:
    return str(request.path_params["model"])


async def submit(call: Call) -> Response:
    """Accept a task, charge speech at once, begin; in sync mode wait for it, but not for ever."""
    model = _model_of(call.request)
    if model not in MODELS:
        raise RefusedError(404, f"model {model} not found")
    prediction = _accepted(call, model)
    if prediction.outcome == "processing":
        call.predictions.begin(prediction, Worker(call.emulator, call.predictions, prediction).work)
    if prediction.webhook:
        call.predictions.beside(deliver(call.emulator, call.predictions, prediction))
    if call.body.get("enable_sync_mode") is True:
        return await _held(call, prediction)
    return answer(shape(call.emulator, prediction, fresh=call.trouble != "error_in_200"))


def _accepted(call: Call, model: str) -> Prediction:
    request: dict[str, Any] = {"body": call.body}
    failure = _ordered_failure(call)
    ask = None
    if model == CLONE:
        request["own_media"] = call.own_media(read_clone(call.body).audio)
    elif model == DESIGN:
        read_design(call.body)
    else:
        ask = read_speech(model, call.body)
        try:
            cast = cast_of(call.emulator, call.account, ask)
        except TaskFailedError as error:
            failure = failure or error.failure
        else:
            request |= {"timbre": asdict(cast.timbre), "native": cast.native}
    prediction = call.predictions.add(
        account=call.account,
        model=model,
        seconds=0.0 if call.trouble == "error_in_200" else call.emulator.pace.async_task_seconds,
        webhook=_webhook(call),
        base_url=call.base_url,
        trouble=call.trouble,
        request=request,
        failure=failure,
    )
    if call.entry:
        # The id of the task is the trace of the call.
        call.entry.trace_id = prediction.prediction_id
    if ask and not failure:
        charge_speech(call.emulator, call.account, model, ask, prediction.prediction_id)
    return prediction


def _ordered_failure(call: Call) -> Failure | None:
    if call.trouble == "voice_gone":
        return Failure(INVALID_PARAMETER, "voice id not exist")
    if call.trouble == "error_in_200":
        code = (call.fault.status_code if call.fault else None) or INTERNAL_ERROR
        return Failure(code, "internal error")
    return None


def _webhook(call: Call) -> str:
    url = call.request.query_params.get("webhook", "")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise RefusedError(400, "webhook must be a URL")
    return url


async def _held(call: Call, prediction: Prediction) -> Response:
    ended = await call.predictions.wait(prediction, seconds=call.emulator.pace.sync_hold_seconds)
    shown = shape(call.emulator, ended)
    if shown["status"] == "processing":
        told = f"Sync mode timed out, the task is still running. Get the result at {shown['urls']['get']}"
        shown |= {"code": TIMED_OUT, "error": told}
    return answer(shown)


async def stream(call: Call) -> Response:
    """POST /api/v3/{model_id}/stream: MiniMax's own frames, relayed as they are, the whole audio at the end too.

    What the last frame says of characters is MiniMax's count; what is charged is WaveSpeed's.
    """
    model = _model_of(call.request)
    if model not in SPEECH_MODELS:
        raise RefusedError(404, f"model {model} does not stream")
    ask = read_speech(model, call.body)
    if ask.shape.container == "wav":
        raise RefusedError(400, "format wav does not stream", INVALID_PARAMETER)
    if call.trouble == "error_in_200":
        return await submit(call)
    try:
        if call.trouble == "voice_gone":
            raise TaskFailedError(INVALID_PARAMETER, "voice id not exist")
        cast = cast_of(call.emulator, call.account, ask)
    except TaskFailedError as error:
        known = 2054 if "voice" in error.failure.error else 1000
        return refusal(VendorError(known, error.failure.error))
    spoken: Spoken = await in_thread(lambda: perform(call.emulator, ask, cast, short=call.trouble == "short_audio"))
    charge_speech(call.emulator, call.account, model, ask, call.trace_id)
    await call.emulator.clock.pause(call.emulator.pace.first_byte_ms / 1000)
    relayed = minimax.Call(call.emulator, call.request, "t2a", call.trace_id, account=call.account, fault=call.fault)
    return EventStream(frames(relayed, ask, spoken.sound, call.emulator.bill.count(ask.text), None))
