"""Answers without measure or end, over real sockets and through both drivers: bounded in memory and in time."""

import asyncio
import time
import tracemalloc
from dataclasses import replace

import pytest

from providers.driver import AsyncDriver, Driver, async_http_client, http_client
from providers.errors import ProviderError
from providers.long_text import LongTextRequest
from providers.types import Account, AudioFormat, Request, UploadPart
from providers.voice_design import DesignRequest
from tests.providers.contract.customer import Customer
from tests.providers.contract.stages import STAGES
from tests.providers.conversation import MINIMAX, MP3, clone_request, request
from tests.providers.frames import ending, frame
from tests.providers.loopback import Loopback

MB = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
BOUND = 2 * MB
PIECE = b"4" * 65536
LONG_TEXT = LongTextRequest(text="Once.", model="speech-2.8-hd", voice_id="a", format=AudioFormat("mp3", 32000))
OPERATIONS = {
    "speech": lambda account: MINIMAX.speech(account, request()),
    "clone": lambda account: MINIMAX.clone(account, clone_request()),
    "design": lambda account: MINIMAX.design(account, DesignRequest(prompt="Calm.", preview_text="Good day.")),
    "list": MINIMAX.list_voices,
    "delete": lambda account: MINIMAX.delete_voice(account, "Narrator_a1b2", "cloned"),
    "submit": lambda account: MINIMAX.submit_long_text(account, LONG_TEXT),
    "query": lambda account: MINIMAX.query_long_text(account, "5"),
    "fetch": lambda account: MINIMAX.fetch_long_text(account, "5", "mp3", max_bytes=BOUND),
    "files": lambda account: MINIMAX.list_files(account, "voice_clone"),
    "file": lambda account: MINIMAX.retrieve_file(account, "5"),
    "content": lambda account: MINIMAX.file_content(account, "5", max_bytes=BOUND),
    "delete file": lambda account: MINIMAX.delete_file(account, "5", "voice_clone"),
    "upload": lambda account: MINIMAX.upload_file(account, UploadPart("a.txt", b"a", "text/plain"), "t2a_async_input"),
}


class Patient(Customer):
    """A customer of a server of ours."""

    def __init__(self, server, kind):
        server.base_url = server.url
        super().__init__(STAGES[0], server, kind)
        self.account = Account(provider="minimax", base_url=server.url, key="sk-api-test")


@pytest.fixture(params=["blocking", "async"])
def kind(request):
    return request.param


def failure(call):
    """What it raised, the seconds it took and the bytes it held at most."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        with pytest.raises(ProviderError) as caught:
            call()
        return caught.value, time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def line_of_100_mb(connection, head, body):
    connection.sendall(HEAD + b'{"data": {"audio": "')
    for _ in range(100 * MB // len(PIECE)):
        connection.sendall(PIECE)
    connection.sendall(b'"}, "base_resp": {"status_code": 0}}')


def bounded(operation):
    """The operation with the bound of this file on every answer: its own is proved where it is made."""
    asked = next(operation)
    while True:
        if isinstance(asked, Request):
            assert asked.max_response_bytes <= 64 * MB
            asked = replace(asked, max_response_bytes=BOUND)
        try:
            response = yield asked
        except ProviderError as error:
            asked = operation.throw(error)
        else:
            asked = operation.send(response)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_line_of_100_mb_is_left_at_the_bound_of_its_answer(name, kind):
    with Loopback(line_of_100_mb) as server:
        customer = Patient(server, kind)
        operation = bounded(OPERATIONS[name](customer.account))
        error, seconds, peak = failure(lambda: customer.run(operation))
    assert error.category == "malformed_response"
    assert peak < 3 * BOUND + MB
    assert seconds < 10


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_answer_that_never_ends_is_left_when_the_time_is_over(name, kind):
    def trickle(connection, head, body):
        connection.sendall(HEAD + b"{")
        while not server.released.wait(0.02):
            connection.sendall(b" ")

    with Loopback(trickle) as server:
        customer = Patient(server, kind)
        operation = OPERATIONS[name](customer.account)
        error, seconds, _ = failure(lambda: customer.run(operation, longest_seconds=0.2))
    assert error.category in ("timeout_unknown_outcome", "provider_down")
    assert seconds < 2


def test_a_head_that_never_ends_is_left(kind):
    def endless(connection, head, body):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTrace-Id: ")
        while True:
            connection.sendall(PIECE)

    with Loopback(endless) as server:
        customer = Patient(server, kind)
        operation = MINIMAX.speech(customer.account, request())
        error, seconds, peak = failure(lambda: customer.run(operation))
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)
    assert peak < 4 * MB
    assert seconds < 5


def stream(account, longest):
    described = MINIMAX.stream_speech(account, request())
    return replace(described, request=replace(described.request, max_response_bytes=longest))


def listen(server, described, kind):
    """Hear without keeping anything."""
    if kind == "blocking":
        with http_client(allowed_hosts=[server.host_port]) as client, Driver(client).stream(described) as heard:
            for _ in heard:
                pass
        return

    async def listen():
        async with (
            async_http_client(allowed_hosts=[server.host_port]) as client,
            AsyncDriver(client).stream(described) as heard,
        ):
            async for _ in heard:
                pass

    asyncio.run(listen())


def test_a_line_of_100_mb_in_a_stream_is_left_out_where_it_repeats_what_was_heard(kind):
    begin, end = ending(b"").split(b'"audio": ""')

    def repeated(connection, head, body):
        connection.sendall(HEAD + frame(MP3) + begin + b'"audio": "')
        for _ in range(100 * MB // len(PIECE)):
            connection.sendall(PIECE)
        connection.sendall(b'"' + end)

    with Loopback(repeated) as server:
        customer = Patient(server, kind)
        tracemalloc.start()
        began = time.monotonic()
        pieces, result = customer.hear(stream(customer.account, 200 * MB))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (pieces, result.billed_characters) == ([MP3], 6)
    assert peak < 60 * MB
    assert time.monotonic() - began < 10


def test_a_line_of_100_mb_in_a_stream_is_malformed_where_it_is_new():
    def new(connection, head, body):
        connection.sendall(HEAD + b'data: {"data": {"audio": "')
        for _ in range(100 * MB // len(PIECE)):
            connection.sendall(PIECE)
        connection.sendall(b'", "status": 1}, "base_resp": {"status_code": 0}}\n\n')

    with Loopback(new) as server:
        customer = Patient(server, "blocking")
        error, seconds, peak = failure(lambda: customer.hear(stream(customer.account, 200 * MB)))
    assert (error.category, error.possibly_charged, error.heard_bytes) == ("malformed_response", True, 0)
    assert peak < 60 * MB
    assert seconds < 10


def test_a_stream_that_never_ends_is_left_at_its_bound_and_holds_nothing(kind):
    part = frame(b"\x11" * 16_000)

    def endless(connection, head, body):
        connection.sendall(HEAD + frame(MP3))
        while True:
            connection.sendall(part)

    with Loopback(endless) as server:
        customer = Patient(server, kind)
        described = stream(customer.account, 40 * MB)
        error, seconds, peak = failure(lambda: listen(server, described, kind))
    assert (error.category, error.possibly_charged) == ("malformed_response", True)
    assert error.heard_bytes > 10 * MB
    assert peak < 4 * MB
    assert seconds < 10
