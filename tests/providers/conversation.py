"""Holding an adapter's conversation by hand: what it asks for, and what becomes of the answers it is given."""

import json
from dataclasses import replace

from providers.driver import NOTHING
from providers.registry import adapter_for
from providers.types import (
    Accepted,
    Account,
    AudioFormat,
    CloneRequest,
    Headers,
    Pause,
    Response,
    SpeechRequest,
    SpeechSettings,
)

MINIMAX = adapter_for("minimax")
ACCOUNT = Account(provider="minimax", base_url="https://api.minimax.io", key="sk-api-test")
MP3 = bytes.fromhex("494433040000000000") + b"\0" * 64
WAV = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0" + b"\0" * 32


def account(**options):
    return replace(ACCOUNT, options=options)


def request(text="Hello.", *, format=None, **fields):
    settings = fields.pop("settings", {})
    return SpeechRequest(
        **{"text": text, "model": "speech-2.8-hd", "voice_id": "English_Graceful_Lady"} | fields,
        format=format or AudioFormat("mp3", 32000, 128000, 1),
        settings=SpeechSettings(**settings),
    )


def clone_request(**fields):
    return CloneRequest(
        **{"voice_id": "Narrator_a1b2", "sample": WAV, "sample_name": "take 1.wav", "sample_type": "audio/wav"} | fields
    )


def answer(body=None, *, status=200, code=0, message="success", headers=None, **fields):
    """A MiniMax answer: ``body`` as it is when it is bytes, else JSON with base_resp."""
    if not isinstance(body, bytes):
        envelope = {"base_resp": {"status_code": code, "status_msg": message}}
        body = json.dumps(envelope | (body or {}) | fields).encode()
    return Response(status, Headers(headers or {}), body)


def spoken(audio=MP3, *, usage=6, **fields):
    """A successful synthesis; ``audio`` bytes are sent as hex, a text as it is."""
    payload = audio.hex() if isinstance(audio, bytes) else audio
    info = {"audio_length": 1234, "audio_size": len(audio), "usage_characters": usage, "word_count": 6}
    body = {"data": {"audio": payload, "status": 2, "ced": ""}, "extra_info": info, "trace_id": "body-trace"}
    return answer(body | fields)


def converse(operation, *answers, accepted=None, pauses=None):
    """Give the conversation its answers; returns its result and the requests it made. An answer that is an exception is
    thrown. The ids it had accepted go to the list `accepted`, the seconds it waited to `pauses`."""
    requests, left = [], list(answers)
    try:
        asked = next(operation)
        while True:
            if isinstance(asked, Accepted):
                (accepted if accepted is not None else []).append(asked.task)
                asked = operation.send(NOTHING)
            elif isinstance(asked, Pause):
                (pauses if pauses is not None else []).append(asked.seconds)
                asked = operation.send(NOTHING)
            else:
                requests.append(asked)
                if not left:
                    break
                given = left.pop(0)
                asked = operation.throw(given) if isinstance(given, Exception) else operation.send(given)
    except StopIteration as done:
        return done.value, requests
    raise AssertionError(f"it asks for more: {requests[-1].operation}")


def first_request(operation):
    asked = next(operation)
    operation.close()
    return asked
