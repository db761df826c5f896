"""The rate gate in a real Redis: the same rule as in memory, one gate for all processes."""

import json
import random
import subprocess
import sys
import threading
import time

import pytest
from redis import Redis

from accounts.ids import new_id
from accounts.rate_gate.gate import GateFullError, RateGate
from accounts.rate_gate.rule import Entry, Limit
from accounts.rate_gate.stores import MemoryStore, Place, RedisStore
from tests.accounts.rate_gate.clock import Clock
from tests.services.conftest import BROKERS
from tests.services.processes import ROOT

pytestmark = pytest.mark.services

PLACE = Place("account", "speech", "speech-2.8-hd")


@pytest.fixture
def prefix():
    """Keys of this test alone; they end with it."""
    prefix = f"voicelib-test:{new_id()}"
    yield prefix
    with Redis.from_url(BROKERS["redis"]) as server:
        for key in server.scan_iter(f"{prefix}:*"):
            server.delete(key)


@pytest.fixture
def store_of(prefix):
    """`store_of(clock)` is a store on a connection of its own."""
    clients = []

    def make(clock=None):
        clients.append(Redis.from_url(BROKERS["redis"]))
        return RedisStore(clients[-1], prefix=prefix, clock=clock)

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize("seed", range(12))
def test_redis_and_memory_decide_alike(store_of, seed):
    luck, clock = random.Random(seed), Clock()
    memory, redis = MemoryStore(clock), store_of(clock)
    limit = Limit(rpm=luck.choice([None, 1, 20, 60, 500]), concurrency=luck.choice([None, 1, 3, 8]))
    inside: list[str] = []
    for number in range(300):
        clock.at += luck.choice([0, 0, 0.05, 0.7, 3, 40])
        act = luck.random()
        if act < 0.06:
            pause = luck.choice([0.0, 0.0, 12.0])
            assert redis.slow(PLACE, pause) == pytest.approx(memory.slow(PLACE, pause), abs=1e-4)
        elif act < 0.4 and inside:
            name = inside.pop(luck.randrange(len(inside)))
            redis.leave(PLACE, name)
            memory.leave(PLACE, name)
        else:
            entry = Entry(str(number), luck.choice([5, 600]), luck.choice([0, 2, 20]), forced=luck.random() < 0.05)
            told, twin = redis.enter(PLACE, limit, entry), memory.enter(PLACE, limit, entry)
            assert told.kind == twin.kind
            assert told.seconds == pytest.approx(twin.seconds, abs=2e-3)
            if told.kind == "go":
                inside.append(entry.name)


def test_two_clients_never_exceed_the_slots(store_of):
    running, most, lock, turn = 0, 0, threading.Lock(), threading.Barrier(8)

    def work(gate):
        nonlocal running, most
        turn.wait()
        for _ in range(5):
            with gate.passing(PLACE, Limit(concurrency=3), provider="minimax", patience_seconds=60):
                with lock:
                    running += 1
                    most = max(most, running)
                threading.Event().wait(0.01)
                with lock:
                    running -= 1

    gates = [RateGate(store_of()), RateGate(store_of())]
    threads = [threading.Thread(target=work, args=[gates[number % 2]]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_two_processes_keep_one_pace(prefix):
    """Real processes, real time: together they send what one may send."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.services.gate_child", BROKERS["redis"], prefix, "600", "2.0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    sent = sorted(moment for child in children for moment in json.loads(child.communicate(timeout=60)[0]))
    between = [later - earlier for earlier, later in zip(sent, sent[10:], strict=False)]
    # Ten calls of burst, then one each 61/591 s: eleven calls in a row take at least the spacing of one.
    assert len(sent) >= 15
    assert len(sent) <= 10 + (sent[-1] - sent[0]) / (61 / 591) + 1
    assert min(between) > 0.05


def test_a_killed_holder_does_not_keep_its_slot(store_of):
    clock = Clock()
    store = store_of(clock)
    limit = Limit(concurrency=1)
    assert store.enter(PLACE, limit, Entry("killed", 600, 0)).kind == "go"
    clock.at += 599
    assert store.enter(PLACE, limit, Entry("next", 600, 0)).kind == "later"
    clock.at += 1
    assert store.enter(PLACE, limit, Entry("next", 600, 0)).kind == "go"


def test_slowing_is_seen_by_every_process(store_of):
    limit = Limit(concurrency=4)
    heard, other = RateGate(store_of()), store_of()
    assert heard.slow(PLACE) == 0.5
    kinds = [other.enter(PLACE, limit, Entry(str(number), 600, 0)).kind for number in range(3)]
    assert kinds == ["go", "go", "later"]
    assert RateGate(other).slow(PLACE) is None


def test_the_gate_is_forgotten_when_nobody_uses_it(store_of, prefix):
    store_of().enter(PLACE, Limit(rpm=60, concurrency=1), Entry("call", 600, 0))
    with Redis.from_url(BROKERS["redis"]) as server:
        keys = list(server.scan_iter(f"{prefix}:*"))
        assert len(keys) == 2
        assert all(0 < server.ttl(key) <= 3600 for key in keys)


def test_a_refusal_needs_no_time(store_of):
    gate = RateGate(store_of())
    with gate.passing(PLACE, Limit(rpm=1), provider="minimax", patience_seconds=0):
        pass
    began = time.monotonic()
    with pytest.raises(GateFullError), gate.passing(PLACE, Limit(rpm=1), provider="minimax", patience_seconds=0):
        pass
    assert time.monotonic() - began < 1
