"""One fresh account of one provider at the sandbox, driven over real sockets by one of the two drivers."""

import asyncio
import math
import secrets
from typing import Any

import httpx

from providers.driver import AsyncDriver, Driver, async_http_client, http_client
from providers.fetch import FetchPolicy, fetch
from providers.types import Accepted, Account, CloneRequest, SpeechRequest
from providers.voice_design import DesignRequest
from tests.providers.vendor import recording

DESIGN: dict[str, Any] = {"prompt": "A calm old man with a warm voice.", "preview_text": "Good day to you all."}
PAID = frozenset({"speech", "stream", "long_text", "clone", "design"})


class Customer:
    def __init__(self, stage, server, kind):
        self.stage = stage
        self.adapter = stage.adapter
        self.capabilities = stage.adapter.capabilities
        self.host_port = server.base_url.removeprefix("http://")
        self.controls = f"{server.base_url}/_sandbox"
        self.account = Account(
            provider=stage.name,
            base_url=f"{server.base_url}/{stage.mount}",
            key=secrets.token_hex(8),
            options=stage.options,
        )
        self.accepted: list[Accepted] = []
        self.kind = kind

    @property
    def preview_model(self):
        return self.stage.preview_model or self.capabilities.cheapest_model

    def run(self, operation, *, longest_seconds=math.inf):
        if self.kind == "blocking":
            with http_client(allowed_hosts=[self.host_port]) as client:
                return Driver(client, longest_seconds=longest_seconds).run(operation, on_accepted=self.accepted.append)

        async def run():
            async with async_http_client(allowed_hosts=[self.host_port]) as client:
                driver = AsyncDriver(client, longest_seconds=longest_seconds)
                return await driver.run(operation, on_accepted=self.accepted.append)

        return asyncio.run(run())

    def hear(self, exchange, *, longest_seconds=math.inf):
        """The pieces of a stream, and its result."""
        if self.kind == "blocking":
            with (
                http_client(allowed_hosts=[self.host_port]) as client,
                Driver(client, longest_seconds=longest_seconds).stream(exchange) as stream,
            ):
                return list(stream), stream.result

        async def hear():
            async with (
                async_http_client(allowed_hosts=[self.host_port]) as client,
                AsyncDriver(client, longest_seconds=longest_seconds).stream(exchange) as stream,
            ):
                return [piece async for piece in stream], stream.result

        return asyncio.run(hear())

    def request(self, text="Hello there.", **fields):
        defaults: dict[str, Any] = {
            "model": self.capabilities.cheapest_model,
            "voice_id": self.stage.voice_id,
            "format": self.capabilities.default_format,
        }
        return SpeechRequest(text=text, **defaults | fields)

    def speak(self, text="Hello there.", **fields):
        return self.run(self.adapter.speech(self.account, self.request(text, **fields)))

    def stream(self, text="Hello there.", **fields):
        return self.hear(self.adapter.stream_speech(self.account, self.request(text, **fields)))

    def clone(self, *, seconds=11, **fields):
        """A voice made of a recording. The id is ours, where the provider does not pick it."""
        voice_id = fields.pop("voice_id", None) or self.adapter.new_voice_id("Narrator", secrets.token_hex(4))
        with self.stage.hand_over(recording(seconds)) as handed:
            return self.run(self.adapter.clone(self.account, CloneRequest(voice_id=voice_id, **handed | fields)))

    def design(self):
        return self.run(self.adapter.design(self.account, self.design_request()))

    def design_request(self, **fields):
        """A voice to make up. The id is ours, where the provider does not pick it."""
        if self.stage.names_designs:
            fields = {"voice_id": self.adapter.new_voice_id("Designed", secrets.token_hex(4))} | fields
        return DesignRequest(**DESIGN | fields)

    def audio_of(self, result):
        """The audio of a synthesis, fetched where it came as an address."""
        if result.audio_url is None:
            return result.audio
        return self.fetched(result.audio_url)

    def preview_of(self, made):
        """The preview of a designed voice, fetched where it came as an address."""
        return made.preview if made.preview_url is None else self.fetched(made.preview_url)

    def fetched(self, url):
        return fetch(url, FetchPolicy(allowed={self.host_port})).content

    def voices(self, kind):
        listed = self.run(self.adapter.list_voices(self.account))
        return [voice.voice_id for voice in listed if voice.kind == kind]

    def bill(self):
        return list(self._control("bill", provider=self.stage.name)["lines"])

    def requests(self):
        """What reached the provider, oldest first."""
        return list(self._control("requests", provider=self.stage.name)["requests"])

    def order(self, fault, operation, **fields):
        """The next call of `operation` fails this way."""
        body = {
            "provider": self.stage.name,
            "operation": self.stage.routes[operation],
            "fault": fault,
            "count": 1,
            "key": self.account.key,
        }
        answer = httpx.post(f"{self.controls}/faults", json=body | fields, trust_env=False)
        answer.raise_for_status()

    def pace(self, **fields):
        httpx.post(f"{self.controls}/pace", json=fields, trust_env=False).raise_for_status()

    def _control(self, name, **query):
        answer = httpx.get(f"{self.controls}/{name}", params={"key": self.account.key, **query}, trust_env=False)
        answer.raise_for_status()
        return answer.json()
