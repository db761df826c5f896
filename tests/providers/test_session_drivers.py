"""Sessions over real sockets, through both drivers: servers that misbehave, and what each failure is worth."""

import socket
import ssl
import threading
from dataclasses import replace

import pytest
from websockets.frames import CloseCode, Opcode

from providers.driver import Driver, http_client
from providers.types import Account, Timeouts
from tests.providers.conversation import MINIMAX, MP3
from tests.providers.loopback import Loopback, http, redirect
from tests.providers.talk import (
    FINISHED,
    HELLO,
    PIECES,
    SPOKEN,
    STARTED,
    Peer,
    Talker,
    last,
    piece,
    said,
    socket_request,
)
from tests.providers.test_fetching_foreign_urls import self_signed
from tests.providers.vendor import failure

FAST = Timeouts(connect=1, read=0.3, write=0.3, pool=0.3, total=5)
PATIENT = Timeouts(connect=5, read=10, write=10, pool=5, total=20)


def exchange(server, timeout=FAST, *, base_url=None, open_seconds=2.0, close_seconds=0.5, **changes):
    account = Account(provider="minimax", base_url=base_url or f"{server.url}/minimax", key="sk-api-secret")
    described = MINIMAX.open_socket(account, socket_request())
    request = replace(described.request, timeout=timeout, **changes)
    return replace(described, request=request, open_seconds=open_seconds, close_seconds=close_seconds)


@pytest.fixture(params=["blocking", "async"])
def kind(request):
    return request.param


def talker(kind, server, described=None, *, allowed=None, **options):
    hosts = [server.host_port] if allowed is None else allowed
    return Talker(kind, described or exchange(server), hosts, **options)


def session(script, *, greeting=None, **options):
    """A server that starts the session and then does what ``script`` says to its peer."""

    def serve(connection, head, body):
        peer = Peer(connection, head, **options)
        peer.start()
        script(peer)

    return Loopback(serve, greeting=greeting)


def answering(*messages):
    def script(peer):
        while (asked := peer.hear()) is not None:
            if isinstance(asked, dict) and asked["event"] == "task_continue":
                peer.say(*(messages if asked["text"] else [piece(code=2203, is_final=True)]))
            elif isinstance(asked, dict) and asked["event"] == "task_finish":
                peer.say(FINISHED)
                return

    return script


# The connection.


def test_the_key_travels_in_the_opening_request_and_nothing_is_compressed(kind):
    with session(answering(*SPOKEN)) as server, talker(kind, server) as open_session:
        assert open_session.hear()[0] == b"".join(PIECES)
    head = server.heads[0].lower()
    assert head.startswith("get /minimax/ws/v1/t2a_v2 http/1.1\r\n")
    assert "authorization: bearer sk-api-secret" in head
    assert "sec-websocket-extensions" not in head
    assert server.connections == 1


def test_nothing_is_connected_before_the_session_is_entered(kind):
    with Loopback(b"") as server, http_client(allowed_hosts=[server.host_port]) as client:
        waiting = Driver(client).socket(exchange(server))
        with pytest.raises(RuntimeError, match="not open"):
            next(iter(waiting.speak("Hello.")))
        waiting.close()
        assert server.connections == 0


def test_nobody_listening_is_retryable_and_surely_not_charged(kind):
    with Loopback(b"") as server:
        gone = server
    error = failure(talker(kind, gone).__enter__)
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_an_address_inside_is_refused_without_a_connection(kind):
    with Loopback(b"") as server:
        error = failure(talker(kind, server, allowed=[]).__enter__)
        assert server.connections == 0
    assert (error.category, error.field, error.possibly_charged) == ("unsupported", "base_url", False)


def test_nothing_leaves_for_another_origin_and_no_redirect_is_followed(kind):
    with Loopback(b"") as elsewhere, Loopback(redirect(f"{elsewhere.url}/ws/v1/t2a_v2")) as server:
        hosts = [server.host_port, elsewhere.host_port]
        strayed = exchange(server, url=f"{elsewhere.url}/ws/v1/t2a_v2")
        assert failure(talker(kind, server, strayed, allowed=hosts).__enter__).field == "base_url"
        assert failure(talker(kind, server, allowed=hosts).__enter__).category == "unsupported"
        assert elsewhere.connections == 0


