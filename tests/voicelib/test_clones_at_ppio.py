"""Clones at PPIO, which pulls the recording and picks the id: a lost answer is a lost voice, and never paid twice."""

import httpx
import pytest

from accounts import keyring
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, LedgerEntry
from tests.cast import make_account
from tests.providers.loopback import Loopback, http
from tests.voicelib.crashes import lease_runs_out
from tests.voicelib.vendor import Vendor
from voicelib.flows.cloning import clone_home
from voicelib.flows.samples import read_sample
from voicelib.models import ProviderVoice

State = ProviderVoice.State


@pytest.fixture
def ppio(cast, sandbox):
    return make_account(
        cast.team,
        slug="ppio",
        provider="ppio",
        base_url=f"{sandbox.base_url}/ppio",
        price_list="novita",
        is_default=False,
    )


def _at(account):
    return Vendor(keyring.decrypt(account.key_encrypted))


@pytest.fixture
def address(settings, sample):
    """Where the recording can be pulled."""
    with Loopback(http(read_sample(sample), headers=["Content-Type: audio/mpeg"])) as server:
        settings.PUBLIC_URL = server.url
        yield server


def _go_on(home):
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()


def test_ppio_pulls_the_recording_and_its_id_is_kept_and_speaks(ppio, address, clone, advance):
    home = clone(account=ppio)
    assert (home.state, home.last_error) == (State.TEMPORARY, None)
    assert home.vendor_voice_id in _at(ppio).voices()
    assert address.connections == 2
    advance(hours=150)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert LedgerEntry.objects.get(kind="activation_fee").amount_micros == 1_500_000
    assert verify_ledger() == []


def test_a_lost_answer_of_ppio_is_a_failed_voice_with_an_open_question(ppio, address, clone):
    order = {"provider": "ppio", "operation": "voice_clone", "fault": "timeout_after_charge", "count": 1}
    with httpx.Client(trust_env=False) as client:
        url = ppio.base_url.removesuffix("/ppio") + "/_sandbox/faults"
        key = keyring.decrypt(ppio.key_encrypted)
        client.post(url, json={**order, "seconds": 0.05, "key": key}).raise_for_status()
    home = clone(account=ppio)
    assert (home.state, home.last_error["code"]) == (State.FAILED, "clone_answer_lost")
    assert Attempt.objects.get().state == "unknown"
    _go_on(home)
    assert _at(ppio).requests("voice_clone") == 1
