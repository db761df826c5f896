"""`make test-services`: the default suite on PostgreSQL, a year of a library there, then tests/services with real
workers, brokers and S3.

    python scripts/test_services.py [suite] [year] [services] [-- arguments for pytest]

Addresses, each with the default of a local installation: TEST_DATABASE_URL, TEST_REDIS_URL, TEST_RABBITMQ_URL.
S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY and S3_TEST_SECRET_KEY name an S3 server; without them one is started.
Every run makes and drops databases, buckets and queues of its own. The exit code is 0 only if everything passed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit, urlunsplit

import boto3
import psycopg
from botocore.config import Config

ROOT = Path(__file__).resolve().parent.parent
PHASES = ("suite", "year", "services")
SERVERS = {
    "TEST_DATABASE_URL": ("PostgreSQL", "postgres://postgres@127.0.0.1:5432/postgres", 5432),
    "TEST_REDIS_URL": ("Redis", "redis://127.0.0.1:6379/0", 6379),
    "TEST_RABBITMQ_URL": ("RabbitMQ", "amqp://guest:guest@127.0.0.1:5672//", 5672),
}
STOP_SECONDS = 30
# What has no database to be tried on: the wire library and the emulator, which are libraries without Django.
WITHOUT_DATABASE = ("--ignore=tests/providers", "--ignore=tests/sandbox")
S3_NAMES = ("S3_TEST_ENDPOINT", "S3_TEST_ACCESS_KEY", "S3_TEST_SECRET_KEY")


class MissingServerError(Exception):
    """A server the tests need is not there; the sentence says which variable names another."""


def main() -> int:
    """Run the phases asked for (all); 0 when all passed, 2 where a server is missing."""
    phases, extra = _arguments(sys.argv[1:])
    if not set(phases) <= set(PHASES):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    addresses = {name: os.environ.get(name, default) for name, (_, default, _) in SERVERS.items()}
    run = f"voicelib_{secrets.token_hex(4)}"
    environment = {
        # What the developer's shell says about a deployment is not meant for the tests.
        **{name: value for name, value in os.environ.items() if not name.startswith(("S3_", "CELERY_", "DATABASE_"))},
        **addresses,
        "DATABASE_URL": _database_url(addresses["TEST_DATABASE_URL"], run),
    }
    codes = []
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _need_servers(addresses, phases)
        if "suite" in phases:
            _say("The default suite on PostgreSQL")
            codes.append(_pytest(["-n", "2", "--dist", "worksteal", *WITHOUT_DATABASE, *extra], environment))
        if "year" in phases:
            _say("A year of a library on PostgreSQL")
            codes.append(_pytest(["-m", "services", "-n", "0", "--durations=1", "tests/year", *extra], environment))
        if "services" in phases:
            _say("Real workers, brokers and object store")
            with _s3_server() as server, _buckets(server, run) as buckets:
                where = [] if any(argument.startswith("tests/") for argument in extra) else ["tests/services"]
                arguments = ["-m", "services", "-n", "2", "--dist", "worksteal", *where, *extra]
                codes.append(_pytest(arguments, environment | buckets))
    except MissingServerError as error:
        sys.stderr.write(f"test-services: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("test-services: stopped\n")
        return 130
    return max(codes)


def _arguments(given: list[str]) -> tuple[list[str], list[str]]:
    """The phases, and what is meant for pytest."""
    if "--" not in given:
        return given or list(PHASES), []
    border = given.index("--")
    return given[:border] or list(PHASES), given[border + 1 :]


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # It drops its databases and ends its processes first.
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_SECONDS)
            raise
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _database_url(url: str, name: str) -> str:
    """The same server; the test runner makes a database of its own from this name, so that runs do not meet."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _need_servers(addresses: dict[str, str], phases: list[str]) -> None:
    for name, (product, _, port) in SERVERS.items():
        if name != "TEST_DATABASE_URL" and "services" not in phases:
            continue
        address = urlsplit(addresses[name])
        try:
            socket.create_connection((address.hostname or "127.0.0.1", address.port or port), timeout=5).close()
        except OSError as error:
            where = f"{address.hostname}:{address.port or port}"
            raise MissingServerError(
                f"{product} does not answer at {where} ({error}). Start it, or name another with {name}."
            ) from None
    try:
        psycopg.connect(addresses["TEST_DATABASE_URL"], connect_timeout=5).close()
    except psycopg.OperationalError as error:
        raise MissingServerError(f"PostgreSQL refuses TEST_DATABASE_URL: {str(error).strip()}") from None


@contextlib.contextmanager
def _s3_server() -> Iterator[dict[str, str]]:
    """The server that the environment names, or one that lives as long as this block (or this process)."""
    given = {name: os.environ.get(name, "") for name in S3_NAMES}
    if given["S3_TEST_ENDPOINT"]:
        yield given
        return
    command = [sys.executable, str(ROOT / "scripts" / "s3_server.py"), "--exit-with-stdin"]
    with (
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
        ) as server,
        # It ends when its stdin does: also when this process is killed.
        cast(IO[str], server.stdin),
    ):
        lines = [cast(IO[str], server.stdout).readline().strip() for _ in S3_NAMES]
        if not all(lines):
            raise MissingServerError("there is no S3 server; the reason is above.")
        yield dict(line.split("=", 1) for line in lines)


@contextlib.contextmanager
def _buckets(server: dict[str, str], run: str) -> Iterator[dict[str, str]]:
    """Two fresh buckets, as the product's own variables name them; emptied and removed at the end."""
    store = boto3.resource(
        "s3",
        endpoint_url=server["S3_TEST_ENDPOINT"],
        aws_access_key_id=server["S3_TEST_ACCESS_KEY"],
        aws_secret_access_key=server["S3_TEST_SECRET_KEY"],
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"),
    )
    names = [f"{run.replace('_', '-')}-{kind}" for kind in ("samples", "clips")]
    buckets = [store.create_bucket(Bucket=name) for name in names]
    try:
        yield {
            "S3_ENDPOINT_URL": server["S3_TEST_ENDPOINT"],
            "S3_ACCESS_KEY_ID": server["S3_TEST_ACCESS_KEY"],
            "S3_SECRET_ACCESS_KEY": server["S3_TEST_SECRET_KEY"],
            "S3_SAMPLES_BUCKET": names[0],
            "S3_CLIPS_BUCKET": names[1],
        }
    finally:
        for bucket in buckets:
            bucket.objects.all().delete()
            bucket.delete()


def _say(line: str) -> None:
    sys.stdout.write(f"\n== {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
