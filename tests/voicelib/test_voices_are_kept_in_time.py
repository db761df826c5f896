"""The 7-day rule: what the tick keeps, what it lets go, what it pays."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.errors import BudgetExceededError, ConflictError
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Budget, Event, Hold, LedgerEntry
from accounts.provider_clients import adapter, driver, wire_account
from tests.voicelib.conftest import speech_request
from voicelib.flows.activation import ask_activation, keep_home, set_policy
from voicelib.flows.cloning import clone_home
from voicelib.flows.consents import revoke_consent
from voicelib.flows.keepalive import planned
from voicelib.flows.voices import guard_use, speaking_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State


def kinds(voice) -> list[str]:
    return list(Event.objects.filter(subject_id=voice.id).order_by("id").values_list("kind", flat=True))


def test_eight_days_keep_the_wanted_voice_and_let_the_other_lapse_unpaid(clone, make_voice, advance, vendor):
    kept, let_go = clone(), clone(of=make_voice("passing"), policy="let_lapse")
    advance(hours=192, step_hours=6)
    kept.refresh_from_db()
    let_go.refresh_from_db()

    assert kept.state == State.PERMANENT
    assert kept.activated_at < kept.cloned_at + timedelta(hours=168)
    assert kept.expires_at is None
    assert speaking_home(voice=kept.voice, at=clock.now()).id == kept.id
    spoken = driver().run(
        adapter(kept.provider_account).speech(wire_account(kept.provider_account), speech_request(kept))
    )
    assert len(spoken.audio) > 1000

    assert let_go.state == State.LAPSED
    assert vendor.voices()[let_go.vendor_voice_id]["fee_charged"] is False
    with pytest.raises(ConflictError) as refusal:
        speaking_home(voice=let_go.voice, at=clock.now())
    assert refusal.value.code == "voice_lapsed"

    assert [line["operation"] for line in vendor.bill("clone_fee", "clone_preview")] == ["clone_fee"]
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == ["activation_fee", "keepalive"]
    assert verify_ledger() == []


def test_the_books_equal_the_providers_bill_line_by_line(clone, advance, vendor):
    clone()
    advance(hours=192, step_hours=6)
    bill = {line["operation"]: line for line in vendor.bill()}
    ours = {entry.kind: entry for entry in LedgerEntry.objects.all()}
    call, fee = bill["t2a"], bill["clone_fee"]
    assert (ours["keepalive"].billed_characters, ours["keepalive"].amount_micros, ours["keepalive"].trace_id) == (
        call["characters"],
        call["amount_micros"],
        call["trace_id"],
    )
    assert (ours["activation_fee"].amount_micros, ours["activation_fee"].currency) == (
        fee["amount_micros"],
        fee["currency"],
    )


def test_the_call_is_made_at_the_margin_and_not_before(clone, advance, vendor):
    home = clone()
    advance(hours=140, step_hours=10)
    assert vendor.requests("t2a") == 0
    advance(hours=5)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert vendor.requests("t2a") == 1


def test_a_silent_ask_is_decided_as_it_said(clone, make_voice, advance, voice):
    kept = clone(policy="ask", on_silence="activate")
    dropped = clone(of=make_voice("dropped"), policy="ask", on_silence="lapse")
    advance(hours=100, step_hours=10)
    needed = Event.objects.filter(kind="voice.decision_needed")
    assert {event.data["on_silence"] for event in needed} == {"activate", "lapse"}
    advance(hours=72, step_hours=6)
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert (kept.state, dropped.state) == (State.PERMANENT, State.LAPSED)
    assert needed.count() == 2
    assert Event.objects.filter(kind="voice.activation_missed").count() == 0


def test_alerts_are_recorded_once_each_at_their_moments(clone, advance, voice):
    clone(policy="let_lapse")
    advance(hours=192, step_hours=3)
    expiring = Event.objects.filter(kind="voice.expiring", subject_id=voice.id).order_by("id")
    assert [event.data["hours_left"] for event in expiring] == [72, 24, 6]
    assert not any(event.data["will_be_kept"] for event in expiring)


def test_a_lapsed_voice_can_be_cloned_again_under_a_new_id(clone, advance, voice):
    first = clone(policy="let_lapse")
    advance(hours=170, step_hours=85)
    again = clone()
    assert (again.state, again.generation) == (State.TEMPORARY, 2)
    assert again.vendor_voice_id != first.vendor_voice_id


def test_activating_by_hand_pays_once_and_only_once(clone, cast, voice, actor, payer, vendor, tick):
    home = clone(policy="let_lapse")
    for _ in range(2):
        ask_activation(voice=voice, account=None, actor=actor, payer=payer)
    keep_home(provider_voice_id=home.id)
    keep_home(provider_voice_id=home.id)
    tick()
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert home.activated_by == "keepalive"
    assert len(vendor.bill("t2a")) == 1
    assert len(vendor.bill("clone_fee")) == 1
    assert not Hold.objects.filter(state="open").exists()
    assert ask_activation(voice=voice, account=None, actor=actor, payer=payer).state == State.PERMANENT


def test_an_activation_that_no_budget_allows_is_refused_at_once(cast, clone, voice, actor, payer):
    home = clone()
    Budget.objects.create(team=cast.team, scope="team", target_id=cast.team.id, amount_micros=1000, currency="USD")
    with pytest.raises(BudgetExceededError):
        ask_activation(voice=voice, account=None, actor=actor, payer=payer)
    home.refresh_from_db()
    assert home.activation_asked_at is None


def test_a_full_budget_is_told_and_the_voice_is_kept_when_there_is_room(cast, clone, advance, voice, vendor):
    home = clone()
    budget = Budget.objects.create(
        team=cast.team, scope="team", target_id=cast.team.id, amount_micros=1000, currency="USD"
    )
    advance(hours=150, step_hours=10)
    assert kinds(voice).count("voice.activation_unpaid") == 1
    assert vendor.bill() == []
    home.refresh_from_db()
    assert home.last_error["code"] == "budget_exceeded"
    assert home.keepalive_due_at < home.expires_at
    Budget.objects.filter(id=budget.id).update(amount_micros=10_000_000)
    advance(hours=12, step_hours=2)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert home.last_error is None


def test_a_voice_that_could_never_be_paid_lapses_with_an_alarm(cast, clone, advance, voice):
    home = clone()
    Budget.objects.create(team=cast.team, scope="team", target_id=cast.team.id, amount_micros=1000, currency="USD")
    advance(hours=180, step_hours=6)
    home.refresh_from_db()
    assert home.state == State.LAPSED
    assert kinds(voice)[-2:] == ["voice.lapsed", "voice.activation_missed"]


def test_an_outage_is_outlasted_by_tries_before_the_deadline(clone, advance, vendor, voice):
    home = clone()
    advance(hours=141, step_hours=47)
    vendor.fail("t2a", "rate_limit", count=100)
    advance(hours=20, step_hours=1)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert vendor.requests("t2a") > 5
    assert kinds(voice).count("voice.activation_failed") == 1
    assert Hold.objects.filter(key__startswith="keepalive").count() == 1
    vendor.heal()
    advance(hours=6, step_hours=0.5)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert not Hold.objects.filter(state="open").exists()


def test_lost_answers_do_not_stop_the_tries_and_the_fee_is_booked_once(clone, advance, vendor):
    home = clone()
    advance(hours=141, step_hours=47)
    vendor.fail("t2a", "timeout_after_charge", count=2)
    advance(hours=12, step_hours=1)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert sorted(Attempt.objects.filter(kind="keepalive").values_list("state", flat=True)) == [
        "settled",
        "unknown",
        "unknown",
    ]
    assert len(vendor.bill("t2a")) == 3
    assert len(vendor.bill("clone_fee")) == LedgerEntry.objects.filter(kind="activation_fee").count() == 1
    assert verify_ledger() == []


def test_a_suspended_voice_is_not_kept_and_its_deadline_runs_on(cast, clone, actor, consent, advance, vendor, voice):
    home = clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    advance(hours=192, step_hours=12)
    home.refresh_from_db()
    assert home.state == State.LAPSED
    assert vendor.requests("t2a") == 0
    with pytest.raises(ConflictError) as refusal:
        guard_use(provider_voice_id=home.id)
    assert refusal.value.code == "voice_suspended"


def test_a_change_of_mind_counts_until_the_deadline(clone, voice, actor, advance, vendor):
    home = clone(policy="let_lapse")
    advance(hours=160, step_hours=16)
    set_policy(voice=voice, account=None, actor=actor, policy="always")
    advance(hours=1)
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def test_deciding_against_a_voice_early_saves_its_fee(clone, voice, actor, advance, vendor):
    clone()
    set_policy(voice=voice, account=None, actor=actor, policy="let_lapse")
    advance(hours=192, step_hours=12)
    assert vendor.bill() == []


def test_asked_while_cloning_it_is_activated_as_soon_as_it_is_there(order_clone, voice, actor, payer, tick):
    home = order_clone(policy="let_lapse")
    ask_activation(voice=voice, account=None, actor=actor, payer=payer)
    clone_home(provider_voice_id=home.id)
    tick()
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def test_a_rolling_rule_keeps_an_active_voice_again_and_again(cast, clone, advance, vendor):
    cast.account.retention = {"kind": "rolling", "hours": 168}
    cast.account.save()
    home = clone()
    advance(hours=500, step_hours=10)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert home.expires_at > clock.now()
    assert 3 <= len(vendor.bill("t2a")) <= 4
    assert LedgerEntry.objects.filter(kind="activation_fee").count() == 1


def test_a_fixed_life_ends_on_time_whatever_is_done(cast, clone, advance, vendor):
    cast.account.retention = {"kind": "fixed", "hours": 48}
    cast.account.save()
    home = clone()
    advance(hours=50, step_hours=5)
    home.refresh_from_db()
    assert home.state == State.LAPSED
    assert vendor.requests("t2a") == 0


def test_without_a_rule_there_is_no_deadline(cast, clone, advance, vendor):
    cast.account.retention = {"kind": "none"}
    cast.account.save()
    home = clone()
    advance(hours=24)
    home.refresh_from_db()
    assert (home.state, home.expires_at, home.keepalive_due_at) == (State.TEMPORARY, None, None)
    assert vendor.requests("t2a") == 0


def test_a_dry_run_lists_what_is_due_and_changes_nothing(clone, advance, vendor):
    home = clone()
    advance(hours=150, ticks=False)
    lines = planned(at=clock.now())
    assert [(line.voice, line.step) for line in lines] == [("ada", "call")]
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert home.claim == ""
    assert vendor.requests("t2a") == 0


def test_a_home_claimed_by_another_tick_is_left_to_it(clone, advance, tick, vendor):
    home = clone()
    advance(hours=150, ticks=False)
    lease = clock.real_now() + timedelta(minutes=5)
    ProviderVoice.objects.filter(id=home.id).update(claim="another", lease_until=lease)
    assert tick().calls == 0
    ProviderVoice.objects.filter(id=home.id).update(lease_until=clock.real_now() - timedelta(seconds=1))
    assert tick().calls == 1
    assert vendor.requests("t2a") == 1
