"""Several recordings of one voice by forms: heard, added, chosen, taken away."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.payer import Actor
from tests.admin.shelf import make_sample
from tests.studio import SAMPLE
from voicelib.flows.voice_samples import note_chosen
from voicelib.models import Sample, VoiceSample

BUTTONS = ("add_recording", "choose_recording", "take_recording")


def url(name, voice):
    return reverse(f"admin:voicelib_voice_{name}", args=[voice.pk])


def page(client, voice):
    return client.get(url("change", voice)).content.decode()


@pytest.fixture
def voice(shelf, actor):
    note_chosen(voice=shelf.voice, actor=actor)
    return shelf.voice


@pytest.fixture
def actor(cast):
    return Actor(user_id=cast.owner.id, name="Owner")


@pytest.fixture
def second(cast):
    return make_sample(cast.team, "Second take")


def add(client, voice, **fields):
    return client.post(url("add_recording", voice), fields)


def test_all_recordings_are_heard_on_the_page(cast, voice, second, browse):
    client = browse(cast.editor)
    assert add(client, voice, sample=second.pk).status_code == 302
    shown = page(browse(cast.viewer), voice)
    for sample in (voice.sample, second):
        assert reverse("admin:voicelib_sample_audio", args=[sample.pk]) in shown
    assert "</i>Cloned from</span>" in shown
    assert "</i>Kept</span>" in shown


def test_a_recording_is_uploaded_and_chosen_at_once(cast, voice, browse):
    file = SimpleUploadedFile("take.mp3", SAMPLE.read_bytes(), "audio/mpeg")
    answer = add(browse(cast.editor), voice, file=file, name="Fresh", choose="on")
    assert answer.status_code == 302, answer.context["form"].errors
    voice.refresh_from_db()
    assert voice.sample.name == "Fresh"
    assert VoiceSample.objects.filter(voice=voice, removed_at__isnull=True).count() == 2


def test_another_one_is_chosen(cast, voice, second, browse):
    client = browse(cast.editor)
    add(client, voice, sample=second.pk)
    assert client.post(url("choose_recording", voice), {"sample": second.pk}).status_code == 302
    voice.refresh_from_db()
    assert voice.sample == second


def test_one_is_taken_away_and_stays_in_the_history(cast, voice, second, browse):
    client = browse(cast.editor)
    add(client, voice, sample=second.pk)
    assert client.post(url("take_recording", voice), {"sample": voice.sample.pk}).status_code == 200
    assert client.post(url("take_recording", voice), {"sample": second.pk}).status_code == 302
    assert VoiceSample.objects.get(sample=second).removed_at is not None
    assert "</i>Taken away" in page(client, voice)
    for name in ("choose_recording", "take_recording"):
        assert url(name, voice) not in page(client, voice)


def test_a_recording_is_named_in_one_way(cast, voice, second, browse):
    client = browse(cast.editor)
    both = {"sample": second.pk, "file": io.BytesIO(SAMPLE.read_bytes())}
    both["file"].name = "take.mp3"
    for wish in ({}, both):
        assert "Upload a recording, or choose a sample." in str(add(client, voice, **wish).context["form"].errors)
    assert not VoiceSample.objects.filter(sample=second).exists()


def test_a_recording_that_cannot_be_cloned_is_refused_with_its_code(cast, voice, browse):
    count = Sample.objects.count()
    answer = add(browse(cast.editor), voice, file=SimpleUploadedFile("a.mp3", b"no audio"))
    assert "sample_format_unsupported" in str(answer.context["form"].errors["file"])
    assert Sample.objects.count() == count


def test_only_recordings_of_the_team_that_are_to_clone_from_are_offered(cast, voice, second, other_shelf, browse):
    prompt = make_sample(cast.team, "A prompt")
    Sample.objects.filter(id=prompt.id).update(purpose=Sample.Purpose.PROMPT)
    offered = browse(cast.editor).get(url("add_recording", voice)).context["form"].fields["sample"].queryset
    assert list(offered) == [second]
    assert "sample" in add(browse(cast.editor), voice, sample=other_shelf.sample.pk).context["form"].errors


def test_a_viewer_has_no_button_and_another_team_no_voice(cast, voice, second, browse):
    add(browse(cast.editor), voice, sample=second.pk)
    viewer, stranger = browse(cast.viewer), browse(cast.outsider)
    for name in BUTTONS:
        assert url(name, voice) not in page(viewer, voice)
        assert viewer.post(url(name, voice), {"sample": second.pk}).status_code == 403
        assert stranger.post(url(name, voice), {"sample": second.pk}).url == reverse("admin:index")
