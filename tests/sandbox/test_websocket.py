import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK
from websockets.sync.client import ClientConnection, connect

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import RATE, SENTENCE, SYSTEM_VOICE, code, tone

START: dict[str, Any] = {
    "event": "task_start",
    "model": "speech-2.8-hd",
    "voice_setting": {"voice_id": SYSTEM_VOICE, "english_normalization": True},
    "audio_setting": {"format": "pcm", "sample_rate": RATE},
    "continuous_sound": True,
}


class Session:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, event: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"event": event, **fields}))

    def receive(self) -> Any:
        return json.loads(self.socket.recv(timeout=10))

    def ask(self, event: str, **fields: Any) -> Any:
        self.send(event, **fields)
        return self.receive()

    def speak(self, text: str) -> list[Any]:
        self.send("task_continue", text=text)
        frames = [self.receive()]
        while not frames[-1].get("is_final") and frames[-1]["event"] == "task_continued":
            frames.append(self.receive())
        return frames

    def closed(self) -> None:
        with pytest.raises(ConnectionClosedOK):
            self.socket.recv(timeout=10)


@contextmanager
def connected(customer, headers: dict[str, str] | None = None) -> Iterator[Session]:
    url = customer.base_url.replace("http://", "ws://") + "/minimax/ws/v1/t2a_v2"
    bearer = {"Authorization": f"Bearer {customer.key}"} if headers is None else headers
    with connect(url, additional_headers=bearer, max_size=None) as socket:
        yield Session(socket)


@contextmanager
def started(customer, **fields: Any) -> Iterator[Session]:
    with connected(customer) as session:
        assert session.receive()["event"] == "connected_success"
        answer = session.ask(**{**START, **fields})
        assert answer["event"] == "task_started", answer
        yield session


def samples_of(frames: list[Any]) -> Any:
    return np.frombuffer(b"".join(bytes.fromhex(frame["data"]["audio"]) for frame in frames), np.int16)


def test_a_session_speaks_several_texts_each_with_its_own_end_and_account(customer):
    with started(customer) as session:
        for text in (SENTENCE, "Hello there."):
            frames = session.speak(text)
            assert {frame["event"] for frame in frames} == {"task_continued"}
            assert [frame["is_final"] for frame in frames] == [False] * (len(frames) - 1) + [True]
            assert len(frames) > 2
            info = frames[-1]["extra_info"]
            assert info["usage_characters"] == len(text)
            assert info["audio_length"] == pytest.approx(len(samples_of(frames)) * 1000 / RATE, abs=2)
        assert session.ask("task_finish")["event"] == "task_finished"
        session.closed()
    assert [line["characters"] for line in customer.bill()] == [len(SENTENCE), 12]
    assert [row["status_code"] for row in customer.requests(operation="t2a")] == [0, 0]


def test_texts_sent_ahead_are_answered_in_their_order_before_the_end(customer):
    with started(customer) as session:
        for text in ("One.", "Two!!"):
            session.send("task_continue", text=text)
        session.send("task_finish")
        answers = []
        while (answer := session.receive())["event"] != "task_finished":
            answers.append(answer)
    assert [row["extra_info"]["word_count"] for row in answers if row["is_final"]] == [4, 5]


def test_session_and_trace_are_named_and_each_text_is_billed_under_its_own_trace(customer):
    with connected(customer) as session:
        hello = session.receive()
        assert (code(hello), len(hello["session_id"])) == (0, 32)
        assert session.socket.response
        assert session.socket.response.headers["Trace-Id"] == hello["trace_id"]
        assert session.ask(**START)["session_id"] == hello["session_id"]
        frames = session.speak("Hello.")
    assert {frame["session_id"] for frame in frames} == {hello["session_id"]}
    assert {frame["trace_id"] for frame in frames} == {customer.bill()[0]["trace_id"]}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}])
def test_without_a_key_the_task_fails_and_the_connection_closes(customer, headers):
    with connected(customer, headers) as session:
        answer = session.receive()
        assert (answer["event"], code(answer)) == ("task_failed", 1004)
        session.closed()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"model": "speech-9"}, 2013),
        ({"voice_setting": {"voice_id": "Nobody_12345678"}}, 2054),
        ({"model": "speech-2.6-hd"}, 2013),
        ({"audio_setting": {"format": "wav"}}, 2013),
        ({"event": "task_continue", "text": "Too early."}, 2202),
        ({"event": "sing"}, 2202),
    ],
    ids=str,
)
def test_a_start_that_is_wrong_fails_the_task(customer, fields, expected):
    with connected(customer) as session:
        session.receive()
        answer = session.ask(**{**START, **fields})
        assert (answer["event"], code(answer)) == ("task_failed", expected)
        session.closed()
    assert customer.bill() == []


