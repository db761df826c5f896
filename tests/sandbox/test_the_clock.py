import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from providers.sandbox.server import SandboxServer


@pytest.fixture
def own_sandbox() -> Iterator[SandboxServer]:
    """A clock that nobody moved yet."""
    with SandboxServer() as server:
        yield server


def test_it_starts_at_the_real_time_with_no_offset(tenant):
    reading = tenant.controls.get("clock").json()
    assert reading["offset_seconds"] == 0
    assert abs(datetime.fromisoformat(reading["now"]).timestamp() - time.time()) < 5


def test_it_advances_and_answers_with_the_new_time(tenant):
    assert tenant.advance(604_800)["offset_seconds"] == 604_800
    reading = tenant.advance(1.5)
    assert reading["offset_seconds"] == 604_801.5
    moved = datetime.fromisoformat(reading["now"]) - datetime.fromtimestamp(time.time(), UTC)
    assert abs(moved.total_seconds() - 604_801.5) < 5


def test_a_follower_sees_every_step(tenant):
    seen, offset = [], 0.0
    walk = threading.Thread(
        target=tenant.advance, args=(25,), kwargs={"step_seconds": 10, "pause_ms": 150}, daemon=True
    )
    walk.start()
    while offset < 25:
        query = {"newer_than": offset, "wait_seconds": 10}
        offset = tenant.controls.get("clock", params=query).json()["offset_seconds"]
        seen.append(offset)
    walk.join()
    assert seen == [10, 20, 25]


def test_steps_pause_by_default_so_that_followers_get_their_ticks(tenant):
    before = time.monotonic()
    tenant.advance(20, step_seconds=10)
    assert time.monotonic() - before >= 0.6


def test_a_long_poll_answers_at_once_when_the_clock_is_elsewhere(tenant):
    tenant.advance(100)
    before = time.monotonic()
    for newer_than in (0, 50, 200):
        assert tenant.controls.get("clock", params={"newer_than": newer_than}).json()["offset_seconds"] == 100
    assert time.monotonic() - before < 5


def test_a_long_poll_ends_after_its_wait(tenant):
    before = time.monotonic()
    reading = tenant.controls.get("clock", params={"newer_than": 0, "wait_seconds": 0.2}).json()
    assert reading["offset_seconds"] == 0
    assert time.monotonic() - before >= 0.2


def test_a_long_poll_ends_when_the_server_stops(own_sandbox, tenant):
    answers = []

    def poll() -> None:
        answers.append(tenant.controls.get("clock", params={"newer_than": 0, "wait_seconds": 60}).json())

    poller = threading.Thread(target=poll, daemon=True)
    poller.start()
    # The poll is inside the server once another answer came back after it was sent.
    tenant.post("get_voice", {"voice_type": "voice_cloning"})
    poller.join(0.2)
    assert poller.is_alive()
    own_sandbox.stop()
    poller.join(5)
    assert answers[0]["offset_seconds"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"advance_seconds": -1},
        {"advance_seconds": "60"},
        {"advance_seconds": True},
        {},
        {"advance_seconds": 60, "step_seconds": 0},
        {"advance_seconds": 60, "step_seconds": -10},
        {"advance_seconds": 10_000_000, "step_seconds": 1},
        {"advance_seconds": 60, "pause_ms": -1},
        {"advance_seconds": 60, "backwards": True},
        [],
    ],
    ids=str,
)
def test_time_that_makes_no_sense_is_refused(customer, body):
    answer = customer.controls.post("clock", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert customer.controls.get("clock").json()["offset_seconds"] == 0


def test_a_reset_forgets_everything_but_the_clock(tenant):
    tenant.clone("Forgotten_1234")
    tenant.t2a("Hello.", "Forgotten_1234")
    tenant.order("faults", {"operation": "get_voice", "fault": "rate_limit"})
    tenant.order("counting", {"rule": "double"})
    tenant.order("limits", {"key": tenant.key, "rpm": 0})
    tenant.advance(1000)
    tenant.order("reset", {})
    assert tenant.bill() == []
    assert tenant.requests() == []
    assert tenant.clones_listed() == []
    assert tenant.t2a("Hello.")["extra_info"]["usage_characters"] == 6
    assert tenant.clone("Forgotten_1234")["base_resp"]["status_code"] == 0
    assert tenant.controls.get("clock").json()["offset_seconds"] == 1000


def test_a_reset_of_one_account_leaves_the_others(own_sandbox, tenant, customer_of):
    other = customer_of(own_sandbox)
    tenant.t2a("Hello.")
    other.t2a("Hello.")
    tenant.order("reset", {"key": tenant.key})
    assert tenant.bill() == []
    assert len(other.bill()) == 1
