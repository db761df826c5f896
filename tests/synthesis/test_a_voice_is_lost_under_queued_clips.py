"""A voice is lost while clips are queued with it: they wait until it is found or cloned again, or fail at once."""

from datetime import timedelta

import httpx
import pytest
from django.conf import settings

from accounts import clock, keyring, spool
from accounts.flows.verify import verify_ledger
from accounts.models import Event, Hold, LedgerEntry
from synthesis.flows import recovery, waiting
from synthesis.models import Clip, Rendering
from tests.cast import make_account
from tests.synthesis.vendor import Vendor
from voicelib.flows.activation import set_policy
from voicelib.flows.checks import check_home
from voicelib.flows.cloning import clone_home
from voicelib.flows.consents import revoke_consent
from voicelib.flows.freezes import freeze_for_missing
from voicelib.flows.revivals import revive_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State


class Died(BaseException):
    """The end of a process."""


@pytest.fixture
def voice(ada):
    return ada.voice


@pytest.fixture
def home(ada):
    return ada.live()


@pytest.fixture
def wake(voice, render_all):
    """The bell, and the work of the worker until it is done."""

    def wake():
        waiting.wake_voice(voice_id=voice.id)
        render_all()
        render_all()

    return wake


@pytest.fixture
def check(ada, sandbox):
    """`check()` is a check of the newest home, an hour and a bit after the last one."""

    def check():
        check_home(provider_voice_id=ada.home().id)
        with httpx.Client(trust_env=False, timeout=30) as client:
            moved = client.post(f"{settings.SANDBOX_URL}/_sandbox/clock", json={"advance_seconds": 3700})
        clock.follow_offset(moved.json()["offset_seconds"])
        return ada.home()

    return check


def state(clip):
    """(state, code of what it waits for or why it failed)."""
    clip = Clip.objects.get(id=clip.id)
    return clip.state, (clip.error or clip.waits_for() or {}).get("code")


def nothing_is_held():
    assert not Hold.objects.filter(state="open").exists()
    assert list(spool.kept()) == []
    assert verify_ledger() == []


def by_hand(ada):
    set_policy(voice=ada.voice, account=None, actor=ada.actor, policy="always", revival="manual")


def second_account(cast, ada):
    """Another home of the voice, at another account with its own bill."""
    account = make_account(cast.team, slug="second", is_default=False)
    ada.live(account)
    return Vendor(keyring.decrypt(account.key_encrypted))


def test_what_is_queued_when_its_home_is_lost_is_spoken_by_the_next_generation(cast, ada, home, ask, wake, vendor):
    clips = [ask("Queued."), ask("Queued."), ask("Queued too.")]
    ada.lose()
    wake()
    assert [state(clip) for clip in clips] == [("queued", "voice_cloning")] * 3
    ada.revive()
    ada.make()
    wake()
    assert [state(clip) for clip in clips] == [("ready", None)] * 3
    assert vendor.requests() == len(vendor.bill()) == 2
    assert {line["voice_id"] for line in vendor.bill()} == {ada.home().vendor_voice_id}
    moved = Event.objects.filter(kind="clip.moved").order_by("id")
    assert [event.subject_id for event in moved] == [clip.id for clip in clips]
    assert moved[0].data["from"] == moved[0].data["to"] == "sandbox"
    assert moved[0].data["generation"] == 2
    assert Rendering.objects.filter(error__code="moved").count() == 2
    assert LedgerEntry.objects.filter(kind="activation_fee").count() == len(vendor.bill("clone_fee")) == 1
    nothing_is_held()


def test_what_is_queued_and_what_is_asked_meanwhile_pay_once(ada, home, ask, wake, vendor):
    clips = [ask("The same.")]
    ada.lose()
    wake()
    clips.append(ask("The same."))
    ada.revive()
    clips.append(ask("The same."))
    ada.make()
    clips.append(ask("The same."))
    wake()
    assert [state(clip) for clip in clips] == [("ready", None)] * 4
    assert len(vendor.bill()) == 1
    nothing_is_held()


def test_a_voice_that_is_missing_is_checked_lost_cloned_again_and_speaks(
    ada, home, ask, render_all, wake, check, vendor
):
    clip = ask("Are you there?")
    ada.vanish()
    render_all()
    assert state(clip) == ("queued", "voice_doubted")
    assert Rendering.objects.get().tries == 0
    wake()
    # While it is being checked nobody asks the provider again.
    assert vendor.requests() == 1
    assert check().state == State.PERMANENT
    wake()
    assert state(clip) == ("queued", "voice_doubted")
    assert check().state == State.LOST
    wake()
    assert state(clip) == ("queued", "voice_cloning")
    ada.revive()
    ada.make()
    wake()
    assert state(clip) == ("ready", None)
    assert len(vendor.bill()) == 1 + LedgerEntry.objects.filter(kind="keepalive").count()
    nothing_is_held()


def test_a_voice_that_is_found_after_all_speaks_itself(ada, home, ask, render_all, wake, check, vendor):
    vendor.fail("voice_gone")
    clip = ask("Are you there?")
    render_all()
    assert state(clip) == ("queued", "voice_doubted")
    check()
    wake()
    assert state(clip) == ("ready", None)
    assert ada.home().id == home.id
    assert not Event.objects.filter(kind="clip.moved").exists()
    nothing_is_held()


