"""From the moment a consent is revoked nothing is cloned, kept, previewed, handed out or made of its recordings."""

import io
from urllib.parse import urlsplit

import pytest

from accounts.errors import PlatformError
from accounts.models import Attempt, Event, Hold
from tests.studio import SAMPLE
from tests.voicelib.conftest import wav
from voicelib.flows.activation import ask_activation
from voicelib.flows.activation_orders import set_policy
from voicelib.flows.clone_orders import ask_clone
from voicelib.flows.cloning import clone_home
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.derived_samples import derive_sample
from voicelib.flows.sample_links import sample_url
from voicelib.flows.samples import add_sample
from voicelib.flows.voice_samples import add_to_voice
from voicelib.flows.voices import change_voice
from voicelib.models import ProviderVoice, Sample

State = ProviderVoice.State


@pytest.fixture
def revoke(cast, actor, consent):
    return lambda: revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)


def code_of(call):
    with pytest.raises(PlatformError) as refusal:
        call()
    return refusal.value.code


def test_a_clone_is_not_asked_for(cast, actor, payer, voice, revoke):
    revoke()
    voice.refresh_from_db()
    order = {"voice": voice, "account": cast.account, "actor": actor, "payer": payer}
    assert code_of(lambda: ask_clone(**order)) == "voice_suspended"


@pytest.mark.parametrize("when", ["before", "claimed"])
def test_a_clone_on_its_way_is_stopped_before_the_provider_hears_of_it(order_clone, at_step, revoke, vendor, when):
    home = order_clone()
    if when == "before":
        revoke()
    else:
        at_step(when, revoke)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert (home.state, home.last_error["code"]) == (State.FAILED, "voice_suspended")
    assert vendor.requests("voice_clone") == vendor.requests("files_upload") == 0
    assert not Attempt.objects.filter(sent_at__isnull=False).exists()
    assert not Hold.objects.filter(state="open").exists()


def test_no_sample_is_made_over_for_a_clone_that_is_stopped(cast, actor, payer, voice, revoke, order_clone):
    made = derive_sample(sample=voice.sample, actor=actor, container="flac")
    change_voice(voice=voice, actor=actor, changes={"sample": made.id})
    voice.refresh_from_db()
    home = ask_clone(voice=voice, account=cast.account, actor=actor, payer=payer)
    revoke()
    before = Sample.objects.count()
    clone_home(provider_voice_id=home.id)
    assert Sample.objects.count() == before


def test_a_preview_that_waits_is_not_fetched(order_clone, at_step, revoke, vendor):
    home = order_clone(preview_text="Hello.")
    at_step("settled", revoke)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert (home.preview_key, home.preview_source, home.retry_at) == ("", "", None)


def test_a_voice_is_not_kept_and_lapses(clone, revoke, advance, vendor):
    home = clone()
    revoke()
    advance(hours=170, step_hours=10)
    home.refresh_from_db()
    assert home.state == State.LAPSED
    assert vendor.requests("t2a") == 0


def test_a_voice_that_is_revoked_while_it_is_about_to_be_kept_is_not_called(clone, revoke, at_step, advance, vendor):
    clone()
    at_step("held", revoke)
    advance(hours=150, step_hours=10)
    assert Event.objects.filter(kind="voice.suspended").exists()
    assert vendor.requests("t2a") == 0


def test_activation_is_refused_and_a_decision_changes_nothing(
    cast, actor, payer, clone, voice, revoke, advance, vendor
):
    clone(policy="let_lapse")
    revoke()
    voice.refresh_from_db()
    ask = {"voice": voice, "account": None, "actor": actor, "payer": payer}
    assert code_of(lambda: ask_activation(**ask)) == "voice_suspended"
    set_policy(voice=voice, account=None, actor=actor, policy="always")
    advance(hours=150, step_hours=10)
    assert vendor.requests("t2a") == 0


def test_nothing_is_made_of_its_recordings(cast, actor, voice, sample, revoke):
    made = derive_sample(sample=sample, actor=actor, container="wav")
    revoke()
    for recording in (sample, made):
        assert code_of(lambda recording=recording: derive_sample(sample=recording, actor=actor, container="mp3")) == (
            "consent_revoked"
        )


def test_a_recording_under_another_consent_that_holds_is_used_on(cast, actor, make_voice, voice, sample, revoke):
    other = give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada",
        company="",
        statement="Yes.",
        locale="en",
        valid_until=None,
        scope={},
    )
    change_voice(voice=make_voice("second"), actor=actor, changes={"consent": other.id})
    revoke()
    assert derive_sample(sample=sample, actor=actor, container="wav").parent == sample


def test_a_recording_of_nobodys_voice_is_used_on(cast, actor, sample, revoke):
    revoke()
    assert derive_sample(sample=sample, actor=actor, container="wav").parent == sample


def test_links_given_to_providers_end_at_once(client, voice, sample, revoke):
    path = urlsplit(sample_url(sample)).path
    answer = client.get(path)
    assert b"".join(answer.streaming_content) == SAMPLE.read_bytes()
    revoke()
    refused = client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_revoked")


def test_a_recording_that_is_only_kept_with_the_voice_is_stopped_too(cast, actor, voice, revoke):
    other = add_sample(team=cast.team, actor=actor, file=io.BytesIO(wav(12)), name="Another room")
    add_to_voice(voice=voice, sample_id=other.id, actor=actor)
    revoke()
    assert code_of(lambda: derive_sample(sample=other, actor=actor, container="wav")) == "consent_revoked"
