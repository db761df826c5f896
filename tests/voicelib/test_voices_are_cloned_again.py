"""A voice that was lost comes back under the same slug: once in seven days, with consent, at its cost, or by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.errors import ConflictError
from accounts.flows.verify import verify_ledger
from accounts.models import Budget, Event, Hold, LedgerEntry, Price, ProviderAccount
from tests.drain import drain as drain_work
from voicelib.flows.activation import set_policy
from voicelib.flows.claims import take
from voicelib.flows.cloning import clone_home
from voicelib.flows.consent_renewals import renew_consent
from voicelib.flows.consents import revoke_consent
from voicelib.flows.defaults import change_defaults
from voicelib.flows.endings import end_home
from voicelib.flows.revivals import revive_home, revive_tick
from voicelib.flows.voices import speaking_home
from voicelib.models import ProviderVoice
from voicelib.revival import Facts, Step, next_step

State = ProviderVoice.State
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def step(**changes):
    facts: dict[str, Any] = {
        "state": "lost",
        "is_cloned": True,
        "is_automatic": True,
        "is_replaced": False,
        "is_frozen": False,
        "ended_at": NOON - timedelta(hours=1),
        "revived_at": None,
    }
    return next_step(Facts(**(facts | changes)), NOON)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Step.CLONE),
        ({"state": "lapsed"}, Step.CLONE),
        ({"state": "permanent"}, Step.LEAVE),
        ({"state": "failed"}, Step.LEAVE),
        ({"state": "deleted"}, Step.LEAVE),
        ({"is_cloned": False}, Step.LEAVE),
        ({"is_automatic": False}, Step.LEAVE),
        ({"is_replaced": True}, Step.LEAVE),
        ({"is_frozen": True}, Step.WAIT),
        ({"revived_at": NOON - timedelta(days=7)}, Step.CLONE),
        ({"revived_at": NOON - timedelta(days=7) + timedelta(seconds=1)}, Step.LEAVE),
        ({"ended_at": NOON - timedelta(days=32)}, Step.LEAVE),
    ],
)
def test_what_is_cloned_again_and_what_is_left(changes, expected):
    assert step(**changes) is expected


@pytest.fixture
def lose():
    """`lose(home)` is the second proof."""

    def lose(home, state=State.LOST):
        if state == State.LOST:
            ProviderVoice.objects.filter(id=home.id).update(state=State.PERMANENT, activated_at=clock.now())
        claimed = take(provider_voice_id=home.id, claim="")
        assert claimed is not None
        assert end_home(home=claimed, state=state, at=clock.now())
        home.refresh_from_db()
        return home

    return lose


def revived(home):
    fresh = revive_home(provider_voice_id=home.id)
    assert fresh is not None
    return fresh


def newest(voice):
    return voice.homes.order_by("-id").first()


def kinds(voice):
    return list(Event.objects.filter(subject_id=voice.id).order_by("id").values_list("kind", flat=True))


def test_a_lost_voice_speaks_again_under_its_slug(clone, lose, voice, vendor, advance):
    first = lose(clone())
    with pytest.raises(ConflictError) as refusal:
        speaking_home(voice=voice, at=clock.now())
    assert refusal.value.code == "voice_lost"
    fresh = revived(first)
    with pytest.raises(ConflictError) as refusal:
        speaking_home(voice=voice, at=clock.now())
    assert refusal.value.code == "voice_not_ready"
    clone_home(provider_voice_id=fresh.id)
    advance(hours=150, step_hours=10)
    second = newest(voice)
    assert (second.id, second.state, second.generation, second.revives_id) == (fresh.id, "permanent", 2, first.id)
    assert second.vendor_voice_id != first.vendor_voice_id
    assert (second.policy, second.requested_by) == (first.policy, first.requested_by)
    assert speaking_home(voice=voice, at=clock.now()).id == second.id
    assert kinds(voice).count("voice.revival_asked") == 1
    assert LedgerEntry.objects.filter(kind="activation_fee").count() == len(vendor.bill("clone_fee")) == 1
    assert not Hold.objects.filter(state="open").exists()
    assert verify_ledger() == []


def test_ringing_twice_orders_once(clone, lose, voice):
    home = lose(clone())
    assert revive_home(provider_voice_id=home.id) is not None
    assert revive_home(provider_voice_id=home.id) is None
    assert voice.homes.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_tick_finds_what_no_bell_was_heard_for(clone, lose, voice, drain):
    lose(clone())
    assert revive_tick(at=clock.now()) == 1
    drain_work()
    assert newest(voice).state == "temporary"


def test_a_voice_that_was_to_lapse_stays_lapsed(clone, lose, voice):
    home = lose(clone(policy="let_lapse"), State.LAPSED)
    assert home.revival_due_at is None
    assert revive_home(provider_voice_id=home.id) is None


def test_one_that_lapsed_against_its_policy_comes_back(clone, lose, voice):
    home = lose(clone(), State.LAPSED)
    assert revived(home).generation == 2


def test_at_most_once_in_seven_days(clone, lose, voice, advance):
    fresh = revived(lose(clone()))
    clone_home(provider_voice_id=fresh.id)
    lose(fresh)
    assert revive_home(provider_voice_id=fresh.id) is None
    assert kinds(voice)[-1] == "voice.revival_refused"
    assert Event.objects.get(kind="voice.revival_refused").data["code"] == "revived_recently"
    # A person may.
    assert clone().generation == 3


def test_without_a_valid_consent_it_is_left_to_a_person(cast, clone, lose, voice, consent, actor):
    home = lose(clone())
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    assert revive_home(provider_voice_id=home.id) is None
    home.refresh_from_db()
    assert home.revival_due_at is None
    assert Event.objects.filter(kind="voice.revival_refused").count() == 1


@pytest.mark.parametrize("state", [State.LOST, State.LAPSED])
def test_a_new_consent_brings_back_what_ended_while_the_old_one_did_not_hold(
    cast, clone, lose, voice, consent, actor, state
):
    home = clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    lose(home, state)
    assert revive_home(provider_voice_id=home.id) is None
    renew_consent(team=cast.team, consent_id=consent.id, actor=actor, statement="Again, yes.", valid_until=None)
    assert revived(home).generation == 2


def test_a_new_consent_does_not_bring_back_what_was_to_lapse(cast, clone, lose, voice, consent, actor):
    home = clone(policy="let_lapse")
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    lose(home, State.LAPSED)
    renew_consent(team=cast.team, consent_id=consent.id, actor=actor, statement="Again, yes.", valid_until=None)
    assert revive_home(provider_voice_id=home.id) is None


def test_a_frozen_account_has_nothing_cloned_again(cast, clone, lose, voice, advance):
    home = lose(clone())
    ProviderAccount.objects.filter(id=cast.account.id).update(frozen_at=clock.now())
    assert revive_home(provider_voice_id=home.id) is None
    home.refresh_from_db()
    assert home.revival_due_at > clock.now()
    assert "voice.revival_refused" not in kinds(voice)
    ProviderAccount.objects.filter(id=cast.account.id).update(frozen_at=None)
    advance(hours=2, ticks=False)
    assert revived(home).generation == 2


def test_a_full_budget_is_told_once_and_tried_again(cast, clone, lose, voice, advance):
    home = lose(clone())
    Price.objects.create(
        provider_account=cast.account,
        unit="clone",
        amount_micros=9_900_000,
        currency="USD",
        charged_on="clone",
        valid_from=clock.now() - timedelta(hours=1),
    )
    budget = Budget.objects.create(
        team=cast.team, scope="team", target_id=cast.team.id, amount_micros=1_000, currency="USD"
    )
    for _ in range(2):
        assert revive_home(provider_voice_id=home.id) is None
        advance(hours=1.1, ticks=False)
    assert kinds(voice).count("voice.revival_refused") == 1
    budget.delete()
    assert revived(home).generation == 2
    assert Hold.objects.get(key__startswith="activation:").amount_micros == 9_900_000


def test_by_hand_means_by_hand(cast, clone, lose, voice, actor):
    home = clone()
    set_policy(voice=voice, account=None, actor=actor, policy="always", revival="manual")
    assert revive_home(provider_voice_id=lose(home).id) is None
    assert voice.homes.count() == 1


def test_the_teams_defaults_decide_where_nothing_else_is_said(cast, clone, lose, voice, actor):
    change_defaults(team=cast.team, actor=actor, changes={"policy": "ask", "on_silence": "lapse", "revival": "manual"})
    home = clone()
    assert (home.policy, home.on_silence, home.revival) == ("ask", "lapse", "")
    assert revive_home(provider_voice_id=lose(home).id) is None
    answer = cast.api("editor").patch("/api/v1/voice-defaults", {"revival": "automatic"}).json()
    assert answer == {"policy": "ask", "on_silence": "lapse", "revival": "automatic"}
    assert cast.api("editor").get("/api/v1/voice-defaults").json() == answer
    assert cast.api("editor").patch("/api/v1/voice-defaults", {"policy": "never"}).status_code == 400
