"""Many at once over HTTP: budgets hold at every moment, an Idempotency-Key is one clip."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db import connection

from accounts.flows.budgets import set_budget
from accounts.flows.verify import verify_ledger
from accounts.models import Hold, LedgerEntry, Meter
from accounts.payer import Actor
from synthesis.models import Clip
from tests.cast import make_token

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


@pytest.fixture
def post_all(cast, voice, live_server):
    """`post_all(bodies, headers)` posts all clips at the same moment; the answers in order."""
    secret = make_token(cast.owner, cast.team)
    start = threading.Barrier(MANY)

    def post(body, headers):
        # No pool shared between threads: every request comes from a stranger.
        with httpx.Client(base_url=live_server.url, timeout=60, trust_env=False) as client:
            start.wait()
            return client.post("/api/v1/clips", json=body, headers={"Authorization": f"Bearer {secret}", **headers})

    def post_all(bodies, headers=None):
        with ThreadPoolExecutor(MANY) as threads:
            return list(threads.map(lambda body: post(body, headers or {}), bodies))

    return post_all


@pytest.fixture
def watched():
    """The highest held + spent characters of any meter that was seen while the test ran."""
    highest, over = [0], threading.Event()

    def watch():
        while not over.wait(0.002):
            for held, spent in Meter.objects.filter(unit=Meter.CHARACTERS).values_list("held", "spent"):
                highest[0] = max(highest[0], held + spent)
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield highest
    over.set()
    watcher.join()


def test_a_budget_of_1000_characters_takes_ten_clips_of_100_and_refuses_the_rest_by_name(
    cast, post_all, watched, drain, vendor
):
    set_budget(
        team=cast.team,
        scope="team",
        target=None,
        characters=1000,
        amount=None,
        is_hard=True,
        name="November",
        actor=_actor(cast),
    )
    texts = [f"{number:02d} {'a' * 97}" for number in range(MANY)]

    answers = post_all([{"voice": "narrator", "text": text} for text in texts])

    accepted = [answer for answer in answers if answer.status_code == 202]
    refused = [answer.json() for answer in answers if answer.status_code == 402]
    assert (len(accepted), len(refused)) == (10, 10)
    assert {(body["code"], body["budget"]["name"]) for body in refused} == {("budget_exceeded", "November")}
    assert Hold.objects.filter(state=Hold.State.OPEN).count() == 10
    drain()
    assert watched == [1000]
    assert set(Clip.objects.values_list("state", flat=True)) == {"ready"}
    assert sum(line["characters"] for line in vendor.bill()) == 1000
    assert (LedgerEntry.objects.count(), Meter.objects.get(scope="team", unit="characters").spent) == (10, 1000)
    assert verify_ledger() == []


def test_one_idempotency_key_is_one_clip_and_one_charge(cast, post_all, drain, vendor):
    body = {"voice": "narrator", "text": "Only once, however often it is sent."}

    answers = post_all([body] * MANY, {"Idempotency-Key": "order-4711"})
    drain()

    assert {answer.status_code for answer in answers} <= {202, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_progress"}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1
    assert Clip.objects.count() == 1
    assert len(vendor.bill()) == 1
    assert LedgerEntry.objects.count() == 1


def _actor(cast):
    return Actor(user_id=cast.owner.id, name="Owner")
