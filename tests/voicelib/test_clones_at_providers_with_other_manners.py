"""Providers that pull the recording, and providers that pick the voice id themselves."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, LedgerEntry
from accounts.models import ProviderAccount as Account
from providers.errors import Category, ProviderError
from providers.registry import also_speaking
from tests.later import Later
from tests.providers.loopback import Loopback, http
from tests.voicelib.crashes import WorkerDiedError, lease_runs_out
from voicelib.errors import VoiceRefusedError
from voicelib.flows.cloning import clone_home
from voicelib.flows.samples import read_sample
from voicelib.models import ProviderVoice

State = ProviderVoice.State


def _at(cast, adapter):
    Account.objects.filter(id=cast.account.id).update(provider=adapter.name)
    cast.account.refresh_from_db()
    adapter.finished = True
    return also_speaking(adapter)


@pytest.fixture
def picking(cast):
    """The provider picks the id."""
    adapter = Later(picks_id=True)
    with _at(cast, adapter):
        yield adapter


@pytest.fixture
def pulling(cast):
    """The provider pulls the recording."""
    adapter = Later(pulls=True)
    with _at(cast, adapter):
        yield adapter


def _go_on(home):
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()


def test_the_id_is_the_one_in_the_answer(picking, order_clone, vendor, tick, advance):
    home = order_clone(preview_text="Hello.")
    assert home.vendor_voice_id == ""
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert (home.state, home.vendor_voice_id) == (State.TEMPORARY, picking.picked[0])
    assert list(vendor.voices()) == picking.picked
    assert Attempt.objects.get().vendor_voice_id == picking.picked[0]
    advance(hours=150)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert verify_ledger() == []


def test_two_voices_without_an_id_yet_stand_side_by_side(picking, order_clone, make_voice):
    order_clone()
    order_clone(of=make_voice("bob"))
    assert ProviderVoice.objects.filter(vendor_voice_id="").count() == 2


@pytest.mark.parametrize("step", ["accepted", "answered", "spooled", "settled"])
def test_the_id_survives_a_worker_that_died(picking, order_clone, die_at, vendor, step):
    home = order_clone()
    die_at(step)
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    _go_on(home)
    assert (home.state, home.vendor_voice_id) == (State.TEMPORARY, picking.picked[0])
    assert vendor.requests("voice_clone") == 1


def _lost(home, vendor):
    attempt = Attempt.objects.get()
    assert (home.state, home.vendor_voice_id, attempt.state) == (State.FAILED, "", "unknown")
    assert home.last_error["code"] == "clone_answer_lost"
    assert "cannot be found" in home.last_error["message"]
    assert Hold.objects.get(id=attempt.hold_id).state == "open"
    for _ in range(2):
        _go_on(home)
    assert vendor.requests("voice_clone") <= 1
    assert Event.objects.filter(kind="voice.clone_failed").count() == 1
    assert verify_ledger() == []


@pytest.mark.parametrize("preview", [None, "Hello."])
def test_a_lost_answer_loses_the_voice_and_is_not_paid_again(picking, clone, vendor, preview):
    vendor.fail("voice_clone", "timeout_after_charge")
    _lost(clone(preview_text=preview), vendor)


def test_a_worker_that_died_before_the_answer_loses_the_voice(picking, order_clone, die_at, vendor):
    home = order_clone()
    die_at("sent")
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    _go_on(home)
    _lost(home, vendor)


def test_work_that_never_ended_loses_the_voice(picking, clone, vendor):
    picking.finished = False
    home = clone()
    Attempt.objects.update(sent_at=clock.now() - timedelta(hours=169))
    _go_on(home)
    _lost(home, vendor)


def test_a_lost_voice_can_be_asked_for_again(picking, clone, vendor):
    vendor.fail("voice_clone", "timeout_after_charge")
    clone()
    again = clone()
    assert (again.state, again.generation, again.vendor_voice_id) == (State.TEMPORARY, 2, picking.picked[1])


def test_an_answer_with_the_id_of_another_voice_names_no_voice(picking, clone, make_voice):
    first = clone()
    picking.tells = first.vendor_voice_id
    other = clone(of=make_voice("bob"))
    assert (other.state, other.vendor_voice_id) == (State.FAILED, "")
    assert ProviderVoice.objects.get(vendor_voice_id=picking.tells).voice.slug == "ada"


def test_an_answer_that_reports_its_bill_and_no_voice_is_booked_and_failed(picking, clone):
    picking.outcome = ProviderError("no id", category=Category.MALFORMED_RESPONSE, billed_characters=6)
    home = clone(preview_text="Hello.")
    assert (home.state, Attempt.objects.get().state) == (State.FAILED, "settled")
    assert verify_ledger() == []


def test_the_provider_gets_a_signed_address_that_was_tried(pulling, settings, order_clone, sample):
    with Loopback(http(read_sample(sample))) as server:
        settings.PUBLIC_URL = server.url
        home = order_clone()
        clone_home(provider_voice_id=home.id)
        assert server.connections == 1
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    [address] = pulling.handed_over
    assert address.startswith(f"{server.url}/samples/")


def test_an_address_that_does_not_answer_is_found_before_anything_is_sent(pulling, settings, order_clone, vendor):
    with Loopback(b"") as server:
        settings.PUBLIC_URL = server.url
        home = order_clone()
        clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert (home.state, home.tries, home.last_error["code"]) == (State.CLONING, 1, "sample_unreachable")
    assert not Attempt.objects.exists()
    assert vendor.requests("voice_clone") == 0


def test_an_address_that_never_answers_ends_the_clone_and_gives_its_hold_back(pulling, settings, order_clone, vendor):
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    home = order_clone(preview_text="Hello.")
    while home.state == State.CLONING:
        _go_on(home)
    assert (home.state, home.last_error["code"]) == (State.FAILED, "sample_unreachable")
    assert Hold.objects.get().state == "released"
    assert vendor.requests("voice_clone") == 0


def test_a_provider_out_there_is_refused_an_address_inside_when_it_is_asked(pulling, cast, order_clone):
    Account.objects.filter(id=cast.account.id).update(base_url="https://93.184.216.34")
    cast.account.refresh_from_db()
    with pytest.raises(VoiceRefusedError) as refused:
        order_clone()
    assert refused.value.code == "sample_unreachable"
    assert not ProviderVoice.objects.exists()


def test_a_recording_is_not_needed_any_more_once_the_provider_has_it(pulling, settings, order_clone, sample):
    pulling.finished = False
    with Loopback(http(read_sample(sample))) as server:
        settings.PUBLIC_URL = server.url
        home = order_clone()
        clone_home(provider_voice_id=home.id)
    storages["samples"].delete(sample.storage_key)
    pulling.finished = True
    _go_on(home)
    assert home.state == State.TEMPORARY


def test_a_preview_that_is_always_spoken_is_held_and_booked_by_the_cheapest_model(cast, clone, vendor):
    adapter = Later(obligatory_preview="Hi.")
    with _at(cast, adapter):
        home = clone()
    assert (home.preview_text, home.model) == ("Hi.", adapter.capabilities.cheapest_model)
    [line] = vendor.bill("clone_preview")
    booked = LedgerEntry.objects.get(kind="preview")
    assert (booked.billed_characters, booked.amount_micros) == (line["characters"], line["amount_micros"])
    assert verify_ledger() == []
