"""Conversations with PPIO and UModelverse by hand: their accounts, their requests, their answers."""

import json
from typing import Any

from providers.errors import ProviderError
from providers.registry import adapter_for
from providers.types import Account, AudioFormat, CloneRequest, Headers, Response, SpeechRequest, SpeechSettings
from tests.providers.conversation import MP3, WAV

PPIO = adapter_for("ppio")
UMODELVERSE = adapter_for("umodelverse")
FLAT = ("speech-02-turbo", "speech-02-hd", "speech-2.5-hd-preview", "speech-2.5-turbo-preview", "speech-2.6-hd",
        "speech-2.6-turbo")  # fmt: skip
NESTED = ("speech-2.8-hd", "speech-2.8-turbo")
SAMPLE_URL = "https://storage.example/take.wav?signature=x"


def ppio_account(**options):
    return Account(provider="ppio", base_url="https://api.ppio.com", key="sk_test", options=options)


def umodelverse_account(**options):
    return Account(provider="umodelverse", base_url="https://api.umodelverse.ai", key="sk_test", options=options)


def saying(text="Hello.", *, model="speech-2.6-hd", format=None, **fields):
    settings = fields.pop("settings", {})
    return SpeechRequest(
        text=text,
        model=model,
        voice_id=fields.pop("voice_id", "male-qn-jingying"),
        format=format or AudioFormat("mp3", 32000, 128000, 1),
        settings=SpeechSettings(**settings),
        **fields,
    )


def cloning(**fields):
    defaults: dict[str, Any] = {
        "voice_id": "Narrator_1a2b",
        "sample": WAV,
        "sample_name": "take.wav",
        "sample_type": "audio/wav",
        "sample_url": SAMPLE_URL,
    }
    return CloneRequest(**defaults | fields)


def said(body, status=200, headers=None):
    """An answer: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, Headers(headers or {}), content)


def refused(reason, status=400, message="no"):
    """PPIO's gateway refuses."""
    return said({"code": status, "reason": reason, "message": message, "metadata": {}}, status)


def gateway(code, status=400, message="no"):
    """UModelverse's gateway refuses."""
    return said({"error": {"message": message, "type": "any", "code": code, "param": "request-1"}}, status)


HEX = MP3.hex()


def nested(audio=HEX, *, code=0, message="success", usage=6, **data):
    """MiniMax's shape."""
    return {
        "data": {"audio": audio, "status": 2, **data},
        "extra_info": {"audio_length": 1234, "usage_characters": usage, "word_count": 52},
        "trace_id": "body-trace",
        "base_resp": {"status_code": code, "status_msg": message},
    }


def frames(*bodies):
    return b"".join(b"data: " + json.dumps(body).encode() + b"\n\n" for body in bodies)


class Listening:
    """What a decoder gives of one streamed answer."""

    def __init__(self, exchange, *parts, status=200):
        self.audio, self.result, self.error = b"", None, None
        decoder = exchange.decoder
        try:
            decoder.begin(status, Headers())
            for part in parts:
                for piece in decoder.feed(part):
                    self.audio += piece
            for piece in decoder.flush():
                self.audio += piece
            self.result = decoder.end()
        except ProviderError as error:
            self.error = error
