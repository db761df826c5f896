"""A throw-away S3 server: Ceph RGW from Debian's packages, in a temporary directory, on free loopback ports.

    python scripts/s3_server.py [--exit-with-stdin]

Prints `S3_TEST_ENDPOINT=…`, `S3_TEST_ACCESS_KEY=…` and `S3_TEST_SECRET_KEY=…` when it answers, then serves until a
signal (or the end of stdin) and takes its daemons and their data with it. Needs Linux; where the packages are missing
it installs them when it may (root, apt-get).
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any, NoReturn, Self

PACKAGES = ("radosgw", "ceph-mon", "ceph-osd", "ceph-common")
PROGRAMS = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool")
START_SECONDS = 90.0

CONFIGURATION = """
[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{mon_port}
mon initial members = a
keyring = {home}/keyring
run dir = {home}
admin socket = {home}/$name.$pid.asok
log file = {home}/$name.log
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv4 = true
ms bind msgr2 = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon warn on pool no redundancy = false
[mon]
mon data = {home}/mon
mon data avail crit = 1
mon data avail warn = 1
[osd]
osd data = {home}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd class load list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw data = {home}/rgw
rgw enable usage log = false
rgw dynamic resharding = false
rgw override bucket index max shards = 1
rgw gc max objs = 1
rgw lc max objs = 1
rgw usage max shards = 1
rgw num rados handles = 1
"""


KEYS = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
    "client.rgw": {"mon": "allow rwx", "osd": "allow rwx"},
}


class S3ServerError(Exception):
    """The server cannot be had here; the sentence says what to do."""


class StoppedError(BaseException):
    """A signal asked to stop, wherever we are."""


def main() -> int:
    """Serve until told to stop. Exit code 2 with a sentence where that is impossible."""
    parser = argparse.ArgumentParser(description="Ceph RGW as a throw-away S3 server.")
    parser.add_argument("--exit-with-stdin", action="store_true", help="leave when stdin ends: the parent is gone")
    follow_stdin = parser.parse_args().exit_with_stdin
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    if follow_stdin:
        threading.Thread(target=_follow_stdin, daemon=True).start()
    try:
        with tempfile.TemporaryDirectory(prefix="s3-server-", ignore_cleanup_errors=True) as folder:
            _serve(Path(folder))
    except S3ServerError as error:
        sys.stderr.write(f"s3_server: {error}\n")
        return 2
    except StoppedError:
        return 0


def _serve(home: Path) -> NoReturn:
    _need_programs()
    with _Cluster(home) as cluster:
        for name, value in cluster.start().items():
            sys.stdout.write(f"{name}={value}\n")
        sys.stdout.flush()
        while True:
            cluster.look()
            time.sleep(0.5)


def _need_programs() -> None:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if not missing:
        return
    if not sys.platform.startswith("linux") or shutil.which("apt-get") is None or os.geteuid() != 0:
        raise S3ServerError(
            f"there is no {', '.join(missing)} here. Set S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY and S3_TEST_SECRET_KEY "
            f"to an S3 server of yours, or install the Debian packages {' '.join(PACKAGES)} (as root this is done "
            "for you)."
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(["apt-get", "-q", *command], env=environment, stdout=sys.stderr, check=False)
    if done.returncode:
        raise S3ServerError(f"apt-get could not install {' '.join(PACKAGES)}; see above.")


class _Cluster:
    """One monitor, one object store in memory and one gateway, all children of this process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._conf = home / "ceph.conf"
        self._mon_port, self._port = _free_ports(2)
        self._fsid = str(uuid.uuid4())
        self._deadline = time.monotonic() + START_SECONDS
        self._daemons: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Nothing they hold is worth an orderly end.
        for daemon in reversed(self._daemons):
            daemon.kill()
        for daemon in self._daemons:
            daemon.wait()

    def start(self) -> dict[str, str]:
        """Start one after the other; answers the environment of the tests."""
        self._write_configuration()
        self._start_monitor()
        self._start_store()
        access_key, secret_key = secrets.token_hex(10), secrets.token_hex(20)
        self._run(
            *("radosgw-admin", "user", "create", "--uid", "tests", "--display-name", "Tests"),
            *("--access-key", access_key, "--secret-key", secret_key),
        )
        self._daemon("radosgw", "-n", "client.rgw")
        endpoint = f"http://127.0.0.1:{self._port}"
        while not _answers(endpoint):
            self.look()
            if time.monotonic() > self._deadline:
                raise S3ServerError(f"the gateway does not answer.\n{self._last_words()}")
            time.sleep(0.05)
        return {"S3_TEST_ENDPOINT": endpoint, "S3_TEST_ACCESS_KEY": access_key, "S3_TEST_SECRET_KEY": secret_key}

    def look(self) -> None:
        """Raises S3ServerError when a daemon is gone."""
        for daemon in self._daemons:
            if daemon.poll() is not None:
                raise S3ServerError(f"{_shown(daemon.args)} ended ({daemon.returncode}).\n{self._last_words()}")

    def _write_configuration(self) -> None:
        for folder in ("mon", "osd", "rgw"):
            (self._home / folder).mkdir()
        self._conf.write_text(
            CONFIGURATION.format(home=self._home, fsid=self._fsid, mon_port=self._mon_port, port=self._port)
        )
        # One file with every key: `auth none` does not work for the gateway.
        for name, rights in KEYS.items():
            caps = [word for kind, right in rights.items() for word in ("--cap", kind, right)]
            create = [] if (self._home / "keyring").exists() else ["--create-keyring"]
            self._tool("ceph-authtool", *create, f"{self._home}/keyring", "--gen-key", "-n", name, *caps)

    def _start_monitor(self) -> None:
        monmap, address = f"{self._home}/monmap", f"[v1:127.0.0.1:{self._mon_port}]"
        self._tool("monmaptool", "--create", "--fsid", self._fsid, "--addv", "a", address, monmap)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", f"{self._home}/keyring")
        self._daemon("ceph-mon", "-i", "a")
        self._run("ceph", "auth", "import", "-i", f"{self._home}/keyring")

    def _start_store(self) -> None:
        store = str(uuid.uuid4())
        self._run("ceph", "osd", "new", store, "0")
        # The store must carry the id just registered, else it never comes up.
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store)
        self._daemon("ceph-osd", "-i", "0")

    def _run(self, *command: str) -> None:
        self._tool(*command, "-c", str(self._conf))

    def _tool(self, *command: str) -> None:
        left = max(1.0, self._deadline - time.monotonic())
        with (self._home / "tools.log").open("ab") as log:
            try:
                done = subprocess.run(
                    command, stdout=log, stderr=log, timeout=left, check=False, preexec_fn=_die_with_parent
                )
            except subprocess.TimeoutExpired:
                raise S3ServerError(f"{_shown(command)} does not end.\n{self._last_words()}") from None
        if done.returncode:
            raise S3ServerError(f"{_shown(command)} failed ({done.returncode}).\n{self._last_words()}")

    def _daemon(self, *command: str) -> None:
        with (self._home / "daemons.log").open("ab") as log:
            self._daemons.append(
                subprocess.Popen(
                    [*command, "-c", str(self._conf), "-f"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # A Ctrl-C of the terminal is for us; we end them.
                    start_new_session=True,
                    preexec_fn=_die_with_parent,
                )
            )

    def _last_words(self) -> str:
        logs = [path.read_text(errors="replace")[-1500:] for path in sorted(self._home.glob("*.log"))]
        return "\n".join(log for log in logs if log)


def _shown(command: Any) -> str:
    return " ".join(map(str, command[:3]))


def _stop(number: int, frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)
    raise StoppedError


def _follow_stdin() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _die_with_parent() -> None:
    """Even a parent killed with -9 leaves no daemon behind."""
    with contextlib.suppress(OSError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in sockets]


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(endpoint, timeout=2):  # noqa: S310 - our own loopback address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
