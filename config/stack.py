"""The embedded profile in one process: web server, Celery worker, beat, and the sandbox as a child.

Order of starting: sandbox → database → worker → beat → clock → web. Stopping goes the other way, so that work that is
under way can still reach its provider: nothing is cut off, nothing becomes unknown by a clean stop.
"""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import IO, Any

import httpx
import uvicorn
from celery import beat
from celery.apps.worker import Worker
from celery.worker import WorkController
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts import clock
from config.asgi import application
from config.celery import app
from synthesis.flows.recovery import recover_after_restart as recover_renders
from voicelib.flows.recovery import recover_after_restart as recover_voices

HOST = "127.0.0.1"
_START_SECONDS = 30


class StartError(Exception):
    """The stack cannot start; the sentence says what to do."""


class Stack:
    """Everything `make run` runs. Use as a context manager; `fail` is set when a part died by itself."""

    def __init__(self) -> None:
        self.data_dir = Path(settings.DATA_DIR)
        self._parts: list[Any] = []

    def __enter__(self) -> Stack:
        try:
            self._parts.append(_Lock(self.data_dir))
            for port, name in ((settings.PORT, "PORT"), (settings.SANDBOX_PORT, "SANDBOX_PORT")):
                _refuse_taken(port, name)
            sandbox = _Sandbox(self.data_dir)
            self._parts.append(sandbox)
            # The sandbox comes up while the database is looked after.
            _migrate()
            sandbox.wait_until_ready()
            _agree_on_time()
            # One process: whoever held a lease before this start is gone.
            recover_voices()
            recover_renders()
            for part in (_EmbeddedWorker, _Beat, _ClockFollower, _Web):
                self._parts.append(part())
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop everything, last started first; finished work is kept."""
        while self._parts:
            self._parts.pop().stop()


class _Lock:
    """One stack per data directory."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = (data_dir / "run.lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise StartError(
                f"Another `make run` uses {data_dir}. Stop it, or set VOICELIB_DATA to another folder."
            ) from None

    def stop(self) -> None:
        self._file.close()


class _Sandbox:
    """The emulator in a session of its own: Ctrl-C does not reach it, and it ends when its stdin closes."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-m", "providers.sandbox", "--host", HOST, "--port", str(settings.SANDBOX_PORT)]
        self._process = subprocess.Popen(
            [*command, "--state", str(data_dir / "sandbox.sqlite3"), "--exit-with-stdin"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def wait_until_ready(self) -> None:
        ready = self._process.stdout.readline() if self._process.stdout else ""
        if not ready.startswith("SANDBOX READY"):
            raise StartError("The sandbox did not start; its message is above.")

    def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=10)
        if self._process.stdout:
            self._process.stdout.close()


class _QuietWorker(Worker):
    """Celery's worker without the habits of a process of its own: it leaves signals and the process title alone."""

    def install_platform_tweaks(self, worker: WorkController) -> None:
        return


class _EmbeddedWorker:
    """Celery's worker with a pool of threads, in a thread: the memory broker lives in this process only."""

    def __init__(self) -> None:
        # Celery warns root users of pickled messages; ours are JSON and never leave this process.
        warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
        ready = threading.Event()
        self._worker = _QuietWorker(
            app=app,
            pool_cls="threads",
            concurrency=settings.WORKER_THREADS,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
            loglevel="WARNING",
            redirect_stdouts=False,
            ready_callback=lambda consumer: ready.set(),
        )
        self._thread = threading.Thread(target=self._worker.start, name="worker", daemon=True)
        self._thread.start()
        if not ready.wait(_START_SECONDS):
            raise StartError("The worker did not start.")

    def stop(self) -> None:
        # A warm stop: tasks that run are finished.
        self._worker.stop()
        self._thread.join(timeout=settings.PROVIDER_TIMEOUT_SECONDS)


class _Beat:
    """Celery's beat, its schedule in memory: ticks are idempotent, a forgotten one is made up by the next."""

    def __init__(self) -> None:
        self._service = beat.Service(app, scheduler_cls=beat.Scheduler, max_interval=1)
        self._thread = threading.Thread(
            target=self._service.start, kwargs={"embedded_process": True}, name="beat", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._service.stop(wait=False)
        self._thread.join(timeout=5)


class _ClockFollower:
    """Follows the sandbox's clock: when it moves, business time moves and the voices' tick runs at once."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._client = httpx.Client(base_url=settings.SANDBOX_URL, timeout=30, trust_env=False)
        self._thread = threading.Thread(target=self._follow, name="clock", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._stopping.is_set():
            seconds = clock.offset().total_seconds()
            try:
                answer = self._client.get("/_sandbox/clock", params={"newer_than": seconds, "wait_seconds": 5})
                moved = clock.follow_offset(answer.raise_for_status().json()["offset_seconds"])
            except httpx.HTTPError:
                self._stopping.wait(0.5)
                continue
            if moved:
                app.send_task("voicelib.tasks.keepalive_tick")

    def stop(self) -> None:
        self._stopping.set()
        self._client.close()
        self._thread.join(timeout=1)


class _Web:
    """uvicorn in a thread, so that signals stay with the main thread."""

    def __init__(self) -> None:
        config = uvicorn.Config(
            application, host=HOST, port=settings.PORT, lifespan="off", access_log=False, log_config=None
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)
        self._thread.start()
        url = f"http://{HOST}:{settings.PORT}/healthz"
        for _ in range(_START_SECONDS * 20):
            if self._server.started and httpx.get(url, trust_env=False).is_success:
                return
            self._thread.join(0.05)
            if not self._thread.is_alive():
                break
        raise StartError("The web server did not start.")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=settings.PROVIDER_TIMEOUT_SECONDS)


def _migrate() -> None:
    """Migrate where something is pending: looking takes a tenth of the time that a migration of nothing takes."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def _refuse_taken(port: int, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise StartError(f"Port {port} is taken. Free it, or choose another: {name}={port + 1} make run") from None


def _agree_on_time() -> None:
    """Bring the sandbox's clock and ours to the later of the two: neither ever goes back."""
    with httpx.Client(base_url=settings.SANDBOX_URL, timeout=10, trust_env=False) as client:
        theirs = client.get("/_sandbox/clock").raise_for_status().json()["offset_seconds"]
        ahead = clock.offset().total_seconds() - theirs
        if ahead > 0:
            client.post("/_sandbox/clock", json={"advance_seconds": ahead}).raise_for_status()
        else:
            clock.follow_offset(theirs)
