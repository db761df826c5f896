"""What gate and breaker mean for clones and for keeping voices: they come back in time, whatever happens."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, ProviderAccount
from voicelib.flows.activation import keep_home
from voicelib.flows.cloning import clone_home
from voicelib.models import ProviderVoice
from voicelib.retention import LITTLE_TIME, after_wait, has_little_time


@pytest.fixture
def leave_alone(cast):
    """`leave_alone()` opens the circuit for an hour; `leave_alone(until=…)` until then."""

    def leave(until=None):
        ProviderAccount.objects.filter(id=cast.account.id).update(
            circuit="open",
            circuit_reason="It is down.",
            circuit_trips=1,
            circuit_opened_at=clock.real_now(),
            circuit_probe_at=until or clock.real_now() + timedelta(hours=1),
        )

    return leave


def test_a_clone_waits_while_the_account_is_left_alone(order_clone, leave_alone, vendor):
    home = order_clone()
    leave_alone()
    clone_home(provider_voice_id=home.id)

    home.refresh_from_db()
    assert (home.state, home.tries, home.claim) == ("cloning", 0, "")
    assert home.retry_at > clock.real_now()
    assert home.last_error["code"] == "provider_circuit_open"
    assert not Attempt.objects.exists()
    assert vendor.requests("voice_clone") == 0

    leave_alone(until=clock.real_now())
    clone_home(provider_voice_id=home.id)

    home.refresh_from_db()
    assert (home.state, home.last_error) == ("temporary", None)
    assert ProviderAccount.objects.get().circuit == "closed"
    assert verify_ledger() == []


def test_a_clone_beyond_the_limit_waits(cast, clone, make_voice, order_clone):
    cast.account.limits = {"clone": {"rpm": 1}}
    cast.account.save()
    clone()
    home = order_clone(of=make_voice("second"))
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert (home.state, home.last_error["code"]) == ("cloning", "rate_gate_full")
    assert Attempt.objects.count() == 1


def test_keeping_a_voice_waits_while_there_is_time(clone, leave_alone, vendor):
    home = clone()
    ProviderVoice.objects.filter(id=home.id).update(keepalive_due_at=clock.now())
    leave_alone()
    before = Attempt.objects.count()
    keep_home(provider_voice_id=home.id)

    home.refresh_from_db()
    assert (home.state, home.tries, home.claim) == ("temporary", 0, "")
    assert clock.now() < home.keepalive_due_at < clock.now() + timedelta(minutes=5)
    assert Attempt.objects.count() == before
    assert vendor.requests("t2a") == 0

    leave_alone(until=clock.real_now())
    ProviderVoice.objects.filter(id=home.id).update(keepalive_due_at=clock.now())
    keep_home(provider_voice_id=home.id)

    home.refresh_from_db()
    assert home.state == "permanent"
    assert verify_ledger() == []


def test_keeping_a_voice_near_its_deadline_asks_nobody(cast, clone, leave_alone):
    cast.account.limits = {"speech": {"rpm": 1, "concurrency": 1}}
    cast.account.save()
    home = clone()
    soon = clock.now() + timedelta(minutes=30)
    ProviderVoice.objects.filter(id=home.id).update(keepalive_due_at=clock.now(), expires_at=soon)
    leave_alone()
    keep_home(provider_voice_id=home.id)

    home.refresh_from_db()
    assert home.state == "permanent"
    assert ProviderAccount.objects.get().circuit == "closed"


def test_who_waits_comes_back_before_time_gets_short():
    now = clock.now()
    deadline = now + timedelta(hours=2)
    assert after_wait(now=now, deadline=deadline, seconds=60) == now + timedelta(seconds=60)
    assert after_wait(now=now, deadline=deadline, seconds=7200) == deadline - LITTLE_TIME
    assert after_wait(now=now, deadline=now, seconds=60) == now
    assert after_wait(now=now, deadline=None, seconds=60) == now + timedelta(seconds=60)
    assert has_little_time(now=deadline - LITTLE_TIME, deadline=deadline)
    assert not has_little_time(now=now, deadline=deadline)
    assert not has_little_time(now=now, deadline=None)
