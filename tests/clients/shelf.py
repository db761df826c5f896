"""Clients that others wrote, installed by `make public-clients`, run unmodified and pointed at the sandbox."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from tests.sandbox.customer import Customer, rms

DRIVERS = Path(__file__).resolve().parent / "drivers"
SECONDS = 100


@dataclass(frozen=True)
class Heard:
    """What a decoder makes of a file."""

    codec: str
    rate: int
    channels: int
    seconds: float
    loudness: float


@dataclass(frozen=True)
class Shelf:
    installed: Path
    folder: Path
    customer: Customer

    @property
    def base_url(self) -> str:
        """What a client gets in the place of https://api.minimax.io."""
        return f"{self.customer.base_url}/minimax"

    def python(self, name: str) -> str:
        """The interpreter that has a Python client; skips the test without it."""
        return self._found(self.installed / name / "bin" / "python")

    def package(self, name: str) -> Path:
        """The folder of an npm package; skips the test without it, or without Node."""
        if not shutil.which("node"):
            pytest.skip("Node is not installed")
        return Path(self._found(self.installed / "node" / "node_modules" / name))

    def script(self) -> str:
        """The long-text script; skips the test without it."""
        return self._found(self.installed / "minimax-speech" / "text_to_speech.py")

    def _found(self, path: Path) -> str:
        if not path.exists():
            pytest.skip(f"{path.relative_to(self.installed)} is not installed: make public-clients")
        return str(path)

    def run(self, *command: str) -> bytes:
        """Run a client to its end in the empty folder. What it wrote to stdout."""
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "MINIMAX_API_KEY": self.customer.key,
            "MINIMAX_API_HOST": self.base_url,
            "MINIMAX_API_RESOURCE_MODE": "local",
            "MINIMAX_MCP_BASE_PATH": str(self.folder),
            # Or it asks the network for a list of prices first.
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        done = subprocess.run(command, cwd=self.folder, env=settings, capture_output=True, timeout=SECONDS)
        assert done.returncode == 0, done.stderr.decode()[-3000:] + done.stdout.decode(errors="replace")[-1000:]
        return done.stdout

    def driver(self, name: str) -> Path:
        """A small script that calls a client."""
        return DRIVERS / name

    def drive(self, name: str, driver: str, *arguments: str) -> None:
        """Run a driver with the interpreter of a Python client."""
        self.run(self.python(name), str(self.driver(driver)), *arguments)

    def mmx(self, *arguments: str) -> bytes:
        """MiniMax's CLI."""
        program = str(self.package("mmx-cli") / "dist" / "mmx.mjs")
        setting = ("--base-url", self.base_url, "--region", "global", "--api-key", self.customer.key)
        return self.run("node", program, *setting, "--non-interactive", "--output", "json", *arguments)

    def mcp(self, server: str, *calls: tuple[str, dict[str, Any]]) -> list[str]:
        """Tools of one of MiniMax's MCP servers, the one for `python` or the one for `node`."""
        python = self.python("mcp")
        programs = {
            "python": lambda: [str(Path(python).with_name("minimax-mcp"))],
            "node": lambda: ["node", str(self.package("minimax-mcp-js") / "build" / "index.js")],
        }
        driver, command = str(self.driver("call_mcp.py")), json.dumps(programs[server]())
        return [json.loads(line) for line in self.run(python, driver, command, json.dumps(calls)).splitlines()]

    def file(self, pattern: str) -> Path:
        """The one file a client left behind."""
        (found,) = self.folder.glob(pattern)
        return found

    def result(self, answer: str, pattern: str) -> Path:
        """The file a client left behind, or the one whose URL it answered with; such a URL needs no key."""
        url = re.search(r"http\S+\w", answer)
        if not url:
            return self.file(pattern)
        path = self.folder / url[0].rpartition("/")[2]
        path.write_bytes(httpx.get(url[0]).raise_for_status().content)
        return path


def heard(path: Path) -> Heard:
    """Decode a file in a container."""
    with av.open(path) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono")
        parts = [part.to_ndarray()[0] for frame in container.decode(stream) for part in resampler.resample(frame)]
        rate, channels, codec = stream.rate, stream.codec_context.channels, stream.codec_context.name
    samples = np.concatenate(parts)
    return Heard(codec, rate, channels, len(samples) / rate, rms(samples))


def heard_pcm(content: bytes, rate: int) -> Heard:
    """Samples without a container."""
    samples = np.frombuffer(content, np.int16)
    return Heard("pcm_s16le", rate, 1, len(samples) / rate, rms(samples))


def characters(customer: Customer) -> list[int]:
    """What the sandbox billed, line by line."""
    return [line["characters"] for line in customer.bill()]
