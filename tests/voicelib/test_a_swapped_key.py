"""A key that is not that of the account which made the voices: nothing is lost, cloned or paid under it."""

import pytest

from accounts import clock
from accounts.errors import ConflictError
from accounts.flows.key_proof import prove_key
from accounts.flows.provider_accounts import change_provider_account
from accounts.flows.verify import verify_ledger
from accounts.models import Event
from tests.voicelib.vendor import Vendor
from voicelib.flows.activation import ask_activation
from voicelib.flows.checks import check_home, check_tick
from voicelib.flows.cloning import clone_home
from voicelib.flows.drift import sync_account
from voicelib.flows.freezes import unfreeze
from voicelib.flows.revivals import revive_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State
WRONG = "the-key-of-another-customer"


@pytest.fixture
def change_key(cast, actor):
    """`change_key(key)` gives the account another key, as a person would."""

    def change(key):
        cast.account.refresh_from_db()
        change_provider_account(team=cast.team, account=cast.account, changes={"key": key}, actor=actor)
        cast.account.refresh_from_db()

    return change


@pytest.fixture
def stranger(sandbox) -> Vendor:
    """What the vendor knows of the customer whose key it is."""
    return Vendor(WRONG)


def check_all():
    """The checks that are due, by their worker."""
    check_tick(at=clock.now())
    for home in ProviderVoice.objects.filter(check_due_at__lte=clock.now()):
        check_home(provider_voice_id=home.id, claim=home.claim)


def test_a_single_fresh_voice_freezes_the_account_and_is_not_cloned_at_the_strangers(
    cast, clone, advance, change_key, vendor, stranger, actor
):
    home = clone()
    change_key(WRONG)
    advance(hours=145)
    check_all()
    cast.account.refresh_from_db()
    assert cast.account.frozen_at is not None
    assert "Ada" not in cast.account.frozen_reason
    assert home.voice.slug in cast.account.frozen_reason

    advance(hours=30, step_hours=6)
    home.refresh_from_db()
    assert home.state == State.LAPSED
    assert revive_home(provider_voice_id=home.id) is None
    assert stranger.voices() == {}
    assert stranger.bill() == []

    change_key(vendor.key)
    unfreeze(account=cast.account, actor=actor, accept_losses=False, at=clock.now())
    advance(hours=2, ticks=False)
    again = revive_home(provider_voice_id=home.id)
    assert again is not None
    clone_home(provider_voice_id=again.id)
    assert again.vendor_voice_id in vendor.voices()
    assert verify_ledger() == []


def test_a_voice_in_use_that_is_another_customers_freezes_the_account(
    cast, clone, tick, change_key, vendor, stranger, actor, payer
):
    home = clone()
    ask_activation(voice=home.voice, account=None, actor=actor, payer=payer)
    tick()
    change_key(WRONG)
    report = sync_account(account=cast.account)
    assert (report.frozen, report.doubted) == (True, [])
    assert stranger.bill() == []
    change_key(vendor.key)
    assert cast.account.key_unproven_since is not None
    unfreeze(account=cast.account, actor=actor, accept_losses=False, at=clock.now())
    sync_account(account=cast.account)
    cast.account.refresh_from_db()
    assert cast.account.key_unproven_since is None
    home.refresh_from_db()
    assert (home.state, home.missing_since) == (State.PERMANENT, None)


def test_where_strangers_voices_are_just_unknown_a_changed_key_is_to_blame_first(
    cast, clone, advance, change_key, stranger
):
    home = clone()
    change_key(WRONG)
    stranger.fail("t2a", "voice_gone", count=50)
    advance(hours=145)
    check_all()
    cast.account.refresh_from_db()
    home.refresh_from_db()
    assert cast.account.frozen_at is not None
    assert home.state == State.TEMPORARY
    assert stranger.bill() == []
    assert Event.objects.filter(kind="provider_account.frozen").count() == 1


def test_the_first_voice_that_speaks_proves_a_changed_key(cast, clone, tick, change_key, vendor, actor, payer):
    home = clone()
    change_key(WRONG)
    change_key(vendor.key)
    assert cast.account.key_unproven_since is not None
    ask_activation(voice=home.voice, account=None, actor=actor, payer=payer)
    tick()
    home.refresh_from_db()
    cast.account.refresh_from_db()
    assert home.state == State.PERMANENT
    assert cast.account.key_unproven_since is None


def test_what_was_asked_before_the_change_proves_nothing(cast, change_key):
    before = clock.now()
    change_key(WRONG)
    prove_key(account=cast.account, at=before)
    cast.account.refresh_from_db()
    assert cast.account.key_unproven_since is not None


def test_the_same_key_once_more_is_no_change(cast, change_key, vendor):
    change_key(vendor.key)
    assert cast.account.key_unproven_since is None


@pytest.mark.django_db(transaction=True)
def test_a_changed_key_is_compared_at_once(drain, cast, clone, tick, change_key, actor, payer):
    home = clone()
    ask_activation(voice=home.voice, account=None, actor=actor, payer=payer)
    tick()
    drain(ticks=False)
    change_key(WRONG)
    drain(ticks=False)
    cast.account.refresh_from_db()
    assert cast.account.frozen_at is not None


def test_nothing_is_cloned_at_a_frozen_account(cast, clone, order_clone, make_voice, vendor, change_key, actor):
    waiting = order_clone(of=make_voice("waiting"))
    cast.account.frozen_at, cast.account.frozen_reason = clock.now(), "Is it still the same account?"
    cast.account.save()
    with pytest.raises(ConflictError) as refusal:
        order_clone()
    assert (refusal.value.code, refusal.value.field) == ("account_frozen", "provider_account")
    clone_home(provider_voice_id=waiting.id)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.last_error["code"]) == (State.CLONING, "account_frozen")
    assert vendor.voices() == {}
