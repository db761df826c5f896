"""The figures that only a real server has: a database of our own on it, made and dropped here, filled by a child.

The settings of a process name one database, so what runs on PostgreSQL runs in a process of its own.
"""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.stage import row

# As for the service tests.
ADDRESS = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def on_postgresql(stage):
    try:
        psycopg.connect(ADDRESS, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        where = f"{urlsplit(ADDRESS).hostname}:{urlsplit(ADDRESS).port or 5432}"
        print(f"PostgreSQL does not answer at {where} (TEST_DATABASE_URL): {str(error).strip()}", file=sys.stderr)
        yield row(f"due voices on PostgreSQL: none answers at {where}", 0, "not run")
        return
    with _database() as url, tempfile.TemporaryDirectory(prefix="voicelib-bench-") as folder:
        environment = os.environ | {"DATABASE_URL": url, "VOICELIB_DATA": folder, "DATABASE_POOL_SIZE": "4"}
        child = [sys.executable, "-m", "benchmarks.due_voices"]
        # Its complaints go to our stderr; a figure that is wrong ends the benchmark.
        done = subprocess.run(child, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    yield from json.loads(done.stdout)


@contextlib.contextmanager
def _database():
    name = f"voicelib_bench_{secrets.token_hex(4)}"
    with psycopg.connect(ADDRESS, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(ADDRESS)._replace(path=f"/{name}"))
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


BENCHMARKS = (on_postgresql,)
