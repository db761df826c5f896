"""The bidirectional WebSocket: tokens in, sentences out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.sandbox.customer import RATE, code
from tests.sandbox.test_websocket import START, Session, samples_of

TOKENS = ["It ", "is 3.", "14 ", "today. ", "Is ", "it?", " Ye", "s"]
SENTENCES = ["It is 3.14 today.", "Is it?", "Yes"]


@contextmanager
def started(customer, **fields: Any) -> Iterator[Session]:
    url = customer.base_url.replace("http://", "ws://") + "/minimax/ws/v1/t2a_v2_bidi"
    with connect(url, additional_headers={"Authorization": f"Bearer {customer.key}"}, max_size=None) as socket:
        session = Session(socket)
        assert session.receive()["event"] == "connected_success"
        assert session.ask(**{**START, **fields})["event"] == "task_started"
        yield session


def until(session: Session, event: str) -> list[Any]:
    frames = [session.receive()]
    while frames[-1]["event"] != event:
        frames.append(session.receive())
    return frames


def spoken(customer) -> list[str]:
    return [row["body"]["text"] for row in customer.requests(operation="t2a")]


def test_tokens_become_sentences_and_the_end_speaks_what_is_left(customer):
    with started(customer, session_id="my-session") as session:
        for token in TOKENS:
            session.send("task_continue", text=token)
        session.send("task_finish")
        frames = until(session, "task_finished")
        session.closed()
    assert spoken(customer) == SENTENCES
    marks = [row["event"] for row in frames if row["event"] != "task_continued"]
    assert marks == ["sentence_start", "sentence_end"] * 3 + ["task_finished"]
    assert [row["extra_info"]["usage_characters"] for row in frames if row.get("is_final")] == [17, 6, 3]
    assert [line["characters"] for line in customer.bill()] == [17, 6, 3]
    assert {row["session_id"] for row in frames} == {"my-session"}
    (connect_id,) = {row["connect_id"] for row in frames}
    assert connect_id.isdigit()
    audio = samples_of([row for row in frames if row["event"] == "task_continued"])
    assert len(audio) > RATE


def test_a_sentence_is_spoken_while_the_next_is_still_typed(customer):
    with started(customer) as session:
        session.send("task_continue", text="今天很好。")
        assert until(session, "sentence_end")[0]["event"] == "sentence_start"
        session.send("task_continue", text="明天")
        session.send("task_flush")
        assert until(session, "task_flushed")[-2]["event"] == "sentence_end"
        session.send("task_flush")
        assert session.receive()["event"] == "task_flushed"
    assert spoken(customer) == ["今天很好。", "明天"]


def test_a_cancel_stops_the_speech_and_the_session_goes_on(customer):
    customer.fault("slow_first_byte", seconds=30)
    with started(customer) as session:
        session.send("task_continue", text="One! Two! Three")
        assert session.receive()["event"] == "sentence_start"
        assert session.ask("task_cancel")["event"] == "task_canceled"
        session.send("task_continue", text="Four!")
        until(session, "sentence_end")
        session.send("task_finish")
        assert session.receive()["event"] == "task_finished"
    assert spoken(customer)[-1] == "Four!"
    assert not {"Two!", "Three"} & set(spoken(customer))


def test_blank_text_is_dropped_and_a_fragment_that_is_too_long_is_skipped(customer):
    with started(customer) as session:
        session.send("task_continue", text=" \n ")
        session.send("task_continue", text="")
        assert code(session.ask("task_continue", text="a" * 10_001)) == 2204
        session.send("task_finish")
        assert session.receive()["event"] == "task_finished"
    assert customer.bill() == []


def test_sentences_beyond_those_that_may_wait_are_skipped(customer):
    customer.order("limits", {"key": customer.key, "queued_texts": 2})
    with started(customer) as session:
        session.send("task_continue", text="One! Two! Three! Four!")
        session.send("task_finish")
        codes = [code(row) for row in until(session, "task_finished")]
    assert codes.count(2205) == 2
    assert spoken(customer) == ["One!", "Two!"]


@pytest.mark.parametrize(("fault", "expected"), [("rate_limit", 1002), ("error_mid_stream", 1033)])
def test_an_error_while_speaking_fails_the_task(customer, fault, expected):
    customer.fault(fault)
    with started(customer) as session:
        session.send("task_continue", text="Hello there!")
        assert code(until(session, "task_failed")[-1]) == expected
        session.closed()


def test_silence_ends_the_session_but_speech_is_no_silence(tenant):
    tenant.order("pace", {"ws_idle_seconds": 0.5})
    tenant.fault("slow_first_byte", seconds=1)
    with started(tenant) as session:
        session.send("task_continue", text="Hello!")
        frames = until(session, "task_failed")
        assert "sentence_end" in [row["event"] for row in frames]
        assert code(frames[-1]) == 2201


def test_events_of_a_task_that_has_not_begun_are_illegal(customer):
    url = customer.base_url.replace("http://", "ws://") + "/minimax/ws/v1/t2a_v2_bidi"
    with connect(url, additional_headers={"Authorization": f"Bearer {customer.key}"}) as socket:
        session = Session(socket)
        session.receive()
        assert code(session.ask("task_cancel")) == 2202
