"""Lost answers, refusals and crashes while cloning."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, LedgerEntry
from tests.voicelib.crashes import WorkerDiedError, lease_runs_out
from voicelib.flows.cloning import clone_home, clone_tick
from voicelib.models import ProviderVoice
from voicelib.retention import PROOF_DELAY

State = ProviderVoice.State


def back_off_is_over(home):
    ProviderVoice.objects.filter(id=home.id).update(retry_at=clock.real_now() - timedelta(seconds=1))


def test_a_lost_answer_leaves_the_voice_unproven_and_is_not_repeated(clone, vendor):
    vendor.fail("voice_clone", "timeout_after_charge")
    home = clone(preview_text="Hello.")
    clone_home(provider_voice_id=home.id)
    attempt = Attempt.objects.get()
    assert home.state == State.UNPROVEN
    assert attempt.state == Attempt.State.UNKNOWN
    assert Hold.objects.get().state == Hold.State.OPEN
    assert attempt.sent_at is not None
    assert home.expires_at == attempt.sent_at + timedelta(hours=168)
    assert home.last_error["code"] == "provider_timeout_unknown_outcome"
    assert vendor.requests("voice_clone") == 1


def test_speaking_proves_an_unproven_voice_and_settles_its_clone(clone, advance, vendor, voice):
    vendor.fail("voice_clone", "timeout_after_charge")
    home = clone(preview_text="Hello.")
    assert home.keepalive_due_at <= clock.now() + PROOF_DELAY
    advance(hours=1, step_hours=0.25)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert set(Attempt.objects.values_list("state", flat=True)) == {"settled"}
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == ["activation_fee", "keepalive", "preview"]
    assert LedgerEntry.objects.get(kind="preview").source == "estimated"
    assert not Hold.objects.filter(state="open").exists()
    assert home.keepalive_due_at is None
    assert verify_ledger() == []


def test_a_clone_that_never_happened_is_found_out_and_can_be_asked_for_again(clone, order_clone, advance, vendor):
    vendor.fail("voice_clone", "timeout_before_charge")
    home = clone()
    assert home.state == State.UNPROVEN
    advance(hours=1, step_hours=0.25)
    home.refresh_from_db()
    assert home.state == State.FAILED
    assert home.last_error["code"] == "provider_voice_missing"
    assert not Hold.objects.filter(state="open").exists()
    again = order_clone()
    clone_home(provider_voice_id=again.id)
    again.refresh_from_db()
    assert (again.state, again.generation) == (State.TEMPORARY, 2)
    assert again.vendor_voice_id != home.vendor_voice_id
    assert verify_ledger() == []


def test_an_unproven_voice_that_nobody_wants_kept_lapses_unproven(clone, advance, vendor):
    vendor.fail("voice_clone", "timeout_after_charge")
    home = clone(policy="let_lapse")
    advance(hours=192, step_hours=12)
    home.refresh_from_db()
    assert home.state == State.LAPSED
    assert vendor.bill() == []
    assert not Hold.objects.filter(state="open").exists()


def test_a_rate_limit_is_waited_out_with_the_same_id(clone, vendor):
    vendor.fail("voice_clone", "rate_limit")
    home = clone()
    assert home.state == State.CLONING
    assert home.retry_at > clock.real_now()
    assert home.last_error["code"] == "provider_rate_limited"
    assert clone_tick() == 0
    back_off_is_over(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert home.last_error is None
    assert list(vendor.voices()) == [home.vendor_voice_id]


def test_tries_that_surely_cost_nothing_end_after_a_while(clone, vendor):
    vendor.fail("voice_clone", "rate_limit", count=20)
    home = clone()
    for _ in range(20):
        back_off_is_over(home)
        clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.FAILED
    assert vendor.requests("voice_clone") == 12
    assert Hold.objects.get().state == Hold.State.RELEASED
    vendor.heal()


def test_a_refusal_for_good_fails_with_the_providers_words(clone, vendor):
    vendor.fail("voice_clone", "error_in_200", status_code=2038)
    home = clone()
    assert home.state == State.FAILED
    assert (home.last_error["code"], home.last_error["provider_code"]) == ("provider_permission", "2038")
    assert home.last_error["trace_id"]
    assert Hold.objects.get().state == Hold.State.RELEASED
    assert Event.objects.filter(kind="voice.clone_failed").count() == 1


def test_our_own_id_taken_at_a_retry_means_that_the_first_try_made_it(clone, vendor):
    vendor.fail("voice_clone", "rate_limit")
    home = clone()
    back_off_is_over(home)
    vendor.fail("voice_clone", "error_in_200", status_code=2039)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    first = Attempt.objects.order_by("id")[0]
    assert first.sent_at is not None
    assert home.state == State.UNPROVEN
    assert home.expires_at == first.sent_at + timedelta(hours=168)


def test_an_id_taken_at_the_first_try_is_somebody_elses(clone, vendor):
    vendor.fail("voice_clone", "error_in_200", status_code=2039)
    assert clone().state == State.FAILED


@pytest.mark.parametrize("step", ["claimed", "committed"])
def test_a_worker_that_died_before_sending_is_followed_by_one_that_clones(order_clone, die_at, vendor, step):
    home = order_clone()
    die_at(step)
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    assert clone_tick() == 0
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert vendor.requests("voice_clone") == 1
    assert not Hold.objects.filter(state="open").exists()


@pytest.mark.parametrize("step", ["sent", "answered"])
def test_a_worker_that_died_with_the_answer_leaves_an_unproven_voice(order_clone, die_at, vendor, step):
    home = order_clone()
    die_at(step)
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.UNPROVEN
    assert Attempt.objects.get().state == Attempt.State.UNKNOWN
    assert vendor.requests("voice_clone") == (1 if step == "answered" else 0)


@pytest.mark.parametrize("step", ["spooled", "settled"])
def test_an_answer_on_disk_is_never_asked_for_again(order_clone, die_at, vendor, step):
    home = order_clone(preview_text="Hello.")
    die_at(step)
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert home.preview_key
    assert vendor.requests("voice_clone") == 1
    assert LedgerEntry.objects.get().kind == "preview"


def test_an_answer_that_comes_after_it_was_given_up_still_counts(order_clone, vendor, at_step):
    home = order_clone(preview_text="Hello.")

    def given_up():
        lease_runs_out(home)
        clone_home(provider_voice_id=home.id)
        home.refresh_from_db()
        assert home.state == State.UNPROVEN

    at_step("answered", given_up)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert Attempt.objects.get().state == Attempt.State.SETTLED
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.preview_key
    assert vendor.requests("voice_clone") == 1


def test_a_preview_that_cannot_be_fetched_is_fetched_later(clone, vendor):
    vendor.fail("download", "http_500")
    home = clone(preview_text="Hello.")
    assert (home.state, home.preview_key) == (State.TEMPORARY, "")
    back_off_is_over(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.preview_key
    assert home.retry_at is None
    assert vendor.requests("voice_clone") == 1
