"""A worker that dies while it keeps a voice, and many ticks at once."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from tests.voicelib.crashes import WorkerDiedError, lease_runs_out
from voicelib.flows.activation import keep_home, keepalive_tick
from voicelib.flows.recovery import recover_after_restart
from voicelib.models import ProviderVoice

State = ProviderVoice.State


@pytest.fixture
def due(clone, advance):
    """A home whose time has come."""
    home = clone()
    advance(hours=150, ticks=False)
    return home


@pytest.mark.parametrize(
    ("step", "calls", "unknown"),
    [
        ("claimed", 1, 0),
        ("held", 1, 0),
        ("committed", 1, 0),
        ("sent", 1, 1),
        ("answered", 2, 1),
        ("spooled", 1, 0),
        ("settled", 1, 0),
    ],
)
def test_a_voice_is_kept_wherever_the_worker_died(due, die_at, tick, vendor, step, calls, unknown):
    die_at(step)
    with pytest.raises(WorkerDiedError):
        keep_home(provider_voice_id=due.id)
    tick()
    assert vendor.requests("t2a") <= 1
    lease_runs_out(due)
    tick()
    due.refresh_from_db()
    assert due.state == State.PERMANENT
    assert vendor.requests("t2a") == calls
    assert Attempt.objects.filter(state="unknown").count() == unknown
    assert Hold.objects.filter(state="open", key__startswith="keepalive").count() == unknown
    assert LedgerEntry.objects.filter(kind="activation_fee").count() == len(vendor.bill("clone_fee")) == 1
    assert verify_ledger() == []


def test_a_restart_of_everything_frees_what_was_claimed(due, die_at, tick):
    die_at("held")
    with pytest.raises(WorkerDiedError):
        keep_home(provider_voice_id=due.id)
    assert recover_after_restart() == 1
    tick()
    due.refresh_from_db()
    assert due.state == State.PERMANENT


def test_a_message_that_comes_twice_calls_once(due, vendor):
    handed_over: list[ProviderVoice] = []
    keepalive_tick(at=clock.now(), call=handed_over.append)
    for _ in range(2):
        keep_home(provider_voice_id=due.id, claim=handed_over[0].claim)
    keep_home(provider_voice_id=due.id)
    assert vendor.requests("t2a") == 1


def test_the_command_is_one_tick(due, vendor):
    listed, done = StringIO(), StringIO()
    call_command("keepalive", "--dry-run", stdout=listed)
    assert listed.getvalue().split("\t")[:3] == ["call", "ada", "sandbox"]
    call_command("keepalive", stdout=done)
    assert '"calls": 1' in done.getvalue()
    due.refresh_from_db()
    assert due.state == State.PERMANENT


@pytest.mark.django_db(transaction=True)
def test_many_ticks_at_once_call_once_for_each_home(clone, make_voice, advance, vendor):
    homes = [clone(of=make_voice(f"voice-{number}")) for number in range(6)]
    advance(hours=150, ticks=False)
    start = threading.Barrier(3)
    failures = []

    def work():
        try:
            start.wait()
            keepalive_tick(at=clock.now(), call=lambda home: keep_home(provider_voice_id=home.id, claim=home.claim))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert vendor.requests("t2a") == len(homes)
    assert len(vendor.bill("clone_fee")) == len(homes)
    assert set(ProviderVoice.objects.values_list("state", flat=True)) == {State.PERMANENT}
