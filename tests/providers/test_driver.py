"""The drivers over real sockets: what a broken connection means for the bill, what is bounded, where the key may go."""

import asyncio
import json
import socket
import threading
from dataclasses import replace

import httpx
import pytest

from providers.driver import AsyncDriver, Driver, async_http_client, http_client
from providers.errors import ProviderError
from providers.exchange import MAYBE_SENT, NEVER_SENT
from providers.types import Account, Request, Timeouts, UploadPart
from tests.providers.conversation import MINIMAX, clone_request, request, spoken
from tests.providers.loopback import Loopback, http, redirect

KEY = "sk-api-secret"
FAST = Timeouts(connect=1, read=0.2, write=0.2, pool=0.2, total=1)
SPOKEN = http(spoken().content, headers=["Content-Type: application/json", "Trace-Id: from-header"])


def at(server):
    return Account(provider="minimax", base_url=f"{server.url}/minimax", key=KEY)


def one(request):
    response = yield request
    return response


def asked(account, **fields):
    return Request(
        **{
            "account": account,
            "operation": "t2a",
            "method": "POST",
            "url": f"{account.base_url}/v1/t2a_v2",
            "headers": {"Authorization": f"Bearer {KEY}"},
            "json": {"text": "Hello."},
            "timeout": FAST,
        }
        | fields
    )


def run_blocking(operation, allowed, on_sent=None, **client):
    with http_client(allowed_hosts=allowed, **client) as opened:
        return Driver(opened, on_sent=on_sent).run(operation)


def run_async(operation, allowed, on_sent=None, **client):
    async def main():
        async with async_http_client(allowed_hosts=allowed, **client) as opened:
            return await AsyncDriver(opened, on_sent=on_sent).run(operation)

    return asyncio.run(main())


@pytest.fixture(params=[run_blocking, run_async], ids=["blocking", "async"])
def run(request):
    return request.param


def failure(run, operation, allowed, **options):
    with pytest.raises(ProviderError) as caught:
        run(operation, allowed, **options)
    return caught.value


def test_a_conversation_of_one_exchange(run):
    with Loopback(SPOKEN) as server:
        result = run(MINIMAX.speech(at(server), request()), [server.host_port])
    assert (result.billed_characters, result.trace_id) == (6, "from-header")
    assert server.heads[0].startswith("POST /minimax/v1/t2a_v2 HTTP/1.1")
    assert f"Authorization: Bearer {KEY}" in server.heads[0]
    assert json.loads(server.bodies[0])["text"] == "Hello."


def test_a_conversation_of_several_exchanges(run):
    def script(connection, head, body):
        uploading = "/v1/files/upload" in head
        answer = {"file": {"file_id": 9007199254740993}} if uploading else {"demo_audio": ""}
        connection.sendall(http(json.dumps(answer | {"base_resp": {"status_code": 0}}).encode()))

    with Loopback(script) as server:
        result = run(MINIMAX.clone(at(server), clone_request()), [server.host_port])
    assert result.voice_id == "Narrator_a1b2"
    assert b'name="purpose"\r\n\r\nvoice_clone' in server.bodies[0]
    assert b'name="file"; filename="sample.wav"\r\nContent-Type: audio/wav' in server.bodies[0]
    assert json.loads(server.bodies[1])["file_id"] == 9007199254740993


def test_parameters_go_into_the_query(run):
    with Loopback(SPOKEN) as server:
        account = replace(at(server), options={"group_id": "17"})
        run(MINIMAX.speech(account, request()), [server.host_port])
    assert "POST /minimax/v1/t2a_v2?GroupId=17 HTTP/1.1" in server.heads[0]


def test_nobody_listening_was_surely_not_charged_and_may_be_tried_again(run):
    with Loopback(SPOKEN) as server:
        gone = server
    error = failure(run, one(asked(at(gone))), [gone.host_port])
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_a_name_that_cannot_be_resolved_was_surely_not_charged(run):
    def unknown(host, port):
        raise socket.gaierror("unknown")

    account = Account(provider="minimax", base_url="https://nowhere.example", key=KEY)
    error = failure(run, one(asked(account)), [], resolver=unknown)
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_an_unknown_scheme_was_surely_not_charged_and_is_the_operators(run):
    account = Account(provider="minimax", base_url="ftp://127.0.0.1", key=KEY)
    error = failure(run, one(asked(account)), [])
    assert (error.retryable, error.possibly_charged, error.who_acts) == (False, False, "operator")


