"""Processes of a test: started with their own log, waited for by what can be seen, never left behind."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 40.0


class Process:
    """A Python program of the product, in a session of its own; its output goes to `log`."""

    def __init__(self, name: str, arguments: list[str], *, env: dict[str, str], log: Path, stdin=subprocess.DEVNULL):
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=env,
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def wait_for_line(self, words: str) -> None:
        """Until its log holds `words`."""
        until(lambda: words in self.output() or self._gone(), f"{self.name} to say {words!r}")

    def kill(self) -> None:
        """As the out-of-memory killer would: no handler runs, and none of its children survives."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        if self._popen.stdin:
            self._popen.stdin.close()

    def stop(self) -> int | None:
        """Ask it to end, and wait until it did."""
        if self.is_alive():
            self._popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout=15)
        self.kill()
        return self._popen.returncode

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def _gone(self) -> bool:
        if self.is_alive():
            return False
        raise AssertionError(f"{self.name} ended by itself ({self._popen.returncode}):\n{self.output()[-3000:]}")


def until(look, what: str, *, seconds: float = _PATIENCE_SECONDS, every: float = 0.03):
    """What `look()` answers once that is true; fails after `seconds` saying `what` did not happen."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:.0f} s in vain for {what}; last seen: {seen!r}")
        time.sleep(every)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _die_with_parent() -> None:
    """Also when the test run itself is killed (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
