import time

import httpx
import pytest

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import code, message, tone

BODY = {"model": "speech-02-hd", "text": "Hello.", "voice_setting": {"voice_id": "Grinch"}}


@pytest.mark.parametrize(
    ("fault", "fields", "expected"),
    [
        ("rate_limit", {}, 1002),
        ("rate_limit", {"status_code": 1039}, 1039),
        ("error_in_200", {}, 1033),
        ("error_in_200", {"status_code": 1001}, 1001),
        ("voice_gone", {}, 2054),
    ],
)
def test_an_ordered_error_is_answered_and_not_charged(customer, fault, fields, expected):
    customer.fault(fault, **fields)
    assert code(customer.t2a("Hello.")) == expected
    assert customer.bill() == []
    assert code(customer.t2a("Hello.")) == 0


def test_a_refused_emotion_strikes_only_who_asks_for_one_and_is_not_charged(customer):
    customer.fault("emotion_refused", count=2)
    assert code(customer.t2a("Hello.")) == 0
    refused = customer.t2a("Hello.", voice_setting={"voice_id": "Grinch", "emotion": "happy"})
    assert (code(refused), "voice_setting emotion" in message(refused)) == (2013, True)
    assert len(customer.bill()) == 1


def test_a_server_error_and_a_page_instead_of_json_are_not_charged(customer):
    customer.fault("http_500")
    assert customer.http.post("t2a_v2", json=BODY).status_code == 500
    customer.fault("http_500", status_code=503)
    assert customer.http.post("t2a_v2", json=BODY).status_code == 503
    customer.fault("wrong_content_type")
    answer = customer.http.post("t2a_v2", json=BODY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert customer.bill() == []


def test_a_closed_connection_gives_no_answer_and_is_not_charged(customer):
    customer.fault("close_connection")
    with pytest.raises(httpx.RemoteProtocolError):
        customer.http.post("t2a_v2", json=BODY)
    assert customer.bill() == []


@pytest.mark.parametrize(("fault", "charged"), [("timeout_after_charge", 1), ("timeout_before_charge", 0)])
def test_a_timeout_is_silent_then_closes_and_is_charged_only_after_the_work(customer, fault, charged):
    customer.fault(fault, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        customer.http.post("t2a_v2", json=BODY, timeout=0.5)
    customer.fault(fault, seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        customer.http.post("t2a_v2", json=BODY)
    assert len(customer.bill()) == 2 * charged


def test_a_slow_first_byte_is_late_but_right(customer):
    customer.fault("slow_first_byte", seconds=0.3)
    before = time.monotonic()
    assert code(customer.t2a("Hello.")) == 0
    assert time.monotonic() - before >= 0.3
    assert len(customer.bill()) == 1


def test_a_cut_body_is_shorter_than_declared_and_charged(customer):
    customer.fault("cut_stream")
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection without sending complete"):
        customer.http.post("t2a_v2", json=BODY)
    assert len(customer.bill()) == 1


def test_a_stall_stops_in_the_middle_of_the_body_and_is_charged(customer):
    customer.fault("stall", seconds=30)
    received: list[bytes] = []
    with customer.http.stream("POST", "t2a_v2", json=BODY, timeout=0.5) as answer, pytest.raises(httpx.ReadTimeout):
        received.extend(answer.iter_bytes())
    assert int(answer.headers["content-length"]) > sum(len(part) for part in received)
    assert len(customer.bill()) == 1


def test_bad_hex_is_no_hex_and_charged(customer):
    customer.fault("bad_hex")
    answer = customer.t2a("Hello.")
    assert code(answer) == 0
    with pytest.raises(ValueError, match="non-hexadecimal"):
        bytes.fromhex(answer["data"]["audio"])
    assert len(customer.bill()) == 1


def test_short_audio_looks_like_success_and_is_charged_in_full(customer):
    customer.fault("short_audio")
    answer = customer.t2a()
    assert (code(answer), answer["extra_info"]["audio_length"]) == (0, 200)
    assert len(answer["data"]["audio"]) == 2 * answer["extra_info"]["audio_size"] == 2 * 16000 * 2 // 5
    assert customer.bill()[0]["characters"] == 64


def test_a_clone_whose_answer_is_lost_exists_nevertheless(customer):
    file_id = customer.upload(tone(120))
    customer.fault("timeout_after_charge", operation="voice_clone", seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        customer.http.post("voice_clone", json={"file_id": file_id, "voice_id": "Lost_answer_1"})
    assert code(customer.clone("Lost_answer_1")) == 2039
    assert code(customer.t2a("Hello.", "Lost_answer_1")) == 0


def test_a_fault_strikes_its_operation_as_often_as_ordered(customer):
    customer.fault("rate_limit", operation="get_voice", count=2)
    codes = [code(customer.post("get_voice", {"voice_type": "voice_cloning"})) for _ in range(3)]
    assert codes == [1002, 1002, 0]
    assert code(customer.t2a("Hello.")) == 0


def test_a_fault_without_a_count_strikes_everybody_until_cleared(own_sandbox, tenant, customer_of):
    tenant.order("faults", {"provider": "minimax", "operation": "t2a", "fault": "error_in_200"})
    other = customer_of(own_sandbox)
    assert [code(customer.t2a("Hi.")) for customer in (tenant, other, tenant)] == [1033] * 3
    assert tenant.controls.delete("faults").status_code == 200
    assert code(tenant.t2a("Hi.")) == 0


def test_a_probability_strikes_sometimes(tenant):
    tenant.order("faults", {"operation": "get_voice", "fault": "rate_limit", "probability": 0.5})
    codes = {code(tenant.post("get_voice", {"voice_type": "voice_cloning"})) for _ in range(60)}
    assert codes == {0, 1002}
    tenant.controls.delete("faults")
    tenant.order("faults", {"operation": "get_voice", "fault": "rate_limit", "probability": 0})
    assert code(tenant.post("get_voice", {"voice_type": "voice_cloning"})) == 0


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "rate_limit"},
        {"operation": "t2a"},
        {"operation": "t2a", "fault": "earthquake"},
        {"operation": "singing", "fault": "rate_limit"},
        {"operation": "t2a", "fault": "rate_limit", "provider": "acme"},
        {"operation": "t2a", "fault": "rate_limit", "probability": 2},
        {"operation": "t2a", "fault": "rate_limit", "count": 0},
        {"operation": "t2a", "fault": "rate_limit", "seconds": -1},
        {"operation": "t2a", "fault": "rate_limit", "loud": True},
    ],
    ids=str,
)
def test_an_order_that_makes_no_sense_is_refused_with_a_sentence(customer, order):
    answer = customer.controls.post("faults", json=order)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("fault", ["timeout_after_charge", "slow_first_byte", "stall"])
def test_waiting_ends_when_the_server_stops(customer_of, fault):
    server = SandboxServer()
    customer = customer_of(server)
    customer.fault(fault, seconds=3000)
    with pytest.raises(httpx.ReadTimeout):
        customer.http.post("t2a_v2", json=BODY, timeout=0.3)
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 2
