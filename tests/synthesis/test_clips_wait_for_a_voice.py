"""A voice is cloned again under its slug: what is asked meanwhile is held at once, waits, and is paid once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts import clock
from accounts.errors import BudgetExceededError, ConflictError
from accounts.flows.budgets import set_budget
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Budget, Event, Hold, LedgerEntry, Meter, Price, ProviderAccount
from accounts.money import Money
from accounts.payer import Actor
from providers.registry import also_speaking
from synthesis.flows import recovery, rendering, waiting
from synthesis.flows.clips import cancel_clip, retry_clip
from synthesis.models import Clip, Rendering
from tests.cast import make_account
from tests.drain import forget_doorbells
from tests.later import Later
from voicelib.flows.activation import set_policy
from voicelib.flows.consents import revoke_consent
from voicelib.models import ProviderVoice

FEE_MICROS = 1_500_000
State = ProviderVoice.State


@pytest.fixture
def voice(ada):
    return ada.voice


@pytest.fixture
def lost(ada):
    """Ada spoke for a while; the provider has lost her and nobody has ordered her again."""
    ada.live()
    return ada.lose()


@pytest.fixture
def cloning(ada, lost):
    """Her second generation is ordered."""
    fresh = ada.revive()
    assert fresh is not None
    return fresh


@pytest.fixture
def wake(voice, render_all):
    """The bell, and the work of the worker until it is done."""

    def wake():
        waiting.wake_voice(voice_id=voice.id)
        render_all()
        render_all()

    return wake


def held():
    """(characters, money) that the team has set aside."""
    meters = Meter.objects.filter(scope="team")
    return tuple(sum(meter.held for meter in meters.filter(unit=unit)) for unit in ("characters", "USD"))


def shown(cast, clip):
    return cast.api().get(f"/api/v1/clips/{clip.id}").json()


def code(clip):
    clip.refresh_from_db()
    return clip.state, (clip.error or {}).get("code")


def nothing_is_held():
    assert not Hold.objects.filter(state="open").exists()
    assert held() == (0, 0)
    assert verify_ledger() == []


def limit(cast, micros):
    amount = Money(micros, "USD")
    owner = Actor(user_id=cast.owner.id, name="Owner")
    return set_budget(
        team=cast.team, scope="team", target=None, characters=None, amount=amount, is_hard=True, name="N", actor=owner
    )


def test_a_clip_asked_while_the_voice_is_cloned_again_is_held_and_spoken_by_the_next_generation(
    cast, ada, cloning, wake, vendor
):
    answer = cast.api().post("/api/v1/clips", {"voice": "ada", "text": "Hello again."})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert answer.json()["waits_for"]["code"] == "voice_cloning"
    assert held() == (12, 1200 + FEE_MICROS)
    waiting.wake_voice(voice_id=ada.voice.id)
    assert vendor.requests() == 0
    ada.make()
    wake()
    clip = cast.api().get(f"/api/v1/clips/{answer.json()['id']}").json()
    assert (clip["state"], clip["waits_for"], clip["billed_characters"]) == ("ready", None, 12)
    assert clip["spoken_by"] == [
        {"provider_account": "sandbox", "provider_voice_id": ada.home().vendor_voice_id, "generation": 2}
    ]
    assert clip["amount"] == {"amount_micros": 1200, "currency": "USD"}
    assert [line["characters"] for line in vendor.bill()] == [12]
    assert len(vendor.bill("clone_fee")) == LedgerEntry.objects.filter(kind="activation_fee").count() == 1
    assert LedgerEntry.objects.get(kind="activation_fee").key == f"activation:{ada.home().id}"
    assert ada.home().state == State.PERMANENT
    assert not Event.objects.filter(kind="clip.moved").exists()
    nothing_is_held()


def test_asked_between_the_loss_and_the_order_it_waits_for_what_will_be_ordered(cast, ada, lost, ask, wake, vendor):
    first = ask("Soon.")
    assert shown(cast, first)["spoken_by"][0]["generation"] == 1
    assert held() == (5, 500 + FEE_MICROS)
    ada.revive()
    second = ask("Soon.")
    waiting.wake_voice(voice_id=ada.voice.id)
    assert shown(cast, first)["spoken_by"][0]["generation"] == 2
    third = ask("Also.")
    # The fee that was set aside before the home had a name is that home's now.
    assert held() == (10, 1000 + FEE_MICROS)
    assert Rendering.objects.count() == 2
    ada.make()
    wake()
    assert [code(clip) for clip in (first, second, third)] == [("ready", None)] * 3
    assert second.segments.get().saved_characters == 5
    assert (len(vendor.bill()), len(vendor.bill("clone_fee"))) == (2, 1)
    nothing_is_held()


def test_where_the_provider_picks_the_id_the_clip_waits_for_it(cast, ada, ask, wake, vendor):
    adapter = Later(picks_id=True)
    adapter.finished = True
    ProviderAccount.objects.filter(id=cast.account.id).update(provider=adapter.name)
    cast.account.refresh_from_db()
    with also_speaking(adapter):
        ada.live()
        ada.lose()
        ada.revive()
        clips = [ask("Whose id?"), ask("Whose id?")]
        assert shown(cast, clips[0])["spoken_by"][0]["provider_voice_id"] == ""
        ada.make()
        wake()
        assert [code(clip) for clip in clips] == [("ready", None)] * 2
        assert [line["voice_id"] for line in vendor.bill()] == [adapter.picked[1]]
    nothing_is_held()


def test_a_voice_that_was_never_there_is_refused_as_ever(cast, ada):
    ada.order()
    refused = cast.api().post("/api/v1/clips", {"voice": "ada", "text": "Too early."})
    assert (refused.status_code, refused.json()["code"]) == (409, "voice_not_ready")
    assert Clip.objects.count() == 0


def test_a_budget_refuses_before_anything_waits(cast, ask, cloning):
    limit(cast, FEE_MICROS + 499)
    with pytest.raises(BudgetExceededError):
        ask("Soon.")
    assert (Clip.objects.count(), Rendering.objects.count(), held()) == (0, 0, (0, 0))


def test_a_budget_that_has_room_for_it_once_is_asked_once(cast, ada, ask, lost, wake):
    limit(cast, FEE_MICROS + 500)
    clip = ask("Soon.")
    ada.revive()
    ada.make()
    wake()
    assert code(clip) == ("ready", None)
    nothing_is_held()


def test_an_estimate_counts_what_waits_like_any_other(cast, ask, cloning):
    wish = {"voice": "ada", "text": "Soon."}
    estimate = cast.api().post("/api/v1/estimates", wish).json()
    assert (estimate["billed_characters"], estimate["fees"][0]["amount"]["amount_micros"]) == (5, FEE_MICROS)
    ask("Soon.")
    estimate = cast.api().post("/api/v1/estimates", wish).json()
    assert (estimate["billed_characters"], estimate["fees"]) == (0, [])


def test_what_waits_can_be_taken_back(cast, ada, ask, lost, wake, vendor):
    clips = [ask("Soon."), ask("Soon."), ask("Later.")]
    actor = Actor(user_id=cast.owner.id, name="Owner")
    for clip in clips:
        assert held()[1] > FEE_MICROS
        cancel_clip(team=cast.team, clip_id=clip.id, actor=actor)
    nothing_is_held()
    ada.revive()
    ada.make()
    wake()
    assert vendor.requests() == 0
    again = ask("Soon.")
    wake()
    assert code(again) == ("ready", None)


def test_a_consent_that_is_revoked_meanwhile_fails_it_and_nothing_is_spent(cast, ada, ask, cloning, wake, vendor):
    clip = ask("Not any more.")
    revoke_consent(team=cast.team, consent_id=ada.consent.id, actor=ada.actor)
    wake()
    assert code(clip) == ("failed", "voice_suspended")
    assert vendor.requests() == 0
    ada.make()
    nothing_is_held()


def test_a_clone_that_fails_fails_what_waited_and_gives_it_back(cast, ada, ask, cloning, wake, vendor):
    clip = ask("In vain.")
    vendor.fail("error_in_200", operation="voice_clone", status_code=2013)
    ada.make()
    assert ada.home().state == State.FAILED
    wake()
    assert code(clip) == ("failed", "voice_failed")
    assert "provider_" in clip.error["message"]
    assert vendor.requests() == 0
    nothing_is_held()
    with pytest.raises(ConflictError):
        ask("Again.")


def full_budget(cast, ada):
    price = {"unit": "clone", "amount_micros": 9_900_000, "currency": "USD", "charged_on": "clone"}
    Price.objects.create(provider_account=cast.account, valid_from=clock.now() - timedelta(hours=1), **price)
    limit(cast, 1_000_000)


def no_consent(cast, ada):
    ada.voice.consent = None
    ada.voice.save()


def no_sample(cast, ada):
    ada.voice.sample = None
    ada.voice.save()


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [(full_budget, "budget_exceeded"), (no_consent, "consent_missing"), (no_sample, "sample_missing")],
)
def test_an_order_that_is_refused_fails_what_waited_for_it(cast, ada, ask, lost, wake, obstacle, reason):
    clip = ask("In vain.")
    obstacle(cast, ada)
    assert ada.revive() is None
    wake()
    assert code(clip) == ("failed", "voice_lost")
    assert reason in clip.error["message"]
    nothing_is_held()
    with pytest.raises(ConflictError):
        ask("Again.")


def test_after_a_refusal_that_passed_clips_wait_again(cast, ada, ask, lost, wake):
    clip = ask("At last.")
    full_budget(cast, ada)
    ada.revive()
    wake()
    assert code(clip)[0] == "failed"
    Budget.objects.all().delete()
    ProviderVoice.objects.filter(id=ada.home().id).update(revival_due_at=clock.now())
    assert ada.revive() is not None
    retry_clip(team=cast.team, clip_id=clip.id, payer=clip.payer(), actor=ada.actor)
    assert shown(cast, clip)["waits_for"]["code"] == "voice_cloning"
    ada.make()
    wake()
    assert code(clip) == ("ready", None)
    nothing_is_held()


def by_hand(ada):
    set_policy(voice=ada.voice, account=None, actor=ada.actor, policy="always", revival="manual")


def frozen(ada):
    ProviderAccount.objects.filter(id=ada.cast.account.id).update(frozen_at=clock.now())


def revived_before(ada):
    ada.lose()
    ada.revive()
    ada.make()


@pytest.mark.parametrize("obstacle", [by_hand, frozen, revived_before])
def test_a_voice_that_nobody_brings_back_is_refused_at_once(ada, ask, obstacle):
    ada.live()
    obstacle(ada)
    ProviderVoice.objects.filter(id=ada.home().id).update(state=State.PERMANENT, activated_at=clock.now())
    ada.lose()
    with pytest.raises(ConflictError) as refusal:
        ask("Hello?")
    assert refusal.value.code == "voice_lost"


def test_one_that_was_to_lapse_is_not_waited_for(ada, ask):
    ada.order(policy="let_lapse")
    home = ada.make()
    ProviderVoice.objects.filter(id=home.id).update(state=State.LAPSED, ended_at=clock.now())
    with pytest.raises(ConflictError) as refusal:
        ask("Hello?")
    assert refusal.value.code == "voice_lapsed"


def test_nobody_waits_for_ever(cast, ask, cloning, wake, vendor):
    clip, young = ask("Since yesterday."), ask("Since now.")
    Rendering.objects.filter(segments__clip=clip).update(waits_since=clock.real_now() - waiting.LONGEST_WAIT)
    wake()
    assert code(clip) == ("failed", "voice_wait_over")
    assert code(young) == ("queued", None)
    assert held()[0] == len("Since now.")
    assert vendor.requests() == 0


def test_what_was_asked_first_is_spoken_first(ada, ask, cloning, wake, vendor):
    clips = [ask(text) for text in ("One.", "Two, two.", "Three, three, three.")]
    ada.make()
    waiting.wake_voice(voice_id=ada.voice.id)
    for row in Rendering.objects.filter(state="queued").order_by("due_at"):
        rendering.render(rendering_id=row.id)
    for row in Rendering.objects.filter(state="queued").order_by("due_at"):
        rendering.render(rendering_id=row.id)
    assert [line["characters"] for line in vendor.bill()] == [len(clip.text) for clip in clips]


def test_what_an_earlier_generation_spoke_stays_ready_and_is_not_served_for_the_next(
    cast, ada, ask, render_all, wake, vendor
):
    ada.live()
    old = ask("Same words.")
    render_all()
    ada.lose()
    meanwhile = ask("Same words.")
    assert meanwhile.state == "queued"
    ada.revive()
    ada.make()
    wake()
    after = ask("Same words.")
    assert [code(clip)[0] for clip in (old, meanwhile, after)] == ["ready"] * 3
    assert [shown(cast, clip)["spoken_by"][0]["generation"] for clip in (old, meanwhile, after)] == [1, 2, 2]
    assert len(vendor.bill()) == 2
    nothing_is_held()


def test_a_wait_of_its_caller_keeps_its_bound(cast, cloning):
    answer = cast.api().post("/api/v1/clips", {"voice": "ada", "text": "Soon."}, HTTP_PREFER="wait=1")
    assert (answer.status_code, answer.json()["waits_for"]["code"]) == (202, "voice_cloning")


@pytest.mark.django_db(transaction=True)
def test_the_bell_is_rung_when_the_clone_is_made(ada, ask, drain, vendor):
    ada.live()
    ada.lose()
    ada.revive()
    clip = ask("By itself.")
    forget_doorbells()
    ada.make()
    drain(ticks=False)
    assert code(clip) == ("ready", None)
    assert len(vendor.bill()) == 1
    nothing_is_held()


def test_a_tick_finds_what_no_bell_was_heard_for(
    ada, ask, cloning, render_all, vendor, django_capture_on_commit_callbacks
):
    clip = ask("By the tick.")
    ada.make()
    row = Rendering.objects.get()
    with django_capture_on_commit_callbacks() as early:
        recovery.render_tick(at=row.due_at - timedelta(seconds=1))
    with django_capture_on_commit_callbacks() as rung:
        recovery.render_tick(at=row.due_at)
    assert (len(early), len(rung)) == (0, 1)
    assert row.due_at <= clock.real_now() + timedelta(seconds=60)
    waiting.wake_voice(voice_id=ada.voice.id)
    render_all()
    render_all()
    assert code(clip) == ("ready", None)


@pytest.mark.django_db(transaction=True)
def test_many_that_ask_the_same_at_once_pay_once(ada, ask, drain, vendor):
    ada.live()
    ada.lose()
    start = threading.Barrier(20)
    failed = []

    def ask_when_all_are_there():
        try:
            start.wait()
            ask("All at once.")
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask_when_all_are_there) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain()
    assert failed == []
    assert list(Clip.objects.values_list("state", flat=True)) == ["ready"] * 20
    assert len(vendor.bill()) == 1
    assert Attempt.objects.filter(kind="speech").count() == 1
    assert LedgerEntry.objects.filter(kind="saved").count() == 19
    nothing_is_held()


def test_a_clone_whose_answer_was_lost_is_proven_by_what_waited(ada, ask, cloning, wake, vendor):
    clip = ask("Are you there?")
    vendor.fail("timeout_after_charge", operation="voice_clone", seconds=0.05)
    ada.make()
    assert ada.home().state == State.UNPROVEN
    wake()
    assert code(clip) == ("ready", None)
    assert ada.home().state == State.PERMANENT
    assert not Hold.objects.filter(state="open", key__startswith="rendering:").exists()
    assert verify_ledger() == []


def test_a_lost_answer_that_named_the_voice_fails_what_waited(cast, ada, ask, wake, vendor):
    adapter = Later(picks_id=True)
    adapter.finished = True
    ProviderAccount.objects.filter(id=cast.account.id).update(provider=adapter.name)
    cast.account.refresh_from_db()
    with also_speaking(adapter):
        ada.live()
        ada.lose()
        ada.revive()
        clip = ask("Whose id?")
        vendor.fail("timeout_after_charge", operation="voice_clone", seconds=0.05)
        ada.make()
        wake()
    assert code(clip) == ("failed", "voice_failed")
    assert "clone_answer_lost" in clip.error["message"]
    assert not Hold.objects.filter(state="open", key__startswith="rendering:").exists()


def test_another_account_where_it_is_cloned_for_the_first_time_may_be_waited_for(cast, ada, ask, wake):
    set_policy(voice=(ada.live()).voice, account=None, actor=ada.actor, policy="always", revival="manual")
    ada.lose()
    ada.order(make_account(cast.team, slug="second", is_default=False))
    clip = ask("From elsewhere.")
    assert shown(cast, clip)["spoken_by"][0]["provider_account"] == "second"
    ada.make()
    wake()
    assert code(clip) == ("ready", None)
    nothing_is_held()


def test_the_page_of_a_clip_says_what_it_waits_for(cast, ask, cloning, client):
    clip = ask("Soon.")
    client.force_login(cast.editor)
    page = client.get(reverse("admin:synthesis_clip_change", args=[clip.id])).content.decode()
    assert "<code>voice_cloning</code>" in page