def test_an_address_inside_is_refused_without_a_connection(run):
    with Loopback(SPOKEN) as server:
        error = failure(run, one(asked(at(server))), [])
        assert server.connections == 0
    assert (error.category, error.field, error.possibly_charged) == ("unsupported", "base_url", False)


LOST = {
    "closed without a byte": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": http(b'{"base_resp"', length=500),
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
    "no HTTP": b"SSH-2.0-OpenSSH\r\n",
    "damaged compression": http(b"not gzip", headers=["Content-Encoding: gzip"]),
}


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(run, answer):
    with Loopback(answer) as server:
        error = failure(run, one(asked(at(server))), [server.host_port])
    assert (error.category, error.retryable, error.possibly_charged) == ("timeout_unknown_outcome", False, True)
    assert server.connections == 1


def test_a_reset_connection_leaves_the_outcome_unknown(run):
    def reset(connection, head, body):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with Loopback(reset) as server:
        error = failure(run, one(asked(at(server))), [server.host_port])
    assert error.category == "timeout_unknown_outcome"


def test_silence_leaves_the_outcome_unknown(run):
    def silent(connection, head, body):
        server.released.wait()

    with Loopback(silent) as server:
        error = failure(run, one(asked(at(server))), [server.host_port])
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)


def test_no_exchange_takes_longer_than_the_driver_allows_whatever_the_adapter_says():
    def silent(connection, head, body):
        server.released.wait(30)

    with Loopback(silent) as server, http_client(allowed_hosts=[server.host_port]) as client:
        patient = asked(at(server), timeout=Timeouts(read=60, total=120))
        with pytest.raises(ProviderError) as caught:
            Driver(client, longest_seconds=0.2).run(one(patient))
        server.released.set()
    assert caught.value.category == "timeout_unknown_outcome"


def test_an_answer_that_trickles_is_bounded_in_total_time(run):
    def trickle(connection, head, body):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not server.released.wait(0.02):
            connection.sendall(b"x")

    with Loopback(trickle) as server:
        slow = asked(at(server), timeout=replace(FAST, read=1, total=0.2))
        error = failure(run, one(slow), [server.host_port])
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)


@pytest.mark.parametrize("answer", [LOST["closed without a byte"], LOST["half a body"]])
def test_a_lost_answer_to_a_repeatable_request_costs_nothing(run, answer):
    with Loopback(answer) as server:
        error = failure(run, one(asked(at(server), repeatable=True)), [server.host_port])
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_a_full_pool_was_surely_not_charged():
    def keep_open(connection, head, body):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        server.released.wait()

    with (
        Loopback(keep_open) as server,
        http_client(allowed_hosts=[server.host_port], limits=httpx.Limits(max_connections=1)) as client,
        client.stream("GET", server.url),
        pytest.raises(ProviderError) as caught,
    ):
        Driver(client).run(one(asked(at(server))))
    error = caught.value
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_an_answer_longer_than_its_bound_is_left_and_possibly_charged(run):
    def endless(connection, head, body):
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(b"0" * 65536)

    with Loopback(endless) as server:
        bounded = asked(at(server), max_response_bytes=100_000, timeout=replace(FAST, total=30))
        error = failure(run, one(bounded), [server.host_port])
    assert (error.category, error.possibly_charged) == ("malformed_response", True)


def test_a_redirect_is_never_followed_so_the_key_stays(run):
    with Loopback(SPOKEN) as elsewhere, Loopback(redirect(f"{elsewhere.url}/v1/t2a_v2", "307 Temporary")) as server:
        hosts = [server.host_port, elsewhere.host_port]
        error = failure(run, MINIMAX.speech(at(server), request()), hosts)
        assert elsewhere.connections == 0
    assert (error.category, error.possibly_charged) == ("unsupported", False)


@pytest.mark.parametrize(
    "url", ["https://evil.example/v1", "http://127.0.0.1:1/v1", "http://key@{host}/v1", "https://{host}/v1", "http://["]
)
def test_nothing_leaves_for_another_origin_than_the_accounts(run, url):
    with Loopback(SPOKEN) as server:
        strayed = asked(at(server), url=url.format(host=server.host_port))
        error = failure(run, one(strayed), [server.host_port])
        assert server.connections == 0
    assert (error.field, error.possibly_charged) == ("base_url", False)


