"""The gate of a process: a short wait is waited out, a long one refused with the time to come back."""

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.rate_gate.gate import GateFullError, RateGate
from accounts.rate_gate.rule import Limit
from accounts.rate_gate.stores import MemoryStore, Place, RedisStore
from tests.accounts.rate_gate.clock import Clock

PLACE = Place("account", "speech", "speech-2.8-hd")


@pytest.fixture
def time():
    return Clock()


@pytest.fixture
def gate(time):
    return RateGate(local=MemoryStore(time), sleep=time.sleep, now=time)


def passing(gate, limit, *, place=PLACE, patience=2.0, forced=False):
    return gate.passing(place, limit, provider="minimax", patience_seconds=patience, forced=forced)


def test_a_short_wait_is_waited_out(gate, time):
    for _ in range(8):
        with passing(gate, Limit(rpm=60)):
            pass
    assert time.slept == pytest.approx([61 / 55] * 2)


def test_a_long_wait_is_refused_with_when_to_come_back(gate, time):
    with passing(gate, Limit(rpm=1)):
        pass
    with pytest.raises(GateFullError) as refused, passing(gate, Limit(rpm=1)):
        pytest.fail("it was let in")
    assert (refused.value.status, refused.value.code) == (429, "rate_gate_full")
    assert 60 <= (refused.value.retry_after_seconds or 0) <= 75
    assert time.slept == []


def test_who_is_answered_while_it_waits_has_no_patience(gate, time):
    for _ in range(6):
        with passing(gate, Limit(rpm=60), patience=0):
            pass
    with pytest.raises(GateFullError), passing(gate, Limit(rpm=60), patience=0):
        pass
    assert time.slept == []


def test_a_slot_is_looked_for_until_patience_ends(gate, time):
    limit = Limit(concurrency=1)
    with passing(gate, limit), pytest.raises(GateFullError) as refused, passing(gate, limit):
        pass
    assert sum(time.slept) == pytest.approx(2)
    assert refused.value.retry_after_seconds


@pytest.mark.parametrize("error", [None, ValueError])
def test_a_slot_is_given_back_however_the_call_ends(gate, error):
    limit = Limit(concurrency=1)
    try:
        with passing(gate, limit):
            if error:
                raise error
    except ValueError:
        pass
    with passing(gate, limit, patience=0):
        pass


def test_models_and_accounts_have_gates_of_their_own(gate):
    limit = Limit(rpm=1)
    for place in (PLACE, Place("account", "speech", "speech-2.8-turbo"), Place("other", "speech", PLACE.model)):
        with passing(gate, limit, place=place, patience=0):
            pass


def test_without_its_redis_a_process_paces_by_itself_and_says_so(time, caplog):
    nobody = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
    gate = RateGate(RedisStore(nobody), MemoryStore(time), sleep=time.sleep, now=time)
    with passing(gate, Limit(rpm=1)):
        pass
    with pytest.raises(GateFullError), passing(gate, Limit(rpm=1)):
        pass
    assert gate.slow(PLACE) == 0.5
    assert gate.finding() == "rate_gate_not_shared"
    assert caplog.text.count("this process paces by itself") == 1
