"""What the adapter adds to a stream: to its first byte, to each chunk, to memory; beside a bare HTTP client."""

import asyncio
import contextlib
import json
import socket
import threading
import time
import tracemalloc
from statistics import median

import httpx

from benchmarks.stage import KEY, row
from providers.driver import AsyncDriver, Driver, async_http_client, http_client
from providers.registry import adapter_for
from providers.types import Account, AudioFormat, SpeechRequest

MINIMAX = adapter_for("minimax")
REQUEST = SpeechRequest(
    text="The quick brown fox jumps over the lazy dog, and the dog does not mind at all.",
    model="speech-2.8-hd",
    voice_id="English_expressive_narrator",
    format=AudioFormat("mp3", 32000, 128000, 1),
)
REPEAT = 60
MB = 1024 * 1024


def adapter_beside_bare_http(stage):
    account = Account(provider="minimax", base_url=stage.account.base_url, key=KEY)
    host = stage.sandbox_url.removeprefix("http://")
    with http_client(allowed_hosts=[host]) as client, httpx.Client(trust_env=False) as bare:
        ours, theirs = _in_turns(lambda: _hear(client, account), lambda: _hear_bare(bare, account))
    yield from _rows("blocking", ours, theirs)
    ours, theirs = asyncio.run(_async_in_turns(account, host))
    yield from _rows("async", ours, theirs)


def memory_of_a_long_stream(stage):
    short, long = (_peak_of(size * MB) for size in (10, 100))
    yield row("stream of 100 MB / 10 MB, most memory held", long, "MB", short)


def _rows(kind, ours, theirs):
    """Medians of (ms to the first byte, ms per chunk) of both, and of what the adapter adds in each pair."""
    for index, what in enumerate(("first byte", "each chunk")):
        value, baseline = (median(times[index] for times in runs) for runs in (ours, theirs))
        yield row(f"stream, {what}: adapter / bare HTTP client ({kind})", value, "ms p50", baseline)
        added = median(mine[index] - bare[index] for mine, bare in zip(ours, theirs, strict=True))
        yield row(f"stream, added to {what} ({kind})", added, "ms p50")


def _in_turns(ours, theirs):
    """Pairs of runs, each of them first as often as second: the second may find the machine warmer."""
    ours()
    theirs()
    mine: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    for turn in range(REPEAT):
        for call, times in _ordered(turn, (ours, mine), (theirs, bare)):
            times.append(call())
    return mine, bare


async def _async_in_turns(account, host):
    async with async_http_client(allowed_hosts=[host]) as client, httpx.AsyncClient(trust_env=False) as bare:
        await _async_hear(client, account)
        await _async_hear_bare(bare, account)
        mine: list[tuple[float, float]] = []
        theirs: list[tuple[float, float]] = []
        for turn in range(REPEAT):
            for call, who, times in _ordered(turn, (_async_hear, client, mine), (_async_hear_bare, bare, theirs)):
                times.append(await call(who, account))
    return mine, theirs


def _ordered(turn, one, other):
    return (one, other) if turn % 2 else (other, one)


class _Watch:
    """Notes when the first piece came and how long the others took, each."""

    def __init__(self):
        self._began = time.perf_counter()
        self._first = 0.0
        self._pieces = 0

    def piece(self):
        self._first = self._first or time.perf_counter()
        self._pieces += 1

    def times(self, pieces=None):
        ended = time.perf_counter()
        return (self._first - self._began) * 1000, (ended - self._first) * 1000 / (pieces or self._pieces)


def _hear(client, account):
    watch = _Watch()
    with Driver(client).stream(MINIMAX.stream_speech(account, REQUEST)) as stream:
        for _ in stream:
            watch.piece()
    return watch.times()


async def _async_hear(client, account):
    watch = _Watch()
    async with AsyncDriver(client).stream(MINIMAX.stream_speech(account, REQUEST)) as stream:
        async for _ in stream:
            watch.piece()
    return watch.times()


def _bare(account):
    """The same request as the adapter's, in the client's own words."""
    asked = MINIMAX.stream_speech(account, REQUEST).request
    return {"method": asked.method, "url": asked.url, "headers": asked.headers, "json": asked.json}


def _hear_bare(client, account):
    watch, frames = _Watch(), 0
    with client.stream(**_bare(account), timeout=60) as answer:
        for data in answer.iter_bytes():
            watch.piece()
            frames += data.count(b"data:")
    return watch.times(frames - 1)


async def _async_hear_bare(client, account):
    watch, frames = _Watch(), 0
    async with client.stream(**_bare(account), timeout=60) as answer:
        async for data in answer.aiter_bytes():
            watch.piece()
            frames += data.count(b"data:")
    return watch.times(frames - 1)


def _peak_of(size):
    with _long_stream(size) as (host, account), http_client(allowed_hosts=[host]) as client:
        exchange = MINIMAX.stream_speech(account, _longest())
        tracemalloc.start()
        heard = 0
        with Driver(client).stream(exchange) as stream:
            for piece in stream:
                heard += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert heard >= size
    return peak / MB


def _longest():
    """A text long enough for so much audio: the adapter expects no more than a text can make."""
    return SpeechRequest(
        text="word " * 1900, model=REQUEST.model, voice_id=REQUEST.voice_id, format=AudioFormat("pcm", 44100, None, 2)
    )


def _frame(audio, **fields):
    body = {"data": {"audio": audio, "status": 1}, "base_resp": {"status_code": 0}} | fields
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _read_request(connection):
    """All of it: closing a connection with something unread resets it."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(length.split(b":")[1]):
        body += connection.recv(65536)


@contextlib.contextmanager
def _long_stream(size):
    """A server on this machine that answers one request with `size` bytes of audio in frames of 16 kB."""
    frame = _frame("11" * 16_384)
    end = _frame("", data={"audio": "", "status": 2}, extra_info={"usage_characters": 1})

    def serve():
        connection, _ = listener.accept()
        with connection:
            _read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            for _ in range(-(-size // 16_384)):
                connection.sendall(frame)
            connection.sendall(end)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        yield host, Account(provider="minimax", base_url=f"http://{host}", key=KEY)
        thread.join(30)


BENCHMARKS = (adapter_beside_bare_http, memory_of_a_long_stream)
