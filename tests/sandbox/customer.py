"""A customer of the emulated vendor: one key, the calls it makes, and the controls of the sandbox."""

import io
import ssl
import wave
from typing import Any

import av
import httpx
import numpy as np

from providers.sandbox.server import SandboxServer
from providers.sandbox.timbre import fundamental

SENTENCE = "The quick brown fox jumps over the lazy dog near the river bank."
SYSTEM_VOICE = "English_Graceful_Lady"
RATE = 16000
# Reading the certificates takes 20 ms for each client, and nothing here is encrypted.
TLS = ssl.create_default_context()


class Customer:
    def __init__(self, sandbox: SandboxServer, key: str) -> None:
        self.key = key
        self.base_url = sandbox.base_url
        self.http = httpx.Client(
            base_url=f"{sandbox.base_url}/minimax/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
            verify=TLS,
        )
        self.controls = httpx.Client(base_url=f"{sandbox.base_url}/_sandbox", timeout=30, verify=TLS)

    def close(self) -> None:
        self.http.close()
        self.controls.close()

    # What the vendor offers.

    def t2a(self, text: str = SENTENCE, voice: str = SYSTEM_VOICE, **fields: Any) -> Any:
        body = {
            "model": "speech-2.8-hd",
            "text": text,
            "voice_setting": {"voice_id": voice, **fields.pop("voice_setting", {})},
            "audio_setting": {"format": "pcm", "sample_rate": RATE, **fields.pop("audio_setting", {})},
            **fields,
        }
        return self.post("t2a_v2", body)

    def post(self, path: str, body: Any) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(self, content: bytes, name: str = "sample.wav", purpose: str = "voice_clone") -> Any:
        answer = self.http.post("files/upload", data={"purpose": purpose}, files={"file": (name, content)})
        return answer.json()["file"]["file_id"]

    def clone(self, voice_id: str, sample: bytes | None = None, name: str = "sample.wav", **fields: Any) -> Any:
        file_id = self.upload(sample if sample is not None else tone(120), name)
        return self.post("voice_clone", {"file_id": file_id, "voice_id": voice_id, **fields})

    def delete_voice(self, voice_id: str) -> Any:
        return self.post("delete_voice", {"voice_type": "voice_cloning", "voice_id": voice_id})

    def clones_listed(self) -> list[str]:
        answer = self.post("get_voice", {"voice_type": "voice_cloning"})
        return [row["voice_id"] for row in answer["voice_cloning"] or []]

    def speak(self, text: str = SENTENCE, voice: str = SYSTEM_VOICE, **fields: Any) -> np.ndarray:
        answer = self.t2a(text, voice, **fields)
        assert code(answer) == 0, answer
        return np.frombuffer(bytes.fromhex(answer["data"]["audio"]), np.int16)

    # What the sandbox offers.

    def bill(self) -> Any:
        return self.controls.get("bill", params={"key": self.key}).json()["lines"]

    def voice(self, voice_id: str) -> Any:
        rows = self.controls.get("voices", params={"key": self.key}).json()["voices"]
        return next(row for row in rows if row["voice_id"] == voice_id)

    def requests(self, **query: Any) -> Any:
        return self.controls.get("requests", params={"key": self.key, **query}).json()["requests"]

    def order(self, control: str, body: dict[str, Any]) -> Any:
        answer = self.controls.post(control, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, fault: str, operation: str = "t2a", **fields: Any) -> None:
        self.order("faults", {"operation": operation, "fault": fault, "count": 1, "key": self.key, **fields})

    def advance(self, seconds: float, **fields: Any) -> Any:
        return self.order("clock", {"advance_seconds": seconds, **fields})


def code(answer: dict[str, Any]) -> Any:
    return answer["base_resp"]["status_code"]


def message(answer: dict[str, Any]) -> Any:
    return answer["base_resp"]["status_msg"]


def wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype(np.int16).tobytes())
    return sink.getvalue()


def tone(hz: float, seconds: float = 11) -> bytes:
    """A buzzing recording whose fundamental frequency is known."""
    times = np.arange(int(RATE * seconds)) / RATE
    signal = sum(np.sin(2 * np.pi * hz * harmonic * times) / harmonic for harmonic in range(1, 8))
    return wav(np.asarray(signal) * 5000)


def encoded(samples: np.ndarray, container: str, codec: str) -> bytes:
    sink = io.BytesIO()
    with av.open(sink, "w", format=container) as file:
        stream = file.add_stream(codec, rate=48000)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(np.repeat(samples, 3).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48000
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=48000)
        for part in resampler.resample(frame):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return sink.getvalue()


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt((samples.astype(np.float64) ** 2).mean()))


def f0(samples: np.ndarray) -> float:
    hz = fundamental(samples, sample_rate=RATE)
    assert hz is not None
    return hz


def longest_silence(samples: np.ndarray) -> float:
    """Seconds of the longest stretch without sound."""
    loud = np.flatnonzero(np.abs(samples) > 150)
    return float(np.diff(loud).max()) / RATE
