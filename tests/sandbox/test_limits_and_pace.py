import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.customer import SYSTEM_VOICE, code

SHORT_TASK = {"model": "speech-2.8-hd", "text": "Hi.", "voice_setting": {"voice_id": SYSTEM_VOICE}}


def test_requests_beyond_the_minute_are_rate_limited_and_free(customer):
    customer.order("limits", {"key": customer.key, "rpm": 3})
    assert [code(customer.t2a("Hi.")) for _ in range(5)] == [0, 0, 0, 1002, 1002]
    assert len(customer.bill()) == 3
    customer.order("limits", {"key": customer.key, "rpm": None})
    assert code(customer.t2a("Hi.")) == 0


def test_requests_at_once_beyond_the_limit_are_refused(customer):
    customer.order("limits", {"key": customer.key, "concurrency": 2})
    customer.fault("slow_first_byte", count=2, seconds=0)
    customer.order("limits", {"key": customer.key, "concurrency": 0})
    assert code(customer.t2a("Hi.")) == 1041
    customer.order("limits", {"key": customer.key, "concurrency": 1})
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: code(customer.t2a("Hello there. " * 60)), range(8)))
    assert 0 in codes
    assert set(codes) == {0, 1041}
    assert len(customer.bill()) == codes.count(0)


def test_limits_are_per_account(sandbox, customer, customer_of):
    customer.order("limits", {"key": customer.key, "rpm": 0})
    assert code(customer.t2a("Hi.")) == 1002
    assert code(customer_of(sandbox).t2a("Hi.")) == 0


def asked(customer, task_id, times):
    """The codes of so many queries in a row."""
    queries = [customer.http.get("query/t2a_async_query_v2", params={"task_id": task_id}) for _ in range(times)]
    return [code(answer.json()) for answer in queries]


def test_a_task_may_be_asked_for_ten_times_a_second(customer):
    task_id = customer.post("t2a_async_v2", SHORT_TASK)["task_id"]
    assert asked(customer, task_id, 12) == [0] * 10 + [1002] * 2
    customer.order("limits", {"key": customer.key, "queries_per_second": 0})
    assert asked(customer, task_id, 1) == [1002]
    customer.order("limits", {"key": customer.key, "queries_per_second": None})
    assert asked(customer, task_id, 25) == [0] * 25
    assert customer.order("limits", {"key": customer.key, "rpm": 1})["queries_per_second"] == 10


def test_queries_are_allowed_again_a_second_later(customer):
    task_id = customer.post("t2a_async_v2", SHORT_TASK)["task_id"]
    customer.order("limits", {"key": customer.key, "queries_per_second": 1})
    began = time.monotonic()
    assert asked(customer, task_id, 2) == [0, 1002]
    while asked(customer, task_id, 1) != [0]:
        assert time.monotonic() - began < 5
    assert time.monotonic() - began >= 1


def test_the_pace_makes_the_vendor_slow(tenant):
    assert tenant.order("pace", {"first_byte_ms": 200})["first_byte_ms"] == 200
    before = time.monotonic()
    tenant.t2a("Hi.")
    assert time.monotonic() - before >= 0.2
    tenant.order("pace", {"first_byte_ms": 0, "realtime_factor": 0.1})
    before = time.monotonic()
    answer = tenant.t2a()
    assert time.monotonic() - before >= answer["extra_info"]["audio_length"] / 10_000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": ""},
        {"key": "K", "rpm": -1},
        {"key": "K", "rpm": 1.5},
        {"key": 5},
        {"key": "K", "queries_per_second": -1},
        {"key": "K", "queued_texts": 0.5},
    ],
)
def test_limits_that_make_no_sense_are_refused(customer, body):
    assert customer.controls.post("limits", json=body).status_code == 400
