"""The shape of a prediction, the same at submission, at reading and in a webhook (model pages, response parameters)."""

from typing import Any

from providers.sandbox.clock import iso
from providers.sandbox.emulator import Emulator
from providers.sandbox.wavespeed.answers import INTERNAL_ERROR
from providers.sandbox.wavespeed.asks import with_defaults
from providers.sandbox.wavespeed.gate import PROVIDER
from providers.sandbox.wavespeed.predictions import Prediction

FOREIGN = "https://results.elsewhere.example/api/v3/predictions"


def shape(emulator: Emulator, prediction: Prediction, *, fresh: bool = False) -> dict[str, Any]:
    """`fresh`: as the answer to a submission shows it, created and nothing more."""
    status = prediction.status(emulator.clock.now())
    outputs: list[Any] = []
    if status == "completed":
        url = f"{prediction.base_url}/media/{prediction.output}"
        outputs = [
            {"url": url, "content_type": "audio"} if emulator.switches.is_on(PROVIDER, "object_outputs") else url
        ]
    ended_badly = status in ("failed", "timeout")
    code = (prediction.code or INTERNAL_ERROR) if ended_badly else 0
    return {
        "id": prediction.prediction_id,
        "model": prediction.model,
        "input": with_defaults(prediction.model, prediction.request.get("body") or {}),
        "outputs": outputs,
        "urls": {"get": _result_url(emulator, prediction)},
        "has_nsfw_contents": [False for _ in outputs],
        "status": "created" if fresh and status == "processing" else status,
        "created_at": iso(prediction.created_at),
        "error": prediction.error if ended_badly else "",
        "code": code,
        "executionTime": prediction.inference_ms if outputs else 0,
        "timings": {"inference": prediction.inference_ms if outputs else 0},
    }


def _result_url(emulator: Emulator, prediction: Prediction) -> str:
    if emulator.switches.is_on(PROVIDER, "foreign_result_url"):
        return f"{FOREIGN}/{prediction.prediction_id}/result"
    tail = "" if emulator.switches.is_on(PROVIDER, "short_result_url") else "/result"
    return f"{prediction.base_url}/api/v3/predictions/{prediction.prediction_id}{tail}"
