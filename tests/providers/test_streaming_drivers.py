"""Streams over real sockets, through both drivers: audio as it comes, and what a stream that breaks is worth."""

import asyncio
import socket
import threading
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest

from providers.driver import AsyncDriver, Driver, async_http_client, http_client
from providers.errors import ProviderError
from providers.types import Account, Request, Timeouts
from tests.providers.conversation import MINIMAX, MP3, answer, request
from tests.providers.frames import PIECES, ending, frame, streamed
from tests.providers.loopback import Loopback, http, redirect

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTrace-Id: from-header\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FAST = Timeouts(connect=1, read=0.2, write=0.2, pool=0.2, total=5)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def at(server):
    return Account(provider="minimax", base_url=f"{server.url}/minimax", key="sk-api-secret")


def exchange(account, timeout=FAST, **fields):
    described = MINIMAX.stream_speech(account, request())
    return replace(described, request=replace(described.request, timeout=timeout, **fields))


@contextmanager
def blocking(server, described, *, allowed=None, **options):
    hosts = [server.host_port] if allowed is None else allowed
    with http_client(allowed_hosts=hosts) as client, Driver(client, **options).stream(described) as stream:
        yield stream


@asynccontextmanager
async def asynchronous(server, described, *, allowed=None, **options):
    hosts = [server.host_port] if allowed is None else allowed
    async with (
        async_http_client(allowed_hosts=hosts) as client,
        AsyncDriver(client, **options).stream(described) as stream,
    ):
        yield stream


def listen_blocking(server, described, *, on_chunk=lambda piece: None, most=None, **options):
    heard = []
    with blocking(server, described, **options) as stream:
        for piece in stream:
            heard.append(piece)
            on_chunk(piece)
            if len(heard) == most:
                return heard, None
        return heard, stream.result


def listen_async(server, described, *, on_chunk=lambda piece: None, most=None, **options):
    async def main():
        heard = []
        async with asynchronous(server, described, **options) as stream:
            async for piece in stream:
                heard.append(piece)
                on_chunk(piece)
                if len(heard) == most:
                    return heard, None
            return heard, stream.result

    return asyncio.run(main())


@pytest.fixture(params=[listen_blocking, listen_async], ids=["blocking", "async"])
def listen(request):
    return request.param


def failure(listen, server, described, **options):
    with pytest.raises(ProviderError) as caught:
        listen(server, described, **options)
    return caught.value


def test_audio_is_handed_on_before_the_answer_is_complete(listen):
    first = threading.Event()

    def script(connection, head, body):
        connection.sendall(CHUNKED + chunk(frame(PIECES[0])))
        assert first.wait(10)
        connection.sendall(chunk(frame(PIECES[1]) + frame(PIECES[2])) + chunk(ending()) + b"0\r\n\r\n")

    with Loopback(script) as server:
        described = exchange(at(server), replace(FAST, read=10, total=20))
        heard, result = listen(server, described, on_chunk=lambda piece: first.set())
    assert heard == list(PIECES)
    assert (result.billed_characters, result.trace_id, result.audio) == (6, "from-header", b"")
    assert b'"stream":true' in server.bodies[0].replace(b" ", b"")


def test_an_answer_without_length_ends_with_its_connection(listen):
    with Loopback(HEAD + b"\r\n" + streamed()) as server:
        assert listen(server, exchange(at(server)))[0] == list(PIECES)


BROKEN = {
    "closed between frames": HEAD + b"\r\n" + frame(MP3),
    "closed inside a frame": HEAD + b"\r\n" + frame(MP3) + frame(b"\x11")[:40],
    "closed inside a chunk": CHUNKED + chunk(frame(MP3)) + b"fff\r\ndata:",
    "shorter than declared": HEAD + b"Content-Length: 99999\r\n\r\n" + frame(MP3),
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_a_stream_that_breaks_off_is_unknown_and_tells_what_was_heard(listen, said):
    heard: list[bytes] = []
    with Loopback(said) as server:
        error = failure(listen, server, exchange(at(server)), on_chunk=heard.append)
    assert heard == [MP3]
    assert (error.category, error.retryable, error.possibly_charged) == ("timeout_unknown_outcome", False, True)
    assert error.heard_bytes == len(MP3)
    assert server.connections == 1


def test_a_stream_that_falls_silent_is_unknown(listen):
    def script(connection, head, body):
        connection.sendall(CHUNKED + chunk(frame(MP3)))
        server.released.wait(30)

    with Loopback(script) as server:
        error = failure(listen, server, exchange(at(server)))
    assert (error.category, error.heard_bytes) == ("timeout_unknown_outcome", len(MP3))


def test_what_breaks_after_the_end_frame_spoils_nothing(listen):
    with Loopback(CHUNKED + chunk(streamed()) + b"fff\r\n") as server:
        heard, result = listen(server, exchange(at(server)))
    assert heard == list(PIECES)
    assert result.billed_characters == 6


def test_a_stream_without_end_is_bounded_in_total_time(listen):
    def trickle(connection, head, body):
        connection.sendall(HEAD + b"\r\n")
        while not server.released.wait(0.02):
            connection.sendall(frame(b"\x11"))

    with Loopback(trickle) as server:
        error = failure(listen, server, exchange(at(server), replace(FAST, total=0.3)))
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)
    assert error.heard_bytes > 0


