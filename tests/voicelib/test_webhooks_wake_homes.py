"""A clone and a keep-alive that go on at WaveSpeed are asked for when its webhook comes, not at their next time."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts import clock, keyring
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, LedgerEntry
from tests.hooks import body_of, hint, listening_account, pace, send, signed
from tests.voicelib.vendor import Vendor
from voicelib.flows.activation import keep_home
from voicelib.flows.cloning import clone_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State


@pytest.fixture
def account(cast, sandbox):
    yield listening_account(cast)
    pace(1)


@pytest.fixture
def reachable(settings, live_server):
    settings.PUBLIC_URL = live_server.url
    yield
    connection.close()


@pytest.fixture
def cloned(order_clone, account):
    """A clone that was finished at once."""
    pace(0)
    home = order_clone(account=account)
    for _ in range(20):
        clone_home(provider_voice_id=home.id)
        home.refresh_from_db()
        if home.state != State.CLONING:
            break
    assert home.state == State.TEMPORARY
    return home


@pytest.mark.django_db(transaction=True)
def test_a_clone_is_there_soon_after_the_webhook(reachable, order_clone, account, drain):
    pace(1)
    home = order_clone(account=account)
    with hint() as rang:
        drain(ticks=False)
        home.refresh_from_db()
        due_at = home.retry_at
        assert home.state == State.CLONING
        assert due_at > clock.real_now() + timedelta(seconds=10)
        assert rang.wait(20)
    drain(ticks=False)
    home.refresh_from_db()
    assert clock.real_now() < due_at
    assert (home.state, home.preview_key != "", home.retry_at) == (State.TEMPORARY, True, None)
    assert Vendor(keyring.decrypt(account.key_encrypted)).requests("voice_clone") == 1
    assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
def test_a_voice_is_kept_soon_after_the_webhook(reachable, cloned, account, drain):
    pace(1)
    ProviderVoice.objects.update(policy="always", keepalive_due_at=clock.now())
    with hint() as rang:
        keep_home(provider_voice_id=cloned.id)
        cloned.refresh_from_db()
        due_at = cloned.keepalive_due_at
        assert (cloned.state, Attempt.objects.get(kind="keepalive").state) == (State.TEMPORARY, "sent")
        assert rang.wait(20)
    drain(ticks=False)
    cloned.refresh_from_db()
    assert clock.now() < due_at
    assert cloned.state == State.PERMANENT
    assert LedgerEntry.objects.filter(kind="keepalive").count() == 1
    assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
def test_a_hint_makes_no_call_that_is_not_due(account, cloned, drain):
    pace(600)
    ProviderVoice.objects.update(policy="always", keepalive_due_at=clock.now())
    keep_home(provider_voice_id=cloned.id)
    attempt = Attempt.objects.get(kind="keepalive")
    cloned.refresh_from_db()
    due_at = cloned.keepalive_due_at
    body = body_of(attempt.vendor_task)
    send(account, body, signed(account, body))
    drain(ticks=False)
    cloned.refresh_from_db()
    assert Attempt.objects.filter(kind="keepalive").count() == 1
    assert cloned.keepalive_due_at >= due_at
