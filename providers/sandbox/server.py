"""Running the sandbox: alone in a process, or in a thread of this one for tests."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from types import TracebackType

import uvicorn

from providers.sandbox.app import create_app
from providers.sandbox.emulator import Emulator
from providers.sandbox.transport import ClosableProtocol

GRACE_SECONDS = 1
BACKLOG = 512
LAST_RESORT_SECONDS = 1.7
_ANY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104


class _Server(uvicorn.Server):
    """Leaves the signals alone and tells when it answers."""

    on_ready: Callable[[], None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.on_ready:
            self.on_ready()


class _Running:
    """One emulator on one listening socket, inside the current event loop."""

    def __init__(self, *, state: Path | None, keys: Iterable[str] | None, hosts: Collection[str]) -> None:
        self.emulator = Emulator(state=state, keys=keys)
        config = uvicorn.Config(
            create_app(self.emulator, hosts=hosts),
            http=ClosableProtocol,
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self.server = _Server(config)

    def stop(self) -> None:
        """Ask it to stop: waits inside requests end at once. Call it in the loop."""
        self.emulator.stopping.set()
        self.server.should_exit = True

    async def serve(self, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        self.server.on_ready = on_ready
        try:
            await self.server.serve([listener])
        finally:
            self.emulator.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. `OSError` when the port is taken or the host is not ours."""
    # Named as TCP, because asyncio turns Nagle's delay (40 ms per answer) off only for sockets that say so.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket, host: str) -> str:
    shown = "127.0.0.1" if host in _ANY_ADDRESS else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}"


def _own_hosts(host: str, allowed: Iterable[str]) -> list[str]:
    bound = [] if host in _ANY_ADDRESS else [f"[{host}]" if ":" in host else host]
    return [*bound, *allowed]


class SandboxServer:
    """The sandbox in a thread of this process; `with SandboxServer() as sandbox: sandbox.base_url`."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        state: str | Path | None = None,
        keys: Iterable[str] | None = None,
    ) -> None:
        """Listen and start; `port` 0 takes a free one. `OSError` when the port is taken."""
        self._listener = listen(host, port)
        self.base_url = _url(self._listener, host)
        self._host = host
        self._state = Path(state) if state is not None else None
        self._keys = keys
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: _Running | None = None
        self._thread = threading.Thread(target=self._main, name="sandbox", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure

    @property
    def espeak_pid(self) -> int | None:
        """The process id of the eSpeak child, or None when none runs."""
        return self._running.emulator.engine.pid if self._running else None

    def stop(self) -> None:
        """Stop within two seconds, requests in flight included. Harmless when repeated."""
        if self._loop and self._running and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._running.stop)
        self._thread.join()

    def __enter__(self) -> "SandboxServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._listener.close()
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running = _Running(state=self._state, keys=self._keys, hosts=_own_hosts(self._host, ()))
        await self._running.serve(self._listener, self._ready.set)


def run(
    *,
    host: str,
    port: int,
    state: Path | None = None,
    keys: Iterable[str] | None = None,
    allowed_hosts: Iterable[str] = (),
    exit_with_stdin: bool = False,
) -> int:
    """Serve until a signal (or the end of stdin); prints `SANDBOX READY url` when it answers. Returns the exit code."""
    try:
        listener = listen(host, port)
    except OSError as error:
        sys.stderr.write(f"sandbox: cannot listen on {host}:{port}: {error.strerror or error}\n")
        return 2
    asyncio.run(_run(listener, host, state, keys, allowed_hosts, exit_with_stdin))
    return 0


async def _run(
    listener: socket.socket,
    host: str,
    state: Path | None,
    keys: Iterable[str] | None,
    allowed_hosts: Iterable[str],
    exit_with_stdin: bool,
) -> None:
    running = _Running(state=state, keys=keys, hosts=_own_hosts(host, allowed_hosts))
    loop = asyncio.get_running_loop()

    def leave() -> None:
        running.stop()
        threading.Thread(target=_leave_for_sure, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)
    if exit_with_stdin:
        threading.Thread(target=_follow_stdin, args=(loop, leave), daemon=True).start()

    def announce() -> None:
        sys.stdout.write(f"SANDBOX READY {_url(listener, host)}\n")
        sys.stdout.flush()

    await running.serve(listener, announce)


def _leave_for_sure() -> None:
    """A long text may still be encoding in a thread; what was charged is already in the store."""
    time.sleep(LAST_RESORT_SECONDS)
    os._exit(0)


def _follow_stdin(loop: asyncio.AbstractEventLoop, leave: Callable[[], None]) -> None:
    """Stop when stdin ends, that is when the parent is gone, however it went."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(leave)
