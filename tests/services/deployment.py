"""The product as it runs in production: web server, workers and beat as processes of their own, a real broker."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from celery import Celery
from django.conf import settings
from django.db import connection
from redis import Redis

from accounts.ids import new_id
from config import celery as config
from tests.services.processes import ROOT, Process, free_port, until

_TICK_SECONDS = 0.3


@dataclass
class Deployment:
    """Processes that share this test run's database, object store, data directory and sandbox, and one queue."""

    broker_url: str
    folder: Path
    queue: str = field(default_factory=lambda: f"voicelib-test-{new_id()}")
    processes: list[Process] = field(default_factory=list)
    _ticker: "Ticker | None" = None

    def web(self, **env: str) -> str:
        """Start a web server; returns the address it answers at."""
        url = f"http://127.0.0.1:{(port := free_port())}"
        web = self._start(
            "web",
            ["-m", "uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "off", "--no-access-log"],
            PORT=str(port),
            **env,
        )
        until(lambda: _answers(url) or not web.is_alive(), "the web server to answer")
        assert web.is_alive(), web.output()
        return url

    def worker(self, *, concurrency: int = 4, **env: str) -> Process:
        """Start `celery worker`, and wait until it takes work."""
        worker = self._start("worker", ["-m", "celery", "-A", "config", *_worker_arguments(concurrency)], **env)
        worker.wait_for_line("ready.")
        return worker

    def parked_worker(self, step: str, *, concurrency: int = 1, **env: str) -> tuple[Process, Path]:
        """A worker that stops for good when work reaches `step`, and the file it writes when that happened."""
        marker = self.folder / f"parked-{new_id()}"
        park = ["-m", "tests.services.parked_worker", "--at", step, "--marker", str(marker)]
        worker = self._start("parked-worker", [*park, *_worker_arguments(concurrency)], **env)
        worker.wait_for_line("ready.")
        return worker, marker

    def beat(self, **env: str) -> Process:
        """Start `celery beat`: every tick once a second."""
        schedule = str(self.folder / f"beat-{new_id()}")
        return self._start(
            "beat", ["-m", "celery", "-A", "config", "beat", "--schedule", schedule], **{"TICK_SECONDS": "1"} | env
        )

    def ticks(self) -> None:
        """Send every tick of the beat table again and again, as a beat would, until the deployment stops."""
        self._ticker = Ticker(self._client())

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run one management command to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def send(self, task: str, *arguments: str) -> None:
        """Put one message on the queue."""
        with self._client() as client:
            client.send_task(task, args=arguments)

    def environment(self, **env: str) -> dict[str, str]:
        """What a process of this deployment reads."""
        database = connection.settings_dict
        host = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
        password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"postgres://{database['USER']}{password}@{host}/{database['NAME']}",
            "CELERY_BROKER_URL": self.broker_url,
            "CELERY_QUEUE": self.queue,
            "VOICELIB_DATA": str(settings.DATA_DIR),
            "SPOOL_DIR": str(settings.SPOOL_DIR),
            "SANDBOX_PORT": str(settings.SANDBOX_PORT),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        return os.environ | ours | env

    def stop(self) -> None:
        """End every process and take the queue off the broker."""
        if self._ticker:
            self._ticker.stop()
        for process in reversed(self.processes):
            process.kill()
        with self._client() as client, client.connection_for_write() as broker:
            queue = client.amqp.queues[self.queue](broker.default_channel)
            queue.delete()
            if broker.transport.driver_type == "amqp":
                queue.exchange.delete()
        if self.broker_url.startswith("redis"):
            _sweep_redis(self.broker_url, self.queue)

    def output(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"--- {each.name} {each.pid}\n{each.output()[-4000:]}" for each in self.processes)

    def _start(self, name: str, arguments: list[str], **env: str) -> Process:
        log = self.folder / f"{name}-{new_id()}.log"
        process = Process(name, arguments, env=self.environment(**env), log=log)
        self.processes.append(process)
        return process

    def _client(self) -> Celery:
        client = Celery(broker=self.broker_url, set_as_current=False)
        client.conf.task_default_queue = self.queue
        return client


class Ticker:
    """Rings all ticks from a thread; cheaper to start than a beat."""

    def __init__(self, client: Celery):
        self._client = client
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._tick)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _tick(self) -> None:
        with self._client as client:
            while not self._stopping.wait(_TICK_SECONDS):
                for entry in config.app.conf.beat_schedule.values():
                    client.send_task(entry["task"])


def _worker_arguments(concurrency: int) -> list[str]:
    pool = ["--pool", "threads", "--concurrency", str(concurrency), "--loglevel", "INFO"]
    # Workers of other runs on the same broker are none of its business.
    alone = ["--hostname", f"{new_id()}@%h", "--without-gossip", "--without-mingle"]
    return ["worker", *pool, *alone]


def _sweep_redis(url: str, queue: str) -> None:
    """What deleting the queue leaves: its bindings, and messages a killed worker had taken, to be restored later."""
    with Redis.from_url(url) as server:
        server.delete(f"_kombu.binding.{queue}", f"_kombu.binding_permanent.{queue}")
        for tag, taken in server.hscan_iter("unacked"):
            if json.loads(taken)[2] == queue:
                server.hdel("unacked", tag)
                server.zrem("unacked_index", tag)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False
