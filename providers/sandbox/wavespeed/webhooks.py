"""Webhooks: the flat prediction, signed as the verification page tells it, up to three tries with growing gaps."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import httpx

from providers.sandbox.emulator import Emulator
from providers.sandbox.wavespeed.gate import PROVIDER
from providers.sandbox.wavespeed.predictions import Prediction, Predictions
from providers.sandbox.wavespeed.shapes import shape

TRIES = 3
FIRST_GAP_SECONDS = 0.5
PATIENCE_SECONDS = 10.0
# A task is waited for at most a week, and less when the server stops.
LONGEST_SECONDS = 7 * 86400.0


def secret_of(account: str) -> str:
    """The account's secret, always the same."""
    return f"whsec_{hashlib.sha256(f'webhook {account}'.encode()).hexdigest()}"


def signed_headers(account: str, message_id: str, body: bytes, now: float) -> dict[str, str]:
    """HMAC-SHA256 in hex over id, second and body; the key is the secret's text behind its prefix."""
    moment = str(int(now))
    key = secret_of(account).removeprefix("whsec_").encode()
    digest = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"webhook-id": message_id, "webhook-timestamp": moment, "webhook-signature": f"v3,{digest}"}


async def deliver(emulator: Emulator, predictions: Predictions, prediction: Prediction) -> None:
    """Wait for the end of a task and tell it. The id of the message is the same in every try."""
    ended = await predictions.wait(prediction, seconds=LONGEST_SECONDS)
    if emulator.stopping.is_set():
        return
    body = json.dumps(_flat(shape(emulator, ended)), ensure_ascii=False).encode()
    message_id = f"msg_{hashlib.sha256(prediction.prediction_id.encode()).hexdigest()[:27]}"
    for number in range(TRIES):
        if emulator.stopping.is_set() or await _told(emulator, ended, message_id, body):
            return
        await emulator.clock.pause(FIRST_GAP_SECONDS * 2**number)


def _flat(prediction: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "model", "input", "outputs", "urls", "has_nsfw_contents", "status", "created_at", "error")
    return {name: prediction[name] for name in names}


async def _told(emulator: Emulator, prediction: Prediction, message_id: str, body: bytes) -> bool:
    fault = emulator.faults.draw(provider=PROVIDER, operation="webhook", account=prediction.account)
    if fault and fault.fault == "close_connection":
        return False
    # Signed in real time: the receiver's clock is no part of the sandbox.
    headers = signed_headers(prediction.account, message_id, body, time.time())
    if fault and fault.fault == "bad_signature":
        headers["webhook-signature"] = f"v3,{'0' * 64}"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
            answer = await client.post(
                prediction.webhook, content=body, headers={**headers, "content-type": "application/json"}
            )
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.is_success
