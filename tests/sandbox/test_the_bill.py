import json
import socket
import time

import pytest

from tests.sandbox.customer import code


def test_each_synthesis_is_a_line_with_model_voice_characters_and_price(customer):
    hd = customer.t2a("处理 it", model="speech-2.6-hd")
    turbo = customer.t2a("Hello.", "Grinch", model="speech-02-turbo")
    statement = customer.controls.get("bill", params={"key": customer.key, "provider": "minimax"}).json()
    at = [line.pop("at") for line in statement["lines"]]
    assert all(moment.endswith("Z") for moment in at)
    line = {"provider": "minimax", "operation": "t2a", "currency": "USD"}
    assert statement == {
        "lines": [
            line
            | {"model": "speech-2.6-hd", "voice_id": "English_Graceful_Lady", "characters": 7, "amount_micros": 700}
            | {"trace_id": hd["trace_id"]},
            line
            | {"model": "speech-02-turbo", "voice_id": "Grinch", "characters": 6, "amount_micros": 360}
            | {"trace_id": turbo["trace_id"]},
        ],
        "totals": {"characters": 13, "amount_micros": 1060},
    }


def test_the_bill_is_per_account_and_all_of_it_without_a_key(own_sandbox, customer_of):
    one, two = customer_of(own_sandbox), customer_of(own_sandbox)
    one.t2a("One.")
    two.t2a("Two!!")
    assert [line["characters"] for line in one.bill()] == [4]
    assert [line["characters"] for line in two.bill()] == [5]
    assert one.controls.get("bill").json()["totals"]["characters"] == 9


@pytest.mark.parametrize(("rule", "characters"), [("minimax", 8), ("code_points", 6), ("double", 16)])
def test_another_counting_rule_is_billed_and_reported(tenant, rule, characters):
    tenant.order("counting", {"rule": rule})
    answer = tenant.t2a("处理 abc")
    assert answer["extra_info"]["usage_characters"] == characters
    assert tenant.bill()[0]["characters"] == characters
    assert tenant.bill()[0]["amount_micros"] == characters * 100


def test_marks_tags_and_rules_do_not_hide_characters(customer):
    text = "One (laughs) two.<#0.45#>Three"
    answer = customer.t2a(text, pronunciation_dict={"tone": ["Three/a very long way to say three"]})
    assert answer["extra_info"]["usage_characters"] == len(text)


def test_ideographs_outside_the_basic_block_count_two(customer):
    assert customer.t2a("㐂𠀀豈 々〇")["extra_info"]["usage_characters"] == 9


def test_refused_calls_are_free(customer):
    assert code(customer.t2a("Hello.", "Nobody_12345678")) == 2054
    assert customer.bill() == []


def test_a_client_that_leaves_is_charged_nevertheless(sandbox, customer):
    body = json.dumps({"model": "speech-02-hd", "text": "Hello. " * 200, "voice_setting": {"voice_id": "Grinch"}})
    head = (
        f"POST /minimax/v1/t2a_v2 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {customer.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(sandbox.base_url.rpartition(":")[2]))) as connection:
        connection.sendall((head + body).encode())
    deadline = time.monotonic() + 10
    while not customer.bill() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [line["characters"] for line in customer.bill()] == [1400]
