"""Several workers tick at the same moment on PostgreSQL: every due voice is called once, nobody waits in a circle."""

import threading
from collections import Counter
from datetime import timedelta

import httpx
import pytest
from django.db import connection

from accounts import clock
from accounts.flows.holds import Fee, place_hold, release_hold
from accounts.flows.verify import verify_ledger
from accounts.ids import new_id
from accounts.models import Attempt, LedgerEntry
from accounts.money import Money
from accounts.payer import Payer
from config.quickstart import SAMPLE
from tests.services.stage import Stage
from voicelib.flows.activation import keep_home, keepalive_tick
from voicelib.flows.claims import claim_due
from voicelib.models import ProviderVoice, Voice

pytestmark = pytest.mark.services

HOMES = 240
WORKERS = 4


@pytest.fixture
def due_homes(sandbox):
    """`due_homes(count)` → a stage whose clones are at the provider and due, none with the same deadline."""

    def make(count):
        stage = Stage.empty(sandbox)
        now = clock.now()
        for number, voice_id in enumerate(_clones(stage, count)):
            voice = Voice.objects.create(team=stage.cast.team, slug=f"voice-{number}", name="Due", language="en")
            ProviderVoice.objects.create(
                voice=voice,
                provider_account=stage.cast.account,
                vendor_voice_id=voice_id,
                state=ProviderVoice.State.TEMPORARY,
                cloned_at=now - timedelta(hours=150),
                expires_at=now + timedelta(hours=18, minutes=-number),
                keepalive_due_at=now - timedelta(hours=1),
                requested_by={"team_id": stage.cast.team.id},
            )
        return stage

    return make


def test_of_four_ticks_at_once_each_home_has_one_call_and_one_line_on_the_bill(due_homes):
    stage = due_homes(HOMES)
    calls: Counter[str] = Counter()

    def tick():
        seen = []

        def call(home):
            seen.append(home.id)
            keep_home(provider_voice_id=home.id, claim=home.claim)

        while keepalive_tick(at=clock.now(), call=call).calls:
            pass
        calls.update(seen)

    _all_at_once([tick] * WORKERS)

    homes = ProviderVoice.objects.filter(voice__team=stage.cast.team)
    assert set(homes.values_list("state", flat=True)) == {"permanent"}
    assert calls == Counter(homes.values_list("id", flat=True))
    once = Counter(homes.values_list("vendor_voice_id", flat=True))
    attempts = Attempt.objects.filter(team=stage.cast.team)
    assert Counter(attempts.values_list("vendor_voice_id", flat=True)) == once
    assert set(attempts.values_list("kind", "state")) == {("keepalive", "settled")}
    bill = stage.sandbox.bill(stage.key)
    assert Counter(line["voice_id"] for line in bill if line["operation"] == "t2a") == once
    assert Counter(line["voice_id"] for line in bill if line["operation"] == "clone_fee") == once
    booked = LedgerEntry.objects.filter(team_id=stage.cast.team.id, kind="activation_fee")
    assert Counter(booked.values_list("vendor_voice_id", flat=True)) == once
    assert verify_ledger() == []


def test_claims_at_once_share_what_is_due_and_leave_nothing(due_homes):
    stage = due_homes(60)
    due = ProviderVoice.objects.filter(voice__team=stage.cast.team).order_by("expires_at")
    taken: list[list[str]] = []

    def claim():
        while homes := claim_due(due, limit=5):
            taken.append([home.id for home in homes])

    _all_at_once([claim] * WORKERS)

    assert sorted(home_id for batch in taken for home_id in batch) == sorted(due.values_list("id", flat=True))
    place = {home_id: number for number, home_id in enumerate(due.values_list("id", flat=True))}
    assert all(batch == sorted(batch, key=place.__getitem__) for batch in taken)


def test_a_first_use_and_other_calls_do_not_lock_each_others_meters_in_a_circle(sandbox):
    """A first use sets a fee aside beside the call: money before characters would be another way round than others'."""
    cast = Stage.empty(sandbox).cast
    payer = Payer(cast.team.id, cast.project.id)

    def first_uses():
        for _ in range(150):
            fee = Fee(f"activation:{new_id()}", Money(1_500_000, "USD"))
            hold = place_hold(
                payer=payer, key=new_id(), characters=2, amount=Money(200, "USD"), at=clock.now(), fee=fee
            )
            release_hold(hold_id=hold.id)

    def others():
        for _ in range(150):
            hold = place_hold(payer=payer, key=new_id(), characters=2, amount=Money(200, "USD"), at=clock.now())
            release_hold(hold_id=hold.id)

    _all_at_once([first_uses, others] * 2)
    assert verify_ledger() == []


def _clones(stage, count):
    """Ids of fresh clones at the provider, made beside the product."""
    client = httpx.Client(
        base_url=f"{stage.cast.account.base_url}/v1",
        headers={"Authorization": f"Bearer {stage.key}"},
        timeout=60,
        trust_env=False,
    )
    with client, SAMPLE.open("rb") as recording:
        sent = client.post("/files/upload", data={"purpose": "voice_clone"}, files={"file": ("ada.mp3", recording)})
        file_id = sent.raise_for_status().json()["file"]["file_id"]
        ids = [f"Due{new_id()}" for _ in range(count)]
        for voice_id in ids:
            made = client.post("/voice_clone", json={"file_id": file_id, "voice_id": voice_id}).json()
            assert made["base_resp"]["status_code"] == 0, made
    return ids


def _all_at_once(works):
    """Run all in threads of their own, let go at the same moment; what goes wrong in one fails the test."""
    start = threading.Barrier(len(works))
    failures: list[BaseException] = []

    def run(work):
        try:
            start.wait()
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
