"""Clones at WaveSpeed: uploaded, made as a task, named by us, kept by their first use; paid once whatever dies."""

import httpx
import pytest
from django.conf import settings

from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, LedgerEntry
from tests.voicelib.crashes import WorkerDiedError, lease_runs_out
from voicelib.flows.cloning import clone_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State


@pytest.fixture(autouse=True)
def wavespeed(cast, sandbox):
    """The cast's account is at WaveSpeed, whose tasks take a moment."""
    cast.account.provider = "wavespeed"
    cast.account.base_url = f"{settings.SANDBOX_URL}/wavespeed"
    cast.account.price_list = "wavespeed"
    cast.account.options = {"poll_every_seconds": 0.02}
    cast.account.save()
    _pace(0.2)
    yield
    _pace(2)


def _pace(seconds):
    url = f"{settings.SANDBOX_URL}/_sandbox/pace"
    httpx.post(url, json={"async_task_seconds": seconds}, trust_env=False).raise_for_status()


def _is_cloned_once(home, vendor):
    home.refresh_from_db()
    assert (home.state, home.last_error) == (State.TEMPORARY, None)
    [line] = vendor.bill()
    assert (line["operation"], line["characters"], line["model"]) == ("clone_preview", 3, "speech-02-turbo")
    booked = LedgerEntry.objects.get()
    assert (booked.kind, booked.billed_characters, booked.amount_micros) == ("preview", 3, line["amount_micros"])
    [made] = vendor.voices().values()
    assert (made["provider"], made["voice_id"]) == ("wavespeed", home.vendor_voice_id)
    assert verify_ledger() == []


def test_a_clone_without_a_preview_speaks_our_three_characters_and_not_the_advertisement(clone, vendor):
    home = clone()
    assert home.preview_key
    _is_cloned_once(home, vendor)


@pytest.mark.parametrize("step", ["accepted", "answered", "spooled", "settled"])
def test_a_worker_that_died_after_the_submission_makes_no_second_clone(order_clone, die_at, vendor, step):
    home = order_clone()
    die_at(step)
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    _is_cloned_once(home, vendor)
    assert Attempt.objects.get().vendor_task == vendor.bill()[0]["trace_id"]


def test_one_short_use_keeps_a_clone_for_good(clone, advance, vendor):
    home = clone()
    advance(hours=192, step_hours=12)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    [made] = vendor.voices().values()
    assert made["state"] == "permanent"
    assert [line["operation"] for line in vendor.bill("t2a")] == ["t2a"]
    assert verify_ledger() == []