def test_the_driver_may_allow_less_time_than_the_adapter(listen):
    def silent(connection, head, body):
        server.released.wait(30)

    with Loopback(silent) as server:
        patient = exchange(at(server), Timeouts(read=60, total=120))
        assert failure(listen, server, patient, longest_seconds=0.2).category == "timeout_unknown_outcome"
        server.released.set()


def test_a_stream_without_end_is_bounded_in_bytes(listen):
    def endless(connection, head, body):
        connection.sendall(HEAD + b"\r\n")
        while True:
            connection.sendall(b": nothing\n" * 5000)

    with Loopback(endless) as server:
        error = failure(listen, server, exchange(at(server), max_response_bytes=200_000))
    assert (error.category, error.possibly_charged) == ("malformed_response", True)


def test_a_plain_error_instead_of_a_stream_is_the_error(listen):
    with Loopback(http(answer(code=1008).content, headers=["Content-Type: application/json"])) as server:
        error = failure(listen, server, exchange(at(server)))
    assert (error.category, error.code, error.possibly_charged) == ("balance", "1008", False)


def test_an_error_in_the_middle_comes_after_the_audio_before_it(listen):
    heard: list[bytes] = []
    with Loopback(HEAD + b"\r\n" + frame(MP3) + frame(code=1002)) as server:
        error = failure(listen, server, exchange(at(server)), on_chunk=heard.append)
    assert heard == [MP3]
    assert (error.code, error.possibly_charged, error.heard_bytes) == ("1002", True, len(MP3))


def test_a_reader_who_leaves_hangs_up(listen):
    left = threading.Event()

    def script(connection, head, body):
        connection.sendall(CHUNKED + chunk(frame(MP3)))
        connection.settimeout(10)
        try:
            closed = connection.recv(1) == b""
        except ConnectionResetError:
            closed = True
        if closed:
            left.set()

    with Loopback(script) as server:
        heard, result = listen(server, exchange(at(server), replace(FAST, read=10, total=20)), most=1)
        assert left.wait(10)
    assert (heard, result) == ([MP3], None)


def test_nobody_listening_was_surely_not_charged(listen):
    with Loopback(b"") as server:
        gone = server
    error = failure(listen, gone, exchange(at(gone)))
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_an_address_inside_is_refused_without_a_connection(listen):
    with Loopback(HEAD) as server:
        error = failure(listen, server, exchange(at(server)), allowed=[])
        assert server.connections == 0
    assert (error.category, error.field, error.possibly_charged) == ("unsupported", "base_url", False)


def test_nothing_leaves_for_another_origin_and_no_redirect_is_followed(listen):
    with Loopback(HEAD) as elsewhere, Loopback(redirect(f"{elsewhere.url}/v1/t2a_v2", "307 Temporary")) as server:
        hosts = [server.host_port, elsewhere.host_port]
        strayed = exchange(at(server), url=f"{elsewhere.url}/v1/t2a_v2")
        assert failure(listen, server, strayed, allowed=hosts).field == "base_url"
        assert failure(listen, server, exchange(at(server)), allowed=hosts).category == "unsupported"
        assert elsewhere.connections == 0


def test_on_sent_is_told_once_and_before_the_first_audio(listen):
    order: list[str] = []

    def on_sent(sent: Request):
        order.append(sent.operation)

    with Loopback(HEAD + b"\r\n" + streamed()) as server:
        listen(server, exchange(at(server)), on_sent=on_sent, on_chunk=lambda piece: order.append("audio"))
    assert order == ["t2a_stream", "audio", "audio", "audio"]


def test_nothing_is_sent_before_the_first_audio_is_asked_for():
    with Loopback(HEAD) as server, blocking(server, exchange(at(server))) as stream:
        with pytest.raises(RuntimeError, match="not read to its end"):
            _ = stream.result
        assert server.connections == 0


def test_a_reset_connection_is_unknown(listen):
    def reset(connection, head, body):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with Loopback(reset) as server:
        assert failure(listen, server, exchange(at(server))).category == "timeout_unknown_outcome"