def test_a_voice_that_only_a_person_brings_back_fails_at_once_as_the_provider_said_it(
    ada, home, ask, render_all, vendor
):
    by_hand(ada)
    vendor.fail("voice_gone")
    clip = ask("Are you there?")
    render_all()
    assert state(clip) == ("failed", "provider_voice_missing")
    nothing_is_held()


def test_a_voice_that_was_revived_lately_is_waited_for_until_it_is_lost_again(ada, home, ask, render_all, wake, check):
    ada.lose()
    ada.revive()
    fresh = ada.make()
    ProviderVoice.objects.filter(id=fresh.id).update(state=State.PERMANENT, activated_at=clock.now())
    clip = ask("Are you there?")
    ada.vanish()
    render_all()
    assert state(clip) == ("queued", "voice_doubted")
    check()
    assert check().state == State.LOST
    wake()
    assert state(clip) == ("failed", "voice_lost")


def test_what_is_queued_with_a_voice_that_stays_lost_fails_at_once(ada, home, ask, wake, vendor):
    by_hand(ada)
    clip = ask("Are you there?")
    ada.lose()
    wake()
    assert state(clip) == ("failed", "voice_lost")
    assert vendor.requests() == 0
    nothing_is_held()


def test_a_frozen_account_ends_the_waiting(cast, ada, home, ask, render_all, wake, vendor):
    vendor.fail("voice_gone", count=2)
    clip = ask("Are you there?")
    render_all()
    assert state(clip)[0] == "queued"
    freeze_for_missing(account=cast.account, homes=[ada.home()], at=clock.now())
    wake()
    assert state(clip) == ("failed", "provider_voice_missing")
    nothing_is_held()


def test_a_consent_that_is_revoked_ends_the_waiting(cast, ada, home, ask, wake, vendor):
    clip = ask("Not any more.")
    ada.lose()
    wake()
    revoke_consent(team=cast.team, consent_id=ada.consent.id, actor=ada.actor)
    wake()
    assert state(clip) == ("failed", "voice_suspended")
    assert vendor.requests() == 0
    nothing_is_held()


def test_another_home_speaks_where_clips_allow_it(cast, ada, home, ask, wake, vendor):
    other = second_account(cast, ada)
    free, bound = ask("Anywhere."), ask("Here only.", failover=False)
    ada.lose(home)
    wake()
    assert state(free) == ("ready", None)
    assert state(bound) == ("queued", "voice_cloning")
    assert (len(vendor.bill()), len(other.bill())) == (0, 1)
    fresh = revive_home(provider_voice_id=home.id)
    assert fresh is not None
    clone_home(provider_voice_id=fresh.id)
    wake()
    assert state(bound) == ("ready", None)
    assert (len(vendor.bill()), len(other.bill())) == (1, 1)
    nothing_is_held()


def test_a_home_that_says_missing_is_replaced_by_one_that_speaks(cast, ada, home, ask, render_all, vendor):
    other = second_account(cast, ada)
    vendor.fail("voice_gone")
    clip = ask("Anywhere.")
    render_all()
    render_all()
    assert state(clip) == ("ready", None)
    assert len(other.bill()) == 1
    nothing_is_held()


def test_two_homes_that_both_refuse_do_not_hand_it_to_each_other_for_ever(cast, ada, ask, render_all, vendor):
    account = make_account(cast.team, slug="second", is_default=False)
    other = Vendor(keyring.decrypt(account.key_encrypted))
    for place in (cast.account, account):
        # Of such a one nobody checks whether it exists: hearing it would pay its fee.
        ada.order(place, policy="let_lapse")
        ada.make()
    vendor.fail("voice_gone", count=50)
    other.fail("voice_gone", count=50)
    clip = ask("Nobody.")
    for _ in range(20):
        render_all()
    assert state(clip) == ("failed", "provider_voice_missing")
    assert vendor.requests() + other.requests() <= 8
    nothing_is_held()


@pytest.mark.parametrize("step", ["claimed", "held", "committed", "spooled", "settled", "stored"])
@pytest.mark.parametrize("asked", ["before", "after"])
def test_a_worker_that_dies_on_the_way_costs_nothing(asked, step, ada, home, ask, at_step, wake, vendor):
    if asked == "before":
        clip = ask("Whoever dies.")
        ada.lose()
    else:
        ada.lose()
        clip = ask("Whoever dies.")
    ada.revive()
    ada.make()

    def die(ids):
        raise Died

    at_step(step, die)
    with pytest.raises(Died):
        wake()
    recovery.recover_after_restart()
    wake()
    recovery.recover_after_restart()
    wake()
    assert state(clip) == ("ready", None)
    assert len(vendor.bill()) == vendor.requests() == 1
    nothing_is_held()


@pytest.mark.parametrize("step", ["claimed", "committed", "spooled", "settled"])
def test_a_worker_that_dies_while_cloning_leaves_the_clip_waiting(step, ada, home, ask, at_step, wake, vendor):
    ada.lose()
    clip = ask("Whoever dies.")
    ada.revive()

    def die(ids):
        raise Died

    at_step(step, die)
    with pytest.raises(Died):
        ada.make()
    wake()
    assert state(clip) in {("queued", "voice_cloning"), ("ready", None)}
    ProviderVoice.objects.filter(id=ada.home().id).update(lease_until=clock.real_now() - timedelta(seconds=1))
    ada.make()
    wake()
    assert state(clip) == ("ready", None)
    assert len(vendor.bill()) == len(vendor.bill("clone_fee")) == 1
    nothing_is_held()
