import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import httpx
import pytest

from providers.sandbox.server import SandboxServer

T2A = {"model": "speech-02-hd", "text": "Hello.", "voice_setting": {"voice_id": "Grinch"}}
HEADERS = {"Authorization": "Bearer key"}


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "providers.sandbox", "--port", "0", *arguments]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = child.stdout.readline() if child.stdout else ""
        assert line.startswith("SANDBOX READY http://"), line
        yield child, line.split()[-1]
    finally:
        child.kill()
        close(child.stdin)
        close(child.stdout)
        child.wait()


def close(pipe: IO[str] | None) -> None:
    assert pipe is not None
    pipe.close()


def speak(url: str) -> None:
    assert httpx.post(f"{url}/minimax/v1/t2a_v2", json=T2A, headers=HEADERS).json()["base_resp"]["status_code"] == 0


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


def gone(pid: int) -> bool:
    """Waits for a process that is not our child to end."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_and_takes_espeak_along(number):
    with process() as (child, url):
        speak(url)
        (espeak,) = children_of(child.pid)
        before = time.monotonic()
        child.send_signal(number)
        assert child.wait(timeout=5) == 0
        assert time.monotonic() - before < 2
        assert gone(espeak)


def test_a_kill_leaves_no_espeak_behind():
    with process() as (child, url):
        speak(url)
        (espeak,) = children_of(child.pid)
        child.kill()
        child.wait()
        assert gone(espeak)


def test_the_end_of_stdin_stops_it_when_asked():
    with process("--exit-with-stdin") as (child, url):
        speak(url)
        (espeak,) = children_of(child.pid)
        close(child.stdin)
        assert child.wait(timeout=5) == 0
        assert gone(espeak)


def test_a_taken_port_is_one_clear_line_and_exit_code_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "providers.sandbox", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr


def test_a_state_that_is_no_database_is_one_clear_line_and_exit_code_2(tmp_path):
    broken = tmp_path / "broken.sqlite"
    broken.write_text("this is not a database, but long enough to be taken for one" * 10)
    command = [sys.executable, "-m", "providers.sandbox", "--port", "0", "--state", str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_keys_and_hosts_of_the_command_line_hold():
    with process("--keys", "one, two", "--allowed-hosts", "sandbox") as (_, url):
        for key, expected in (("one", 0), ("two", 0), ("three", 1004)):
            headers = {"Authorization": f"Bearer {key}"}
            answer = httpx.post(f"{url}/minimax/v1/t2a_v2", json=T2A, headers=headers).json()
            assert answer["base_resp"]["status_code"] == expected
        assert httpx.get(f"{url}/_sandbox/clock", headers={"Host": "sandbox:9100"}).status_code == 200
        assert httpx.get(f"{url}/_sandbox/clock", headers={"Host": "other"}).status_code == 421


def test_a_killed_process_keeps_what_it_answered(tmp_path):
    state = str(tmp_path / "sandbox.sqlite")
    with process("--state", state) as (child, url):
        speak(url)
        bill = httpx.get(f"{url}/_sandbox/bill").json()
        child.kill()
    with process("--state", state) as (_, url):
        assert httpx.get(f"{url}/_sandbox/bill").json() == bill
        assert len(bill["lines"]) == 1


def test_a_crash_of_espeak_costs_nothing_but_a_new_child():
    with SandboxServer() as server:
        speak(server.base_url)
        first = server.espeak_pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        speak(server.base_url)
        assert server.espeak_pid not in (None, first)


def test_stopping_twice_is_harmless_and_frees_the_port():
    server = SandboxServer()
    port = int(server.base_url.rpartition(":")[2])
    server.stop()
    server.stop()
    with SandboxServer(port=port) as again:
        assert httpx.get(f"{again.base_url}/_sandbox/clock").status_code == 200