DECLINED = {
    "no path": (http(b"404 page not found", status="404 Not Found"), "unsupported"),
    "no key": (http(b"", status="401 Unauthorized"), "auth"),
    "a gateway": (http(b"<html>", status="502 Bad Gateway"), "provider_down"),
    "no upgrade": (http(said("task_failed", code=1004).encode()), "auth"),
    "no http": (b"hello\r\n\r\n", "provider_down"),
    "nothing": (b"", "provider_down"),
    "too short": (http(b"", status="404 Not Found", length=99), "provider_down"),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                         "malformed_response"),
    "a wrong answer to the key": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: bm9wZQ==\r\n\r\n", "malformed_response"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "category"), DECLINED.values(), ids=DECLINED)
def test_an_answer_that_opens_no_connection_costs_nothing(kind, answer, category):
    with Loopback(answer) as server:
        error = failure(talker(kind, server).__enter__)
    assert (error.category, error.possibly_charged) == (category, False)


def test_an_extension_nobody_asked_for_is_no_connection(kind):
    with session(lambda peer: None, extra="Sec-WebSocket-Extensions: permessage-deflate\r\n") as server:
        error = failure(talker(kind, server).__enter__)
    assert (error.category, error.possibly_charged) == ("malformed_response", False)


def test_a_session_is_spoken_over_tls(kind, tmp_path):
    certificate = self_signed("localhost", tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with session(answering(*SPOKEN), greeting=lambda raw: tls.wrap_socket(raw, server_side=True)) as server:
        trusting = ssl.create_default_context(cafile=certificate)
        described = exchange(server, base_url=f"https://localhost:{server.port}")
        with talker(kind, server, described, tls=trusting) as open_session:
            for _ in range(2):
                assert open_session.hear()[0] == b"".join(PIECES)
            open_session.keep_alive()


STUCK = {
    "before its answer": lambda connection, head: None,
    "before its greeting": Peer,
    "before the task starts": lambda connection, head: Peer(connection, head).say(HELLO),
}


@pytest.mark.parametrize("begin", STUCK.values(), ids=STUCK)
def test_a_server_that_falls_silent_before_the_first_text_costs_nothing(kind, begin):
    def serve(connection, head, body):
        begin(connection, head)
        server.released.wait(20)

    with Loopback(serve) as server:
        error = failure(talker(kind, server, exchange(server, PATIENT, open_seconds=0.3)).__enter__)
        server.released.set()
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_a_server_that_hangs_up_before_the_task_starts_costs_nothing(kind):
    with Loopback(lambda connection, head, body: Peer(connection, head).say(HELLO)) as server:
        error = failure(talker(kind, server).__enter__)
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_a_greeting_in_the_same_packet_as_the_answer_is_read(kind):
    def serve(connection, head, body):
        peer = Peer(connection, head)
        peer.say(HELLO, STARTED)
        answering(*SPOKEN)(peer)

    # The client still says how to speak before it says what.
    with Loopback(serve) as server, talker(kind, server) as open_session:
        assert open_session.hear()[1].billed_characters == 6


# The texts.


def test_audio_is_handed_on_before_the_text_is_complete(kind):
    first = threading.Event()

    def script(peer):
        peer.hear()
        peer.say(piece(MP3))
        assert first.wait(10)
        peer.say(last(b"\x11"))
        peer.hear()

    with session(script) as server, talker(kind, server, exchange(server, PATIENT)) as open_session:
        left = open_session.hear(most=1)
        first.set()
        open_session.go_on(left)
        assert open_session.pieces == [MP3, b"\x11"]


def test_on_sent_is_told_once_for_each_text_and_before_its_audio(kind):
    order: list[str] = []
    with (
        session(answering(*SPOKEN)) as server,
        talker(kind, server, on_sent=lambda asked: order.append(asked.url)) as open_session,
    ):
        assert order == []
        open_session.hear(most=1)
        assert order == [f"{server.url}/minimax/ws/v1/t2a_v2"]
        open_session.hear()
    assert len(order) == 2


def test_a_skipped_text_fails_alone_and_the_session_goes_on(kind):
    def script(peer):
        for code in (2203, 2204, 2205):
            peer.hear()
            peer.say(piece(code=code, is_final=True))
        answering(*SPOKEN)(peer)

    with session(script) as server, talker(kind, server) as open_session:
        errors = [failure(open_session.hear) for _ in range(3)]
        assert open_session.hear()[0] == b"".join(PIECES)
    assert [(error.code, error.possibly_charged) for error in errors] == [
        ("2203", False), ("2204", False), ("2205", False)
    ]  # fmt: skip


def test_a_text_without_audio_fails_alone_too(kind):
    def script(peer):
        peer.hear()
        peer.say(last())
        answering(*SPOKEN)(peer)

    with session(script) as server, talker(kind, server) as open_session:
        error = failure(open_session.hear)
        assert (error.category, error.billed_characters) == ("malformed_response", 6)
        assert open_session.hear()[0]


def hangs_up(peer):
    peer.hear()
    peer.say(piece(MP3))


def closes(peer):
    peer.hear()
    peer.say(piece(MP3))
    peer.frame(Opcode.CLOSE, CloseCode.GOING_AWAY.to_bytes(2, "big"))
    peer.hear()


def cuts_a_frame(peer):
    peer.hear()
    peer.say(piece(MP3))
    peer.connection.sendall(b"\x81\x7e\x01\x00{")


def falls_silent(peer):
    peer.hear()
    peer.say(piece(MP3))
    while peer.hear() is not None:
        pass


@pytest.mark.parametrize("script", [hangs_up, closes, cuts_a_frame, falls_silent])
def test_a_connection_lost_inside_a_text_is_unknown_and_tells_what_was_heard(kind, script):
    with session(script) as server, talker(kind, server) as open_session:
        error = failure(open_session.hear)
        assert open_session.pieces == [MP3]
        assert failure(open_session.hear).category == "provider_down"
    assert (error.category, error.retryable, error.possibly_charged) == ("timeout_unknown_outcome", False, True)
    assert error.heard_bytes == len(MP3)


def test_what_comes_before_the_end_of_a_connection_is_heard(kind):
    def script(peer):
        peer.hear()
        peer.say(*SPOKEN)
        peer.frame(Opcode.CLOSE, CloseCode.NORMAL_CLOSURE.to_bytes(2, "big"))

    with session(script) as server, talker(kind, server) as open_session:
        assert open_session.hear()[0] == b"".join(PIECES)
        after = failure(open_session.hear)
    assert (after.category, after.retryable, after.possibly_charged) == ("provider_down", True, False)


NEWS = {
    "a word and the end": lambda peer: (peer.say(said("task_failed", code=2201)), peer.frame(Opcode.CLOSE)),
    "a word": lambda peer: peer.say(said("task_failed", code=2201)),
    "the end of the session": lambda peer: peer.say(FINISHED),
    "the end": lambda peer: peer.frame(Opcode.CLOSE, CloseCode.GOING_AWAY.to_bytes(2, "big")),
    "nothing at all": lambda peer: peer.connection.shutdown(socket.SHUT_WR),
}


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS)
def test_a_session_that_ended_between_texts_is_noticed_before_the_next_is_written(kind, news):
    told = threading.Event()
    later: list[object] = []

    def script(peer):
        peer.hear()
        peer.say(*SPOKEN)
        news(peer)
        told.set()
        while (asked := peer.hear()) is not None:
            later.append(asked)

    sent: list[str] = []
    on_sent = {"on_sent": lambda asked: sent.append(asked.operation)}
    with session(script) as server, talker(kind, server, **on_sent) as open_session:
        open_session.hear()
        assert told.wait(10)
        errors = [failure(open_session.hear) for _ in range(2)]
    for error in errors:
        assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)
    assert len(sent) == 1
    assert [asked for asked in later if isinstance(asked, dict)] == []


