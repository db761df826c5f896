"""`make run` as a real process, in a folder and on ports of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Product:
    """The product on one data folder; may be started, stopped and killed several times."""

    process: subprocess.Popen[str]

    def __init__(self, folder):
        self.folder = Path(folder)
        ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")},
            **ports,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VOICELIB_PROFILE": "embedded",
            "VOICELIB_DATA": str(self.folder),
        }
        self.said = ""

    def start(self):
        self.process = self.popen("run")
        until = time.monotonic() + _START_SECONDS
        self.said = ""
        for line in self.process.stdout or ():
            self.said += line
            if line.startswith("READY"):
                return self
            assert time.monotonic() < until, self.said
        raise AssertionError(f"it ended with {self.process.wait()}:\n{self.said}")

    def popen(self, *arguments, **environment):
        return subprocess.Popen(
            [sys.executable, "-W", "error::ResourceWarning", "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def interrupt(self):
        """Ctrl-C; returns the exit code once everything has stopped."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        self.said += rest
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def children(self):
        """Process ids of everything below it."""
        found, wave = [], [self.process.pid]
        while wave:
            wave = [child for parent in wave for child in _children_of(parent)]
            found += wave
        return found

    @property
    def quickstart(self):
        return json.loads((self.folder / "quickstart.json").read_text())

    def api(self):
        made = self.quickstart
        headers = {"Authorization": f"Bearer {made['token']}"}
        return httpx.Client(base_url=f"{made['base_url']}/api/v1", headers=headers, timeout=60, trust_env=False)

    def sandbox(self):
        return httpx.Client(base_url=f"{self.quickstart['sandbox_url']}/_sandbox", timeout=120, trust_env=False)


def _children_of(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def gone(pid):
    """Whether a process has ended (a zombie has)."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def wait_until(look, seconds=20):
    """Look until it is true; the last look is the answer."""
    until = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(0.02)
    return seen