@pytest.mark.parametrize("message", ["no json", "[]", "5"])
def test_what_is_no_event_is_illegal(customer, message):
    with started(customer) as session:
        session.socket.send(message)
        assert code(session.receive()) == 2202
        session.closed()


def test_an_empty_or_far_too_long_text_is_skipped_softly(customer):
    with started(customer) as session:
        for text, expected in (("", 2203), ("a" * 10_001, 2204)):
            (answer,) = session.speak(text)
            assert (answer["event"], answer["is_final"], code(answer)) == ("task_continued", True, expected)
        assert len(session.speak("Hello.")) > 1
    assert len(customer.bill()) == 1


def test_half_a_surrogate_pair_is_replaced_and_spoken(customer):
    with started(customer) as session:
        session.socket.send('{"event": "task_continue", "text": "Hello \\ud83d there"}')
        while not (answer := session.receive())["is_final"]:
            pass
    assert answer["extra_info"]["word_count"] == 13


def test_an_idle_connection_is_closed_with_its_own_code(tenant):
    tenant.order("pace", {"ws_idle_seconds": 0.2})
    with started(tenant) as session:
        session.speak("Hello.")
        answer = session.receive()
        assert (answer["event"], code(answer)) == ("task_failed", 2201)
        session.closed()


def test_subtitles_come_with_the_audio(customer):
    with started(customer, subtitle_enable=True, subtitle_type="word") as session:
        frames = session.speak("One code. No app.")
    rows = [frame["data"]["subtitle"] for frame in frames if "subtitle" in frame["data"]]
    assert [row["text"] for row in rows] == ["One code.", "No app."]
    assert [word["word"] for word in rows[1]["timestamped_words"]] == ["No", "app"]


def test_a_text_keeps_a_clone(customer):
    customer.clone("Socket_clone_1", tone(120))
    with started(customer, voice_setting={"voice_id": "Socket_clone_1"}) as session:
        session.speak("Hello.")
    assert [line["operation"] for line in customer.bill()] == ["t2a", "clone_fee"]


@pytest.mark.parametrize(
    ("fault", "expected", "charged"), [("rate_limit", 1002, 0), ("voice_gone", 2054, 0), ("error_mid_stream", 1033, 1)]
)
def test_an_ordered_error_fails_the_task(customer, fault, expected, charged):
    with started(customer) as session:
        customer.fault(fault)
        answer = session.speak("Hello.")[-1]
        assert (answer["event"], code(answer)) == ("task_failed", expected)
        session.closed()
    assert len(customer.bill()) == charged


@pytest.mark.parametrize(
    ("fault", "charged"),
    [("close_connection", 0), ("timeout_before_charge", 0), ("timeout_after_charge", 1), ("cut_stream", 1),
     ("stall", 1), ("no_end_frame", 1)],
)  # fmt: skip
def test_an_ordered_break_ends_the_connection_without_a_word(customer, fault, charged):
    with started(customer) as session:
        customer.fault(fault, seconds=0.05)
        with pytest.raises(ConnectionClosedError):
            session.speak("Hello.")
    assert len(customer.bill()) == charged


def test_limits_hold_for_each_text(customer):
    customer.order("limits", {"key": customer.key, "rpm": 1})
    with started(customer) as session:
        session.speak("Hello.")
        assert code(session.speak("Hello.")[-1]) == 1002


def test_texts_beyond_those_that_may_wait_are_skipped_softly(customer):
    customer.order("limits", {"key": customer.key, "queued_texts": 2})
    with started(customer) as session:
        customer.fault("slow_first_byte", seconds=0.3)
        for text in ("One.", "Two.", "Three.", "Four.", "Five."):
            session.send("task_continue", text=text)
        session.send("task_finish")
        answers = []
        while (answer := session.receive())["event"] != "task_finished":
            answers.append(answer)
    ends = [code(row) for row in answers if row["is_final"]]
    # One is being spoken or waits itself; what is skipped is said at once.
    assert ends.count(2205) in (2, 3)
    assert ends[: ends.count(2205)] == [2205] * ends.count(2205)
    assert len(customer.bill()) == 5 - ends.count(2205)


def test_without_such_a_limit_every_text_waits_its_turn(customer):
    with started(customer) as session:
        for _ in range(20):
            session.send("task_continue", text="Hi.")
        session.send("task_finish")
        while session.receive()["event"] != "task_finished":
            pass
    assert len(customer.bill()) == 20


def test_open_sessions_do_not_keep_the_server_from_stopping(customer_of):
    server = SandboxServer()
    customer = customer_of(server)
    customer.order("pace", {"realtime_factor": 100})
    with started(customer) as idle, started(customer) as speaking:
        speaking.send("task_continue", text=SENTENCE)
        speaking.receive()
        before = time.monotonic()
        server.stop()
        assert time.monotonic() - before < 2
        with pytest.raises(ConnectionClosed):
            idle.receive()
