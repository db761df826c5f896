"""What a provider's failure does to clip, hold and books."""

import pytest

from accounts import clock
from accounts.errors import ConflictError
from accounts.flows.paid_call import resolve_attempt
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, LedgerEntry
from accounts.payer import Actor
from synthesis.backoff import MOST_TRIES
from synthesis.flows.clips import retry_clip
from synthesis.models import Clip, Rendering
from voicelib.models import ProviderVoice


@pytest.fixture
def again(cast, render_all):
    """Retry a clip as its owner and render it."""

    def again(clip):
        retry_clip(team=cast.team, clip_id=clip.id, payer=clip.payer(), actor=_owner(cast))
        render_all()
        clip.refresh_from_db()

    return again


def test_a_rate_limit_waits_with_the_same_hold_and_costs_nothing(ask, render_all, vendor):
    vendor.fail("rate_limit", count=2)
    clip = ask("Too many.")

    render_all()
    waiting = Rendering.objects.get()
    clip.refresh_from_db()
    assert (waiting.state, waiting.tries, clip.state) == ("queued", 1, "queued")
    assert waiting.due_at > clock.real_now()
    assert Hold.objects.get().state == Hold.State.OPEN
    render_all()
    render_all()

    clip.refresh_from_db()
    assert clip.state == Clip.State.READY
    assert len(vendor.bill()) == 1
    assert sorted(Attempt.objects.values_list("state", flat=True)) == ["released", "released", "settled"]
    assert Hold.objects.count() == 1
    assert verify_ledger() == []


def test_a_limit_that_never_ends_is_given_up_and_the_hold_given_back(ask, render_all, vendor):
    vendor.fail("rate_limit", count=MOST_TRIES + 5)
    clip = ask("Too many.")
    for _ in range(MOST_TRIES + 1):
        render_all()

    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "provider_rate_limited")
    assert clip.error["provider"]["code"] == "1002"
    assert vendor.requests() == MOST_TRIES
    assert Hold.objects.get().state == Hold.State.RELEASED
    assert LedgerEntry.objects.count() == 0
    assert verify_ledger() == []


def test_a_lost_answer_is_unknown_and_paid_again_only_by_retry(ask, render_all, vendor, again):
    vendor.fail("close_connection")
    clip = ask("Where is it?")
    render_all()
    render_all()

    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "outcome_unknown")
    assert Attempt.objects.get().state == Attempt.State.UNKNOWN
    assert Hold.objects.get().state == Hold.State.OPEN
    assert vendor.requests() == 1
    assert Event.objects.filter(kind="attempt.unresolved").count() == 1

    again(clip)

    assert (clip.state, clip.segments.get().billed_characters) == ("ready", 12)
    assert vendor.requests() == 2
    assert verify_ledger() == []


def test_the_same_words_are_not_paid_again_by_asking_anew_while_the_outcome_is_unknown(cast, ask, render_all, vendor):
    vendor.fail("close_connection")
    clip = ask("Where is it?")
    render_all()
    attempt = Attempt.objects.get()

    with pytest.raises(ConflictError) as refused:
        ask("Where is it?")

    assert (refused.value.code, refused.value.data) == ("outcome_unknown", {"attempt": attempt.id, "clip": clip.id})
    assert vendor.requests() == 1
    resolve_attempt(
        team_id=cast.team.id,
        attempt_id=attempt.id,
        outcome="not_charged",
        billed_characters=None,
        reason="Not on the bill.",
        actor=_owner(cast),
    )
    assert ask("Where is it?").state == Clip.State.QUEUED


def test_a_refusal_for_good_fails_the_clip_with_the_vendors_words(ask, render_all, vendor, again):
    vendor.fail("error_in_200", status_code=1026)
    clip = ask("Not this.")
    render_all()

    clip.refresh_from_db()
    assert clip.error["code"] == "provider_content_refused"
    assert clip.error["provider"]["code"] == "1026"
    assert clip.error["provider"]["trace_id"]
    assert Hold.objects.get().state == Hold.State.RELEASED
    assert Event.objects.filter(kind="clip.failed", subject_id=clip.id).count() == 1

    again(clip)

    assert clip.state == "ready"
    assert verify_ledger() == []


