"""A customer of the emulated WaveSpeed: one key, the calls it makes, and the controls of the sandbox."""

import time
from typing import Any

import httpx

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import TLS, tone

VOICE = "Wise_Woman"
SPEECH = "minimax/speech-02-hd"
CLONE = "minimax/voice-clone"
DESIGN = "minimax/voice-design"


class WaveSpeedCustomer:
    def __init__(self, sandbox: SandboxServer, key: str) -> None:
        self.key = key
        self.base_url = f"{sandbox.base_url}/wavespeed"
        self.http = httpx.Client(
            base_url=f"{self.base_url}/api/v3", headers={"Authorization": f"Bearer {key}"}, timeout=30, verify=TLS
        )
        self.plain = httpx.Client(timeout=30, verify=TLS)
        self.controls = httpx.Client(base_url=f"{sandbox.base_url}/_sandbox", timeout=30, verify=TLS)

    def close(self) -> None:
        for client in (self.http, self.plain, self.controls):
            client.close()

    def order(self, control: str, body: dict[str, Any]) -> Any:
        answer = self.controls.post(control, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, fault: str, operation: str = "t2a", **fields: Any) -> None:
        order = {"provider": "wavespeed", "operation": operation, "fault": fault, "count": 1, "key": self.key}
        self.order("faults", order | fields)

    def turn(self, switch: str, *, on: bool = True) -> None:
        self.order("switches", {"provider": "wavespeed", "switch": switch, "on": on})

    def post(self, model: str, body: dict[str, Any], **query: str) -> httpx.Response:
        return self.http.post(model, json=body, params=query)

    def submit(self, model: str, body: dict[str, Any], **query: str) -> Any:
        answer = self.post(model, body, **query)
        assert answer.status_code == 200, answer.text
        envelope = answer.json()
        assert (envelope["code"], envelope["message"]) == (200, "success")
        return envelope["data"]

    def speak(self, text: str = "Hello.", voice: str = VOICE, **fields: Any) -> Any:
        return self.submit(SPEECH, {"text": text, "voice_id": voice, **fields})

    def read(self, prediction_id: str) -> Any:
        answer = self.http.get(f"predictions/{prediction_id}/result")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def ended(self, data: Any, seconds: float = 20) -> Any:
        """Reads until it is over."""
        deadline = time.monotonic() + seconds
        while data["status"] in ("created", "processing") and time.monotonic() < deadline:
            data = self.read(data["id"])
        return data

    def upload(self, content: bytes, name: str = "sample.wav") -> str:
        answer = self.http.post("media/upload/binary", files={"file": (name, content)})
        url: str = answer.json()["data"]["download_url"]
        return url

    def clone(self, voice_id: str, **fields: Any) -> Any:
        body = {"audio": self.upload(tone(120)), "custom_voice_id": voice_id, "text": "Hi.", **fields}
        return self.ended(self.submit(CLONE, body))

    def bill(self) -> Any:
        return self.controls.get("bill", params={"key": self.key, "provider": "wavespeed"}).json()["lines"]
