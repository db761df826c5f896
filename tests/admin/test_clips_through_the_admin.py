"""Clips are made with the price known before, heard, traced and made again."""

import pytest
from django.urls import reverse

from accounts import clock
from synthesis.models import Clip
from tests.admin.shelf import make_home
from voicelib.models import ProviderVoice, Voice


def url(name, *args):
    return reverse(f"admin:synthesis_clip_{name}", args=args)


@pytest.fixture
def voice(cast):
    return Voice.objects.create(team=cast.team, slug="ada", name="Ada", language="en")


@pytest.fixture
def home(cast, voice):
    return make_home(voice, cast.account, at=clock.now(), state=ProviderVoice.State.PERMANENT)


def form(cast, voice, **fields):
    return {"team": cast.team.id, "voice": voice.pk, "text": "Hello there.", **fields}


def test_the_price_stands_on_the_button_before_anything_is_made(cast, voice, home, browse):
    answer = browse(cast.editor).post(url("estimate"), form(cast, voice))
    shown = answer.content.decode()
    assert "Generate · 12 characters · 0.0012\u00a0USD" in shown
    assert not Clip.objects.exists()


def test_a_fresh_clone_tells_its_fee_before_its_first_use(cast, voice, browse):
    make_home(voice, cast.account, at=clock.now())
    assert "1.50\u00a0USD" in browse(cast.editor).post(url("estimate"), form(cast, voice)).content.decode()


def test_a_form_that_is_not_ready_has_no_price_and_a_viewer_gets_none(cast, voice, home, browse):
    assert "Text and voice decide" in browse(cast.editor).post(url("estimate"), {"text": ""}).content.decode()
    assert "USD" not in browse(cast.viewer).post(url("estimate"), form(cast, voice)).content.decode()


def test_a_wish_the_provider_cannot_honour_is_told_by_name(cast, voice, home, browse):
    shown = browse(cast.editor).post(url("estimate"), form(cast, voice, speed="9")).content.decode()
    assert "speed" in shown
    answer = browse(cast.editor).post(url("add"), form(cast, voice, speed="9"))
    assert answer.status_code == 200
    assert "speed" in answer.context["form"].errors
    assert not Clip.objects.exists()


def test_a_clip_is_asked_for_and_booked_on_the_person_and_project(cast, voice, home, browse):
    answer = browse(cast.editor).post(url("add"), form(cast, voice, project=cast.project.pk, container="wav"))
    clip = Clip.objects.get()
    assert answer.url == url("change", clip.pk)
    assert (clip.created_by_id, clip.project_id, clip.token_id) == (cast.editor.id, cast.project.id, None)
    assert clip.format["container"] == "wav"
    assert "Queued" in browse(cast.viewer).get(url("change", clip.pk)).content.decode()


def test_a_queued_clip_is_taken_back(cast, voice, home, browse):
    browse(cast.editor).post(url("add"), form(cast, voice))
    clip = Clip.objects.get()
    assert browse(cast.editor).post(url("cancel", clip.pk)).status_code == 302
    clip.refresh_from_db()
    assert clip.state == Clip.State.CANCELED


def test_the_page_of_a_clip_holds_player_provenance_and_cost(cast, shelf, browse):
    shown = browse(cast.viewer).get(url("change", shelf.clip.pk)).content.decode()
    for part in (
        f'src="{url("audio", shelf.clip.pk)}"',
        'preload="none"',
        "ab" * 32,
        "trace-of-clip",
        "speech-2.6-hd",
        "0.0015\u00a0USD",
        "0:04.3",
    ):
        assert part in shown


def test_the_player_leads_to_a_fresh_signed_address(cast, shelf, browse, client):
    answer = browse(cast.viewer).get(url("audio", shelf.clip.pk))
    assert answer.status_code == 302
    heard = client.get(answer.url)
    assert b"".join(heard.streaming_content) == b"ID3 sound"


def test_a_suspended_voice_is_not_played(cast, shelf, browse):
    Voice.objects.filter(pk=shelf.voice.pk).update(suspended_at=clock.now(), suspended_reason="consent_revoked")
    client = browse(cast.owner)
    assert client.get(url("audio", shelf.clip.pk)).status_code == 404
    shown = client.get(url("changelist")).content.decode()
    assert "<audio" not in shown
    assert "voice suspended" in shown


def test_paying_again_after_a_lost_answer_is_asked_with_a_warning(cast, shelf, browse):
    client = browse(cast.editor)
    assert "pays a second time" in client.get(url("retry", shelf.failed_clip.pk)).content.decode()
    assert url("retry", shelf.failed_clip.pk) in client.get(url("change", shelf.failed_clip.pk)).content.decode()
    assert url("retry", shelf.clip.pk) not in client.get(url("change", shelf.clip.pk)).content.decode()
    client.post(url("retry", shelf.failed_clip.pk))
    shelf.failed_clip.refresh_from_db()
    assert shelf.failed_clip.state == Clip.State.QUEUED


def test_clips_are_filtered_by_state_voice_and_day_and_found_by_text(cast, shelf, browse):
    client = browse(cast.viewer)
    day = f"{clock.now():%Y-%m-%d}"
    for query, expected in (
        ({"state": "failed"}, {shelf.failed_clip}),
        ({"voice": shelf.voice.pk}, {shelf.clip, shelf.failed_clip}),
        ({"project": cast.project.pk}, {shelf.clip}),
        ({"created_at_from": day, "created_at_to": day}, {shelf.clip, shelf.failed_clip}),
        ({"q": "says hello"}, {shelf.clip}),
        ({"model": "speech-2.6-hd"}, {shelf.clip, shelf.failed_clip}),
    ):
        assert set(client.get(url("changelist"), query).context["cl"].result_list) == expected, query
