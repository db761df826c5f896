"""One voice at two accounts: which home speaks, and who speaks when an account is down."""

from datetime import timedelta

import pytest

from accounts import clock, keyring
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, LedgerEntry, Price, ProviderAccount
from accounts.payer import Actor
from synthesis.models import Clip, Rendering
from tests.cast import make_account
from tests.synthesis.conftest import VENDOR_VOICE
from tests.synthesis.vendor import Vendor
from voicelib.flows.homes import add_system_home, choose_primary
from voicelib.models import ProviderVoice
from voicelib.routing import Candidate, ranked

HOME = {
    "state": "permanent",
    "is_left_alone": False,
    "is_missing": False,
    "is_primary": False,
    "is_default": False,
    "price_micros": 100,
}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"is_left_alone": True, "is_primary": True, "price_micros": 1}),
        ({}, {"is_missing": True, "is_primary": True}),
        ({"is_primary": True, "state": "temporary", "price_micros": 900}, {}),
        ({}, {"state": "temporary", "price_micros": 1}),
        ({"state": "temporary"}, {"state": "unproven"}),
        ({"price_micros": 99}, {"is_default": True}),
        ({}, {"price_micros": None, "is_default": True}),
        ({"is_default": True}, {}),
        ({}, {}),
    ],
)
def test_the_first_is_preferred_to_the_second(first, second):
    homes = [Candidate(home_id="b", **(HOME | second)), Candidate(home_id="a", **(HOME | first))]
    assert ranked(homes) == ["a", "b"]


@pytest.fixture
def second(cast, voice, actor_of_owner):
    """Another account with the narrator, and its own bill."""
    account = make_account(cast.team, slug="second", is_default=False)
    add_system_home(voice=voice, account=account, voice_id=VENDOR_VOICE, actor=actor_of_owner)
    return account


@pytest.fixture
def actor_of_owner(cast):
    return Actor(user_id=cast.owner.id, name="Owner")


def bill(account):
    return Vendor(keyring.decrypt(account.key_encrypted)).bill()


def leave_alone(account):
    ProviderAccount.objects.filter(id=account.id).update(
        circuit="open",
        circuit_reason="It is down.",
        circuit_trips=1,
        circuit_opened_at=clock.real_now(),
        circuit_probe_at=clock.real_now() + timedelta(hours=1),
    )


def spoken_by(cast, clip):
    answer = cast.api().get(f"/api/v1/clips/{clip.id}").json()
    return answer["state"], [home["provider_account"] for home in answer["spoken_by"]]


def test_the_default_account_speaks_and_a_person_may_prefer_another(
    cast, ask, second, render_all, voice, actor_of_owner
):
    clip = ask("One.")
    render_all()
    assert spoken_by(cast, clip) == ("ready", ["sandbox"])
    answer = cast.api("editor").post("/api/v1/voices/narrator/primary", {"provider_account": "second"})
    assert (answer.status_code, answer.json()["primary"]) == (200, "second")
    other = ask("Two.")
    render_all()
    assert spoken_by(cast, other) == ("ready", ["second"])
    assert [len(bill(account)) for account in (cast.account, second)] == [1, 1]
    choose_primary(voice=voice, account=None, actor=actor_of_owner)
    assert cast.api().get("/api/v1/voices/narrator").json()["primary"] is None


def test_nobody_prefers_a_home_that_was_deleted(cast, voice, second):
    voice.homes.filter(provider_account=second).update(state="deleting")
    voice.homes.filter(provider_account=second).update(state="deleted")
    answer = cast.api("editor").post("/api/v1/voices/narrator/primary", {"provider_account": "second"})
    assert (answer.status_code, answer.json()["code"]) == (400, "home_unknown")


def test_the_cheaper_account_speaks(cast, ask, second, render_all):
    Price.objects.create(
        provider_account=second,
        unit="character",
        amount_micros=1,
        per_units=1_000,
        currency="USD",
        charged_on="use",
        valid_from=clock.now() - timedelta(hours=1),
    )
    clip = ask("Cheap.")
    render_all()
    assert spoken_by(cast, clip) == ("ready", ["second"])