def test_pings_are_answered_while_somebody_listens(kind):
    pongs: list[object] = []

    def script(peer):
        peer.hear()
        peer.frame(Opcode.PING, b"still there?")
        pongs.append(peer.hear().data)
        answered = peer.say(*SPOKEN)
        assert answered is None
        peer.hear()

    with session(script) as server, talker(kind, server) as open_session:
        assert open_session.hear()[0]
    assert pongs == [b"still there?"]


def test_a_message_in_many_frames_is_one_message(kind):
    def script(peer):
        peer.hear()
        for message in SPOKEN:
            content = message.encode()
            peer.frame(Opcode.TEXT, content[:5], fin=False)
            peer.frame(Opcode.PING)
            peer.frame(Opcode.CONT, content[5:], fin=False)
            peer.frame(Opcode.CONT)
        peer.hear()

    with session(script) as server, talker(kind, server) as open_session:
        assert open_session.hear()[0] == b"".join(PIECES)


MALFORMED = {
    "no json": lambda peer: peer.say("{"),
    "binary": lambda peer: peer.say(b"{}"),
    "odd hex": lambda peer: peer.say(piece("abc")),
    "no utf-8": lambda peer: peer.frame(Opcode.TEXT, b"\xff\xfe"),
    "a frame of no kind": lambda peer: peer.connection.sendall(b"\x83\x00"),
    "a masked frame": lambda peer: peer.connection.sendall(b"\x81\x81\x00\x00\x00\x00{"),
    "a continuation of nothing": lambda peer: peer.frame(Opcode.CONT, b"{}"),
    "compressed": lambda peer: peer.connection.sendall(b"\xc1\x02{}"),
    "too long": lambda peer: peer.connection.sendall(b"\x81\x7f\x00\x00\x00\x01\x00\x00\x00\x00"),
    "too long in frames": lambda peer: (
        [peer.frame(Opcode.TEXT, b"x" * 9000, fin=False)]
        + [peer.frame(Opcode.CONT, b"x" * 9000, fin=False) for _ in range(10)]
    ),
}


