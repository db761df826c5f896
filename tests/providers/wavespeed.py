"""WaveSpeed's answers, made by hand."""

import json
from dataclasses import replace

from providers.registry import adapter_for
from providers.types import Account, Headers, Response
from tests.providers.conversation import request as minimax_request

WAVESPEED = adapter_for("wavespeed")
ACCOUNT = Account(provider="wavespeed", base_url="https://api.wavespeed.ai", key="ws-key-1")
ROOT = "https://api.wavespeed.ai/api/v3"
TASK = "pred-0123456789abcdef"
AUDIO_URL = "https://cdn.elsewhere.example/out.mp3"


def account(**options):
    return replace(ACCOUNT, options=options)


def request(text="Hello.", **fields):
    return minimax_request(text, **{"model": "speech-02-hd", "voice_id": "Wise_Woman"} | fields)


def prediction(status="created", **fields):
    """The envelope around one prediction."""
    data = {
        "id": TASK,
        "model": "minimax/speech-02-hd",
        "outputs": [],
        "urls": {"get": f"{ROOT}/predictions/{TASK}/result"},
        "has_nsfw_contents": [],
        "status": status,
        "created_at": "2026-01-01T00:00:00.000Z",
        "error": "",
    }
    return envelope(data | fields)


def completed(*outputs, **fields):
    return prediction("completed", outputs=list(outputs or (AUDIO_URL,)), **fields)


def failed(code, error="it failed", **fields):
    return prediction("failed", error=error, **({} if code is None else {"code": code}) | fields)


def envelope(data, *, status=200, code=200, message="success"):
    return raw({"code": code, "message": message, "data": data}, status=status)


def refusal(status, message="no", **fields):
    return raw({"code": status, "message": message, **fields}, status=status)


def raw(body, *, status=200, headers=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, Headers(headers or {}), content)
