"""A clip as the first real use of a clone: its fee, its life, and consent up to the last moment."""

import pytest

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry, Meter
from accounts.payer import Actor, Payer
from synthesis.flows import rendering
from synthesis.models import Clip
from tests.studio import add_studio_sample
from voicelib.flows.clone_orders import ask_clone
from voicelib.flows.cloning import clone_home
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.voices import create_voice
from voicelib.models import ProviderVoice

FEE_MICROS = 1_500_000


@pytest.fixture
def actor(cast):
    return Actor(user_id=cast.owner.id, name="Owner")


@pytest.fixture
def consent(cast, actor):
    return give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada",
        company="Example Ltd",
        statement="I allow my voice to be cloned.",
        locale="en-GB",
        valid_until=None,
        scope={},
    )


@pytest.fixture
def voice(cast, actor, consent, vendor):
    """A fresh clone, temporary at the provider; takes the place of the narrator of the other tests."""
    sample = add_studio_sample(team=cast.team, actor=actor)
    voice = create_voice(
        team=cast.team, actor=actor, name="Ada", slug="ada", language="en", consent=consent.id, sample=sample.id
    )
    payer = Payer(cast.team.id, user_id=cast.owner.id)
    clone = ask_clone(voice=voice, account=cast.account, actor=actor, payer=payer)
    clone_home(provider_voice_id=clone.id)
    assert voice.homes.get().state == ProviderVoice.State.TEMPORARY
    return voice


def test_the_first_clip_holds_and_books_the_fee_once_and_keeps_the_voice(ask, voice, render_all, vendor):
    first, second = ask("First words."), ask("Second words.")
    fees = Hold.objects.filter(key__startswith="activation:")
    assert [hold.amount_micros for hold in fees] == [FEE_MICROS]

    render_all()

    first.refresh_from_db()
    home = voice.homes.get()
    assert first.state == "ready"
    assert (home.state, home.activated_by, home.expires_at) == ("permanent", "speech", None)
    entry = LedgerEntry.objects.get(kind="activation_fee")
    assert (entry.amount_micros, entry.key) == (FEE_MICROS, f"activation:{home.id}")
    assert [line["amount_micros"] for line in vendor.bill("clone_fee")] == [FEE_MICROS]
    # The clip shows what speaking cost; the fee is the voice's.
    assert first.segments.get().amount_micros == 1200
    assert second.segments.get().amount_micros == 1300
    assert verify_ledger() == []


def test_an_estimate_names_the_fee_until_someone_holds_it(cast, ask, voice):
    wish = {"voice": "ada", "text": "What will it cost?"}
    fees = cast.api().post("/api/v1/estimates", wish).json()["fees"]
    assert fees == [{"kind": "activation_fee", "amount": {"amount_micros": FEE_MICROS, "currency": "USD"}}]

    ask("Somebody else's words.")

    assert cast.api().post("/api/v1/estimates", wish).json()["fees"] == []


def test_consent_revoked_between_ask_and_call_is_seen_before_anything_is_sent(
    cast, ask, actor, consent, render_all, at_step, vendor
):
    clip = ask("Not any more.")
    at_step("committed", lambda ids: revoke_consent(team=cast.team, consent_id=consent.id, actor=actor))

    rendering.render(rendering_id=clip.segments.get().rendering_id)

    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "voice_suspended")
    assert vendor.requests() == 0
    assert Attempt.objects.get(kind="speech").state == Attempt.State.RELEASED
    assert not Hold.objects.filter(state=Hold.State.OPEN, key__startswith="rendering:").exists()
    assert Meter.objects.get(scope="team", unit="characters").held == 0
    refused = cast.api().post(f"/api/v1/clips/{clip.id}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "voice_suspended")
    assert verify_ledger() == []


def test_a_clip_with_a_lapsed_voice_is_refused_before_any_call(cast, ask, voice, vendor):
    voice.homes.update(expires_at=clock.now())
    answer = cast.api().post("/api/v1/clips", {"voice": "ada", "text": "Too late."})
    assert (answer.status_code, answer.json()["code"]) == (409, "voice_lapsed")
    assert Clip.objects.count() == 0
    assert vendor.requests() == 0


def test_a_lost_first_use_keeps_the_fee_held_with_the_unknown_attempt(ask, render_all, vendor):
    vendor.fail("timeout_before_charge", seconds=0)
    clip = ask("Lost.")
    render_all()
    clip.refresh_from_db()
    fee = Hold.objects.get(key__startswith="activation:")
    assert (clip.error["code"], fee.state) == ("outcome_unknown", Hold.State.OPEN)
    assert verify_ledger() == []
