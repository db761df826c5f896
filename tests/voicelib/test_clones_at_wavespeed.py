"""Clones at WaveSpeed, which takes the work on as a task and always speaks a preview."""

import httpx
import pytest

from accounts import keyring
from accounts.flows.verify import verify_ledger
from accounts.models import LedgerEntry
from tests.cast import make_account
from tests.voicelib.crashes import WorkerDiedError, lease_runs_out
from tests.voicelib.vendor import Vendor
from voicelib.flows.cloning import clone_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State


@pytest.fixture
def wavespeed(cast, sandbox):
    account = make_account(
        cast.team,
        slug="wavespeed",
        provider="wavespeed",
        base_url=f"{sandbox.base_url}/wavespeed",
        price_list="wavespeed",
        is_default=False,
        options={"poll_every_seconds": 0.02},
    )
    _pace(sandbox, 0)
    yield account
    _pace(sandbox, 1)


def _pace(sandbox, seconds):
    body = {"async_task_seconds": seconds}
    httpx.post(f"{sandbox.base_url}/_sandbox/pace", json=body, trust_env=False).raise_for_status()


def _at(account):
    return Vendor(keyring.decrypt(account.key_encrypted))


def _go_on(home):
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()


@pytest.mark.parametrize("step", ["accepted", "answered", "spooled", "settled"])
def test_a_worker_that_died_makes_no_second_clone_at_wavespeed(wavespeed, order_clone, die_at, step):
    home = order_clone(account=wavespeed)
    die_at(step)
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    _go_on(home)
    assert (home.state, home.last_error) == (State.TEMPORARY, None)
    assert _at(wavespeed).requests("voice_clone") == 1
    [line] = _at(wavespeed).bill("clone_preview")
    booked = LedgerEntry.objects.get(kind="preview")
    assert (booked.billed_characters, booked.amount_micros) == (line["characters"], line["amount_micros"])
    assert (home.preview_text, home.preview_key != "") == ("Hi.", True)
    assert verify_ledger() == []
