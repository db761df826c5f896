"""What can be asked for free: results, the list of predictions, balance, models, prices, the webhook's secret."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from providers.sandbox.wavespeed.answers import RefusedError, answer
from providers.sandbox.wavespeed.asks import CLONE, DESIGN, MODELS
from providers.sandbox.wavespeed.gate import PROVIDER, Call
from providers.sandbox.wavespeed.predictions import Prediction
from providers.sandbox.wavespeed.prices import STARTING_BALANCE_MICROS, base_price, price_of
from providers.sandbox.wavespeed.shapes import shape
from providers.sandbox.wavespeed.webhooks import secret_of
from providers.sandbox.wavespeed.work import Worker

PATIENCE_SECONDS = 0.3
LARGEST_PAGE = 100


async def result(call: Call) -> Response:
    """GET /api/v3/predictions/{id} and …/{id}/result."""
    if call.trouble == "error_in_200":
        return answer(None)
    found = call.predictions.find(account=call.account, prediction_id=str(call.request.path_params["id"]))
    if found is None:
        raise RefusedError(404, "prediction not found")
    return answer(shape(call.emulator, await _taken_up(call, found)))


async def _taken_up(call: Call, prediction: Prediction) -> Prediction:
    """A prediction whose work goes on: after a restart nobody works on it any more."""
    if prediction.outcome != "processing":
        return prediction
    call.predictions.begin(prediction, Worker(call.emulator, call.predictions, prediction).work)
    due = call.emulator.clock.now() >= prediction.ready_at
    return await call.predictions.wait(prediction, seconds=PATIENCE_SECONDS if due else 0)


async def listing(call: Call) -> Response:
    """The list of predictions, newest first. The pages leave open whether its filters are query or body: both do."""
    asked: Mapping[str, Any] = call.body if isinstance(call.body, dict) else dict(call.request.query_params)
    page, size = _whole(asked, "page", 1), min(_whole(asked, "page_size", 10), LARGEST_PAGE)
    shown = [shape(call.emulator, row) for row in call.predictions.listed(account=call.account)]
    meant = [
        row
        for row in shown
        if asked.get("model") in (None, "", row["model"])
        and asked.get("status") in (None, "", row["status"])
        and (asked.get("created_after") or "") <= row["created_at"]
        and row["created_at"] <= (asked.get("created_before") or "9999")
    ]
    rows = meant[(page - 1) * size : page * size]
    return answer({"page": page, "page_size": size, "total": len(meant), "items": rows})


def _whole(asked: Mapping[str, Any], name: str, default: int) -> int:
    raw = str(asked.get(name, default))
    if not (raw.isascii() and raw.isdigit() and 0 < int(raw) < 10**6):
        raise RefusedError(400, f"{name} must be a positive number")
    return int(raw)


async def balance(call: Call) -> Response:
    """GET /api/v3/balance, in dollars."""
    spent = call.emulator.bill.statement(account=call.account, provider=PROVIDER)["totals"]["amount_micros"]
    return answer({"balance": (STARTING_BALANCE_MICROS - spent) / 1_000_000})


async def models(call: Call) -> Response:
    """GET /api/v3/models."""
    del call
    return answer(
        [
            {
                "model_id": model,
                "name": model,
                "base_price": base_price(model),
                "formula": "base_price * len(text) / 1000",
                "api_schema": {},
            }
            for model in sorted(MODELS)
        ]
    )


async def price(call: Call) -> Response:
    """POST /api/v3/model/price with `model_id` and `inputs`."""
    body = call.body if isinstance(call.body, dict) else {}
    model, inputs = body.get("model_id"), body.get("inputs") or {}
    if model not in MODELS or not isinstance(inputs, dict):
        raise RefusedError(400, "model_id is unknown")
    amount = price_of(str(model), {"text": inputs.get("text"), "model": inputs.get("model") or _default(str(model))})
    return answer({"price": amount, "discounted_price": amount, "discount_rate": 0, "currency": "USD"})


def _default(model: str) -> str:
    return "speech-02-hd" if model in (CLONE, DESIGN) else model.removeprefix("minimax/")


async def secret(call: Call) -> Response:
    """GET /api/v3/webhook/secret."""
    return answer({"secret": secret_of(call.account)})
