"""Clones at PPIO, which pulls the recording and picks the id, and at UModelverse, where they are a switch."""

import httpx
import pytest

from accounts.errors import InvalidInputError
from accounts.flows.verify import verify_ledger
from accounts.models import LedgerEntry
from accounts.provider_settings import checked_options
from tests.cast import make_account
from tests.providers.loopback import Loopback, http
from voicelib.flows.deletion import ask_deletion, delete_home
from voicelib.flows.samples import read_sample
from voicelib.models import ProviderVoice

State = ProviderVoice.State


def _account(cast, sandbox, provider, **options):
    return make_account(
        cast.team,
        slug=provider,
        provider=provider,
        base_url=f"{sandbox.base_url}/{provider}",
        price_list=provider,
        is_default=False,
        options=options,
    )


@pytest.fixture
def ppio(cast, sandbox, sample, settings):
    """PPIO, and a public address of ours from which it can pull."""
    with Loopback(http(read_sample(sample), headers=["Content-Type: audio/mpeg"])) as server:
        settings.PUBLIC_URL = server.url
        yield _account(cast, sandbox, "ppio")


@pytest.fixture
def passed_through(sandbox):
    """UModelverse passes MiniMax's other routes through."""

    def turn(on):
        body = {"provider": "umodelverse", "switch": "native_routes", "on": on}
        httpx.post(f"{sandbox.base_url}/_sandbox/switches", json=body, trust_env=False).raise_for_status()

    turn(True)
    yield
    turn(False)


def test_a_voice_is_pulled_named_by_ppio_and_kept_by_a_real_use(ppio, clone, advance):
    home = clone(account=ppio)
    assert (home.state, home.last_error) == (State.TEMPORARY, None)
    assert home.vendor_voice_id.startswith("voice_")
    advance(hours=150)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert verify_ledger() == []


def test_its_preview_is_spoken_by_a_model_that_can_and_booked_as_estimated(ppio, clone):
    home = clone(account=ppio, preview_text="Hello there.")
    assert (home.state, home.model) == (State.TEMPORARY, "speech-02-turbo")
    booked = LedgerEntry.objects.get(kind="preview")
    assert (booked.source, booked.billed_characters) == ("estimated", 12)


def test_a_model_that_speaks_no_preview_is_refused_only_with_one(ppio, order_clone):
    with pytest.raises(InvalidInputError) as refused:
        order_clone(account=ppio, preview_text="Hello.", model="speech-2.8-hd")
    assert (refused.value.code, refused.value.field) == ("model_unknown", "model")
    assert order_clone(account=ppio, model="speech-2.8-hd").model == "speech-2.8-hd"


def test_umodelverse_clones_nothing(cast, sandbox, order_clone):
    with pytest.raises(InvalidInputError) as refused:
        order_clone(account=_account(cast, sandbox, "umodelverse"))
    assert refused.value.code == "clone_unsupported"


def test_unless_its_operator_says_that_it_does(cast, sandbox, passed_through, clone, advance):
    home = clone(account=_account(cast, sandbox, "umodelverse", native_routes=True))
    assert (home.state, home.last_error) == (State.TEMPORARY, None)
    assert home.expires_at is not None
    advance(hours=150)
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def _deleted(home, actor):
    deletion = ask_deletion(home=home, actor=actor, reason="She asked for it.")
    delete_home(deletion_id=deletion.id)
    deletion.refresh_from_db()
    return deletion.outcome


def test_there_a_voice_is_deleted_too(cast, sandbox, passed_through, clone, actor):
    account = _account(cast, sandbox, "umodelverse", native_routes=True)
    assert _deleted(clone(account=account), actor) == "deleted"


def test_ppio_deletes_nothing(ppio, clone, actor):
    assert _deleted(clone(account=ppio), actor) == "not_offered"


def test_the_option_is_true_or_false():
    assert checked_options("umodelverse", {"native_routes": True}) == {"native_routes": True}
    with pytest.raises(InvalidInputError):
        checked_options("umodelverse", {"native_routes": "yes"})
