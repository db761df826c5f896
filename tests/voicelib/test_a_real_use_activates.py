"""The first real synthesis makes a voice permanent, whoever asks for it."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.flows.holds import place_hold
from accounts.flows.paid_call import Answer, PaidOrder, paid_call
from accounts.models import Attempt, Event, Hold, LedgerEntry
from accounts.money import Money
from accounts.provider_clients import adapter, wire_account
from providers.errors import Category, ProviderError
from tests.voicelib.conftest import speech_request
from voicelib.flows.activation import ask_activation, record_use, report_missing
from voicelib.flows.voices import fee_of, guard_use
from voicelib.models import ProviderVoice

State = ProviderVoice.State


@pytest.fixture
def speak(payer):
    """`speak(home)` is a synthesis as a render makes it: held with the fee, guarded, settled with record_use."""

    def speak(home, key="render:1"):
        at = clock.now()
        hold = place_hold(
            payer=payer, key=key, characters=12, amount=Money(720, "USD"), at=at, fee=fee_of(home=home, at=at)
        )
        paid_call(
            order=PaidOrder(
                hold_id=hold.id,
                kind="speech",
                subject="rendering:1",
                account=home.provider_account,
                model="speech-2.6-turbo",
                voice_slug=home.voice.slug,
                vendor_voice_id=home.vendor_voice_id,
                estimated_characters=12,
            ),
            operation=adapter(home.provider_account).speech(wire_account(home.provider_account), speech_request(home)),
            answer_of=lambda result: Answer(
                audio=result.audio, billed_characters=result.billed_characters, trace_id=result.trace_id
            ),
            guard=lambda: guard_use(provider_voice_id=home.id),
            on_settled=lambda attempt: record_use(provider_voice_id=home.id, attempt=attempt, at=at),
        )
        home.refresh_from_db()

    return speak


def test_the_first_use_activates_and_books_the_fee_once(clone, speak, vendor):
    home = clone()
    fee = fee_of(home=home, at=clock.now())
    assert fee is not None
    assert fee.key == f"activation:{home.id}"
    speak(home)
    speak(home, key="render:2")
    assert (home.state, home.activated_by, home.expires_at, home.keepalive_due_at) == (
        State.PERMANENT,
        "speech",
        None,
        None,
    )
    assert fee_of(home=home, at=clock.now()) is None
    assert LedgerEntry.objects.filter(kind="activation_fee").count() == len(vendor.bill("clone_fee")) == 1
    assert Event.objects.filter(kind="voice.activated").count() == 1


def test_a_used_voice_is_not_called_by_the_engine(clone, speak, advance, vendor):
    home = clone()
    speak(home)
    advance(hours=192, step_hours=24)
    assert vendor.requests("t2a") == 1


def test_a_use_before_the_engine_gives_back_what_the_engine_held(clone, speak, voice, actor, payer, tick, vendor):
    home = clone()
    ask_activation(voice=voice, account=None, actor=actor, payer=payer)
    home.refresh_from_db()
    speak(home)
    tick()
    assert vendor.requests("t2a") == 1
    assert not Hold.objects.filter(state="open").exists()


def test_under_a_rolling_rule_a_use_moves_the_deadline_for_free(cast, clone, speak, advance):
    cast.account.retention = {"kind": "rolling", "hours": 168}
    cast.account.save()
    home = clone()
    speak(home)
    before = home.expires_at
    advance(hours=10)
    speak(home, key="render:2")
    assert home.expires_at >= before + timedelta(hours=10)


def test_a_missing_voice_is_noted_once_a_day_and_not_believed_at_once(clone, speak):
    home = clone()
    speak(home)
    error = ProviderError("voice id not exist", category=Category.VOICE_MISSING, gone=True, code="2054", trace_id="t1")
    report_missing(provider_voice_id=home.id, error=error)
    report_missing(provider_voice_id=home.id, error=error)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert home.last_error["provider_code"] == "2054"
    assert Event.objects.filter(kind="voice.missing_reported").count() == 1


def test_an_answer_after_the_deadline_proves_a_lapsed_voice_alive(clone):
    home = clone(policy="let_lapse")
    ProviderVoice.objects.filter(id=home.id).update(state=State.LAPSED, ended_at=clock.now())
    record_use(provider_voice_id=home.id, attempt=Attempt(kind="speech", trace_id="t"), at=clock.now())
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def test_an_answer_after_the_deadline_does_not_push_out_the_next_generation(clone):
    old = clone(policy="let_lapse")
    ProviderVoice.objects.filter(id=old.id).update(state=State.LAPSED, ended_at=clock.now())
    clone()
    record_use(provider_voice_id=old.id, attempt=Attempt(kind="speech", trace_id="t"), at=clock.now())
    old.refresh_from_db()
    assert old.state == State.LAPSED
