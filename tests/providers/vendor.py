"""One account at the emulator, driven over real sockets by one of the two drivers."""

import asyncio
import secrets
from typing import Any

import httpx
import numpy as np
import pytest

from providers.driver import AsyncDriver, Driver, async_http_client, http_client
from providers.errors import ProviderError
from providers.probe import wrap_pcm
from providers.types import Account, AudioFormat, CloneRequest, SpeechRequest
from tests.providers.conversation import MINIMAX


class Vendor:
    """One fresh account at the emulator, driven by one of the two drivers."""

    def __init__(self, server, kind):
        self.host_port = server.base_url.removeprefix("http://")
        self.controls = f"{server.base_url}/_sandbox"
        self.account = Account(provider="minimax", base_url=f"{server.base_url}/minimax", key=secrets.token_hex(8))
        self._kind = kind

    def run(self, operation):
        if self._kind == "blocking":
            with http_client(allowed_hosts=[self.host_port]) as client:
                return Driver(client).run(operation)
        return asyncio.run(self._run(operation))

    async def _run(self, operation):
        async with async_http_client(allowed_hosts=[self.host_port]) as client:
            return await AsyncDriver(client).run(operation)

    def speak(self, text="Hello there.", **fields):
        return self.run(MINIMAX.speech(self.account, speech(text, **fields)))

    def stream(self, text="Hello there.", **fields):
        """The pieces and the result."""
        exchange = MINIMAX.stream_speech(self.account, speech(text, **fields))
        if self._kind == "blocking":
            with (
                http_client(allowed_hosts=[self.host_port]) as client,
                Driver(client).stream(exchange) as stream,
            ):
                return list(stream), stream.result
        return asyncio.run(self._stream(exchange))

    async def _stream(self, exchange):
        async with (
            async_http_client(allowed_hosts=[self.host_port]) as client,
            AsyncDriver(client).stream(exchange) as stream,
        ):
            return [piece async for piece in stream], stream.result

    def clone(self, voice_id=None, **fields):
        voice_id = voice_id or MINIMAX.new_voice_id("Narrator", secrets.token_hex(4))
        request = CloneRequest(
            voice_id=voice_id, sample=recording(), sample_name="a.wav", sample_type="audio/wav", **fields
        )
        return self.run(MINIMAX.clone(self.account, request))

    def bill(self):
        answer = httpx.get(f"{self.controls}/bill", params={"key": self.account.key}, trust_env=False)
        return list(answer.json()["lines"])

    def order(self, fault, operation="t2a", **fields):
        body = {"operation": operation, "fault": fault, "count": 1, "key": self.account.key, **fields}
        httpx.post(f"{self.controls}/faults", json=body, trust_env=False).raise_for_status()


def speech(text, **fields):
    defaults: dict[str, Any] = {
        "model": "speech-2.8-turbo",
        "voice_id": "English_Graceful_Lady",
        "format": AudioFormat("mp3", 32000),
    }
    return SpeechRequest(text=text, **defaults | fields)


def recording(seconds=11):
    t = np.arange(seconds * 16000) / 16000
    wobble = np.sin(2 * np.pi * 180 * t) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * t))
    return wrap_pcm((wobble * 12000).astype(np.int16).tobytes(), 16000, 1)


def failure(call):
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value
