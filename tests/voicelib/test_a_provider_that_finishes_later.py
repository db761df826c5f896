"""Clones and keep-alives of a provider that takes work on and finishes it later: paid once, whatever dies when."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from providers.errors import Category, PendingError, ProviderError
from tests.voicelib.crashes import WorkerDiedError, lease_runs_out
from voicelib.flows.activation import keep_home
from voicelib.flows.cloning import clone_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State


def _go_on(home):
    """The next try of the clone, whoever held it before."""
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()


def _in_time(home):
    """The engine's next look is due."""
    ProviderVoice.objects.filter(id=home.id).update(keepalive_due_at=clock.now())


@pytest.fixture
def temporary(later, clone, advance):
    """A clone whose time has come, at a provider that is busy again."""
    later.finished = True
    home = clone()
    later.finished = False
    advance(hours=150, ticks=False)
    return home


def _is_cloned_once(home, vendor):
    home.refresh_from_db()
    assert (home.state, home.last_error) == (State.TEMPORARY, None)
    assert vendor.requests("voice_clone") == 1
    assert LedgerEntry.objects.filter(kind="preview").count() == 1
    assert verify_ledger() == []


def _is_kept_once(home, vendor):
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert vendor.requests("t2a") == 1
    assert LedgerEntry.objects.filter(kind="keepalive").count() == 1
    assert LedgerEntry.objects.filter(kind="activation_fee").count() == len(vendor.bill("clone_fee")) == 1
    assert not Hold.objects.filter(state="open").exists()
    assert verify_ledger() == []


def test_a_clone_waits_until_it_is_made(later, clone, vendor):
    home = clone(preview_text="Hello.")
    _go_on(home)
    attempt = Attempt.objects.get()
    assert (home.state, home.tries, attempt.state, attempt.vendor_task) == (State.CLONING, 0, "sent", "task-1")
    assert home.retry_at > clock.real_now()
    later.finished = True
    _go_on(home)
    _is_cloned_once(home, vendor)
    assert attempt.sent_at is not None
    assert home.expires_at == attempt.sent_at + timedelta(hours=168)


@pytest.mark.parametrize("step", ["accepted", "answered", "spooled", "settled"])
def test_a_worker_that_died_after_the_id_was_kept_makes_no_second_clone(later, order_clone, die_at, vendor, step):
    later.finished = True
    home = order_clone(preview_text="Hello.")
    die_at(step)
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    _go_on(home)
    _is_cloned_once(home, vendor)


def test_a_clone_that_failed_at_the_provider_is_tried_again(later, clone, vendor):
    home = clone()
    later.outcome = ProviderError("overloaded", category=Category.PROVIDER_DOWN, retryable=True)
    _go_on(home)
    assert (home.state, home.tries, Attempt.objects.get().state) == (State.CLONING, 1, "released")


def test_a_clone_of_which_nothing_is_known_any_more_is_unproven(later, clone, vendor):
    home = clone()
    Attempt.objects.update(sent_at=clock.now() - timedelta(hours=169))
    _go_on(home)
    assert (home.state, Attempt.objects.get().state) == (State.UNPROVEN, "unknown")
    assert vendor.requests("voice_clone") == 1


def test_keeping_waits_until_it_is_spoken(later, temporary, tick, vendor):
    tick()
    temporary.refresh_from_db()
    assert (temporary.state, temporary.tries) == (State.TEMPORARY, 0)
    assert temporary.keepalive_due_at > clock.now()
    _in_time(temporary)
    tick()
    assert Attempt.objects.get(kind="keepalive").state == "sent"
    later.finished = True
    _in_time(temporary)
    tick()
    _is_kept_once(temporary, vendor)


@pytest.mark.parametrize("step", ["accepted", "answered", "spooled", "settled"])
def test_a_worker_that_died_while_keeping_makes_no_second_call(later, temporary, die_at, tick, vendor, step):
    later.finished = True
    die_at(step)
    with pytest.raises(WorkerDiedError):
        keep_home(provider_voice_id=temporary.id)
    lease_runs_out(temporary)
    tick()
    _is_kept_once(temporary, vendor)


def test_a_call_that_goes_on_past_the_deadline_still_keeps_the_voice(later, temporary, tick, advance, vendor):
    tick()
    advance(hours=17, ticks=False)
    # The provider did hear of it in time.
    later.finished = True
    _in_time(temporary)
    tick()
    _is_kept_once(temporary, vendor)


def test_a_call_that_goes_on_is_ended_although_the_voice_was_kept_otherwise(later, temporary, tick, vendor):
    tick()
    ProviderVoice.objects.filter(id=temporary.id).update(
        state=State.PERMANENT, activated_at=clock.now(), expires_at=None, keepalive_due_at=clock.now()
    )
    later.finished = True
    tick()
    assert Attempt.objects.get(kind="keepalive").state == "settled"
    assert not Hold.objects.filter(state="open").exists()


def test_a_call_that_failed_without_a_charge_is_made_again(later, temporary, tick, vendor):
    tick()
    later.outcome = ProviderError("overloaded", category=Category.PROVIDER_DOWN, retryable=True)
    _in_time(temporary)
    tick()
    temporary.refresh_from_db()
    assert (temporary.tries, temporary.last_error["code"]) == (1, "provider_provider_down")
    later.outcome, later.finished = None, True
    _in_time(temporary)
    tick()
    temporary.refresh_from_db()
    assert temporary.state == State.PERMANENT
    assert sorted(Attempt.objects.filter(kind="keepalive").values_list("state", flat=True)) == ["released", "settled"]


def test_a_pending_answer_is_told_to_nobody_as_an_error(later, temporary, tick):
    later.outcome = PendingError("task-2", 15)
    tick()
    temporary.refresh_from_db()
    assert temporary.last_error is None