def test_an_answer_that_was_billed_and_cannot_be_used_is_booked_and_shown(ask, render_all, vendor, again):
    vendor.fail("bad_hex")
    clip = ask("Broken.")
    render_all()

    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "provider_malformed_response")
    assert clip.segments.get().billed_characters == 7
    assert LedgerEntry.objects.get().billed_characters == 7
    assert Hold.objects.get().state == Hold.State.SETTLED

    again(clip)

    assert clip.state == "ready"
    assert clip.segments.get().billed_characters == 14
    assert sum(line["characters"] for line in vendor.bill()) == 14
    assert verify_ledger() == []


def test_audio_that_is_too_short_for_its_text_is_flagged(ask, render_all, vendor):
    vendor.fail("short_audio")
    clip = ask("A text that takes a good while to be spoken, whoever speaks it and however fast they are.")
    render_all()
    finding = clip.segments.get().rendering.findings[0]
    assert (finding["code"], finding["severity"]) == ("audio_too_short", "warning")


def test_a_voice_the_provider_does_not_know_fails_the_clip_and_is_reported(ask, render_all, vendor):
    vendor.fail("voice_gone")
    clip = ask("Are you there?")
    render_all()

    clip.refresh_from_db()
    assert clip.error["code"] == "provider_voice_missing"
    assert Hold.objects.get().state == Hold.State.RELEASED
    assert Event.objects.filter(kind="voice.missing_reported").count() == 1


def test_a_server_error_that_may_have_been_charged_is_unknown(ask, render_all, vendor):
    vendor.fail("error_in_200", status_code=1001)
    clip = ask("Timeout over there.")
    render_all()
    clip.refresh_from_db()
    assert clip.error["code"] == "outcome_unknown"
    assert clip.error["provider"]["code"] == "1001"


def test_where_such_errors_are_known_to_be_free_it_is_tried_again(ask, cast, render_all, vendor):
    cast.account.options = {"failures_may_charge": False}
    cast.account.save()
    vendor.fail("error_in_200", status_code=1001)
    clip = ask("Timeout over there.")
    render_all()
    render_all()
    clip.refresh_from_db()
    assert clip.state == "ready"
    assert vendor.requests() == 2


def test_an_emotion_the_voice_refuses_fails_the_clip(ask, render_all, vendor):
    vendor.fail("emotion_refused")
    clip = ask("Hooray!", settings={"emotion": "happy"})
    render_all()
    clip.refresh_from_db()
    assert (clip.state, clip.error["provider"]["code"]) == ("failed", "2013")
    assert vendor.bill() == []


def test_where_it_is_wanted_the_clip_is_spoken_without_the_emotion_and_says_so(cast, ask, render_all, vendor):
    cast.account.options = {"retry_without_emotion": True}
    cast.account.save()
    vendor.fail("emotion_refused")
    clip = ask("Hooray!", settings={"emotion": "happy"})
    render_all()
    clip.refresh_from_db()
    assert clip.state == Clip.State.READY
    assert [finding["code"] for finding in Rendering.objects.get().findings] == ["emotion_dropped"]
    assert len(vendor.bill()) == Attempt.objects.count() == 1
    assert verify_ledger() == []
    shown = cast.api().get(f"/api/v1/clips/{clip.id}").json()
    assert [finding["code"] for finding in shown["findings"]] == ["emotion_dropped"]


def test_a_failed_rendering_is_ordered_anew_by_the_next_who_asks(ask, render_all, vendor):
    vendor.fail("error_in_200", status_code=1026)
    first = ask("Second try.")
    render_all()

    second = ask("Second try.")
    render_all()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("failed", "ready")
    assert first.segments.get().billed_characters is None
    assert second.segments.get().billed_characters == 11


def test_a_retry_after_the_voice_moved_speaks_with_its_new_home(ask, render_all, vendor, voice, again):
    vendor.fail("voice_gone")
    clip = ask("Moved.")
    render_all()
    ProviderVoice.objects.filter(voice=voice).update(state=ProviderVoice.State.LOST, ended_at=clock.now())
    ProviderVoice.objects.create(
        voice=voice,
        provider_account=voice.homes.get().provider_account,
        vendor_voice_id="English_radiant_girl",
        state=ProviderVoice.State.PERMANENT,
        activated_at=voice.created_at,
        generation=2,
    )

    again(clip)

    assert clip.state == "ready"
    assert vendor.bill()[0]["voice_id"] == "English_radiant_girl"


def test_a_clip_that_did_not_fail_is_not_retried(api_post, ask, render_all):
    clip = ask()
    refused = api_post(f"/api/v1/clips/{clip.id}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "clip_not_failed")


@pytest.fixture
def api_post(cast):
    return cast.api().post


def _owner(cast):
    return Actor(user_id=cast.owner.id, name="Owner")