@pytest.mark.parametrize("say", MALFORMED.values(), ids=MALFORMED)
def test_what_is_against_the_rules_is_malformed_and_ends_the_session(kind, say):
    def script(peer):
        peer.hear()
        peer.say(piece(MP3))
        say(peer)
        while peer.hear() is not None:
            pass

    with session(script) as server:
        described = exchange(server, max_response_bytes=50_000)
        with talker(kind, server, described) as open_session:
            error = failure(open_session.hear)
            after = failure(open_session.hear)
    assert (error.category, error.possibly_charged, error.heard_bytes) == ("malformed_response", True, len(MP3))
    assert (after.category, after.possibly_charged) == ("provider_down", False)


ENDLESS = {
    "audio": lambda peer: peer.say(piece(b"\x11")),
    "pings": lambda peer: peer.frame(Opcode.PING),
    "other events": lambda peer: peer.say(said("something_new")),
    "empty frames": lambda peer: peer.frame(Opcode.CONT, fin=False),
}


@pytest.mark.parametrize("say", ENDLESS.values(), ids=ENDLESS)
def test_a_text_without_end_is_bounded_in_total_time(kind, say):
    def script(peer):
        peer.hear()
        peer.say(piece(MP3))
        peer.frame(Opcode.TEXT, fin=False) if say is ENDLESS["empty frames"] else None
        while not server.released.wait(0.02):
            say(peer)

    with session(script) as server:
        described = exchange(server, replace(PATIENT, total=0.4))
        with talker(kind, server, described) as open_session:
            error = failure(open_session.hear)
        server.released.set()
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)
    assert error.heard_bytes >= len(MP3)


def test_the_driver_may_allow_less_time_than_the_adapter(kind):
    with session(falls_silent) as server:
        described = exchange(server, PATIENT, open_seconds=60, close_seconds=60)
        with talker(kind, server, described, longest_seconds=0.4) as open_session:
            assert failure(open_session.hear).category == "timeout_unknown_outcome"


def test_a_server_that_stops_reading_leaves_the_text_unknown_in_bounded_time(kind):
    def script(peer):
        server.released.wait(20)

    with session(script) as server:
        with talker(kind, server) as open_session:
            errors = [failure(lambda: open_session.hear("语" * 9_000)) for _ in range(2)]
        server.released.set()
    assert (errors[0].category, errors[0].possibly_charged) == ("timeout_unknown_outcome", True)
    assert (errors[1].category, errors[1].possibly_charged) == ("provider_down", False)


# The end.


def test_goodbye_is_said_and_waited_for(kind):
    said_last: list[object] = []

    def script(peer):
        peer.hear()
        peer.say(*SPOKEN)
        said_last.append(peer.hear())
        peer.say(FINISHED)
        said_last.append(peer.hear().opcode)
        said_last.append(peer.hear())

    with session(script) as server, talker(kind, server) as open_session:
        open_session.hear()
    assert said_last == [{"event": "task_finish"}, Opcode.CLOSE, None]


def test_goodbye_is_bounded_and_raises_nothing(kind):
    with (
        session(falls_silent) as server,
        talker(kind, server, exchange(server, PATIENT, close_seconds=0.2)) as session_,
    ):
        session_.close()
        session_.close()
        with pytest.raises(RuntimeError, match="not open"):
            session_.hear()


def test_goodbye_to_endless_talk_is_bounded(kind):
    def script(peer):
        while not server.released.wait(0.01):
            peer.say(piece(b"\x11"))

    with session(script) as server:
        with talker(kind, server, exchange(server, PATIENT, close_seconds=0.2)):
            pass
        server.released.set()


def test_who_leaves_with_an_error_hangs_up_at_once(kind):
    left = threading.Event()

    def script(peer):
        if peer.hear() is None:
            left.set()

    with session(script) as server:
        with pytest.raises(ZeroDivisionError), talker(kind, server, exchange(server, PATIENT, close_seconds=10)):
            raise ZeroDivisionError
        assert left.wait(10)