def test_an_error_no_row_speaks_of_passes_through(run):
    with Loopback(SPOKEN) as server, pytest.raises(httpx.LocalProtocolError):
        run(one(asked(at(server), headers={"X": "a\r\nb"})), [server.host_port])


def test_the_table_speaks_of_no_error_twice():
    never = {row[0] for row in NEVER_SENT}
    assert not never & set(MAYBE_SENT)


def test_on_sent_is_told_once_when_the_last_byte_is_out_and_before_the_answer(run):
    order = []

    def script(connection, head, body):
        told.wait(5)
        order.append("answered")
        connection.sendall(SPOKEN)

    with Loopback(script) as server:
        told = threading.Event()

        def on_sent(request):
            order.append(f"sent {request.operation}")
            told.set()

        run(MINIMAX.speech(at(server), request()), [server.host_port], on_sent=on_sent)
    assert order == ["sent t2a", "answered"]


def test_on_sent_is_told_nothing_when_no_connection_was_made(run):
    with Loopback(SPOKEN) as server:
        gone = server
    told: list[Request] = []
    failure(run, one(asked(at(gone))), [gone.host_port], on_sent=told.append)
    assert told == []


def test_on_sent_is_told_although_the_answer_is_lost(run):
    told: list[Request] = []
    with Loopback(b"") as server:
        failure(run, one(asked(at(server))), [server.host_port], on_sent=told.append)
    assert len(told) == 1


def test_a_transport_of_another_kind_still_tells_on_sent():
    told: list[Request] = []
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=spoken().content))
    account = Account(provider="minimax", base_url="https://api.minimax.io", key=KEY)
    with httpx.Client(transport=transport) as client:
        Driver(client, on_sent=told.append).run(MINIMAX.speech(account, request()))
    assert len(told) == 1


def test_a_failure_is_shown_to_the_conversation_which_may_end_it(run):
    def forgiving(account):
        try:
            yield asked(account)
        except ProviderError as error:
            return error.category

    with Loopback(b"") as server:
        assert run(forgiving(at(server)), [server.host_port]) == "timeout_unknown_outcome"


def test_a_conversation_is_closed_however_it_ends(run):
    closed = []

    def tidy(account):
        try:
            yield asked(account)
        finally:
            closed.append(True)

    with Loopback(b"") as server:
        failure(run, tidy(at(server)), [server.host_port])
    assert closed == [True]


def test_no_proxy_of_the_environment_is_used(run, monkeypatch):
    with Loopback(SPOKEN) as proxy, Loopback(SPOKEN) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        run(MINIMAX.speech(at(server), request()), [server.host_port])
        assert proxy.connections == 0


def test_compression_is_declined(run):
    with Loopback(SPOKEN) as server:
        run(MINIMAX.speech(at(server), request()), [server.host_port])
    assert "Accept-Encoding: identity" in server.heads[0]


def test_the_key_is_in_no_message_of_a_failure(run):
    for answer in (b"", http(b"x", status="500 Oops"), http(b"{}")):
        with Loopback(answer) as server:
            error = failure(run, MINIMAX.speech(at(server), request()), [server.host_port])
        assert KEY not in str(error)
        assert KEY not in repr(vars(error))


def test_files_and_form_make_one_multipart_body(run):
    with Loopback(http(b"{}")) as server:
        part = UploadPart("a.wav", b"RIFF\0\xff", "audio/wav")
        upload = asked(at(server), json=None, form={"purpose": "voice_clone"}, files={"file": part})
        run(one(upload), [server.host_port])
    assert "Content-Type: multipart/form-data; boundary=" in server.heads[0]
    assert b"RIFF\0\xff" in server.bodies[0]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7), ("0", 0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("999999999", 86_400), ("soon", None), (None, None)],
)
def test_how_long_a_provider_asks_to_be_left_alone_is_told_with_the_error(run, told, seconds):
    headers = ["Content-Type: application/json", *([f"Retry-After: {told}"] if told else [])]
    answer = http(b"{}", status="429 Too Many Requests", headers=headers)
    with Loopback(answer) as server, pytest.raises(ProviderError) as failure:
        run(MINIMAX.speech(at(server), request()), {server.host_port})
    assert failure.value.category == "rate_limited"
    assert failure.value.retry_after_seconds == seconds