def test_audio_that_another_home_has_spoken_is_not_paid_again(cast, ask, second, render_all):
    ask("Again.")
    render_all()
    leave_alone(cast.account)
    clip = ask("Again.")
    assert (clip.state, spoken_by(cast, clip)[1]) == (Clip.State.READY, ["sandbox"])
    assert bill(second) == []


def test_a_queued_clip_moves_when_its_account_is_left_alone(cast, ask, second, render_all):
    clip = ask("Moved.")
    leave_alone(cast.account)
    render_all()
    render_all()
    assert spoken_by(cast, clip) == ("ready", ["second"])
    assert (len(bill(cast.account)), len(bill(second))) == (0, 1)
    assert Event.objects.get(kind="clip.moved").data["to"] == "second"
    assert not Hold.objects.filter(state="open").exists()
    clip.refresh_from_db()
    assert clip.segments.get().billed_characters == bill(second)[0]["characters"]
    assert LedgerEntry.objects.get(kind="speech").provider_account_id == second.id
    assert verify_ledger() == []


def test_a_provider_that_is_down_without_charging_is_replaced(cast, ask, second, render_all, vendor):
    ProviderAccount.objects.filter(id=cast.account.id).update(options={"failures_may_charge": False})
    vendor.fail("http_500", count=5)
    clip = ask("Down.")
    render_all()
    render_all()
    state, homes = spoken_by(cast, clip)
    attempts = list(Attempt.objects.order_by("id").values_list("state", flat=True))
    assert (state, homes, attempts) == ("ready", ["second"], ["released", "settled"])


def test_a_call_that_may_have_been_charged_is_never_moved(cast, ask, second, render_all, vendor):
    vendor.fail("timeout_after_charge", count=1, seconds=0.05)
    clip = ask("Lost.")
    render_all()
    leave_alone(cast.account)
    render_all()
    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == (Clip.State.FAILED, "outcome_unknown")
    assert bill(second) == []


def test_a_clip_that_does_not_allow_it_waits(cast, ask, second, render_all):
    clip = ask("Here only.", failover=False)
    leave_alone(cast.account)
    render_all()
    assert spoken_by(cast, clip) == ("queued", ["sandbox"])
    assert bill(second) == []


def test_clips_that_wait_for_the_same_words_move_together(cast, ask, second, render_all):
    clips = [ask("Together.") for _ in range(3)]
    leave_alone(cast.account)
    render_all()
    render_all()
    assert [spoken_by(cast, clip) for clip in clips] == [("ready", ["second"])] * 3
    assert len(bill(second)) == 1
    assert Rendering.objects.filter(state="failed", error__code="moved").count() == 1


def test_a_voice_is_moved_to_nobody_where_all_are_down(cast, ask, second, render_all):
    clip = ask("Nobody.")
    leave_alone(cast.account)
    leave_alone(second)
    render_all()
    assert spoken_by(cast, clip)[0] == "queued"


def test_only_system_voices_get_a_home_without_cloning(cast, voice, second):
    api = cast.api("editor")
    wish = {"provider_account": "second", "voice_id": VENDOR_VOICE}
    assert api.post("/api/v1/voices/narrator/homes", wish).json()["code"] == "home_exists"
    make_account(cast.team, slug="third", is_default=False)
    unknown = api.post("/api/v1/voices/narrator/homes", {"provider_account": "third", "voice_id": "nobody"})
    assert unknown.json()["code"] == "system_voice_unknown"
    assert api.post("/api/v1/voices/narrator/homes", wish | {"provider_account": "third"}).status_code == 201
    assert api.post("/api/v1/voices/narrator/primary", {"provider_account": "nobody"}).status_code == 404
    assert ProviderVoice.objects.filter(voice=voice).count() == 3
