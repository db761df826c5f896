"""Recordings of one voice: beside each other, one chosen to be cloned from, and a history."""

import io

import pytest

from accounts.errors import InvalidInputError
from accounts.models import Event
from tests.cast import Api, make_token
from tests.voicelib.sounds import bursts
from voicelib.flows.samples import add_sample
from voicelib.flows.voice_samples import add_to_voice
from voicelib.flows.voices import change_voice


@pytest.fixture
def api(cast):
    return Api(make_token(cast.editor, cast.team))


@pytest.fixture
def second(cast, actor):
    return add_sample(team=cast.team, actor=actor, file=io.BytesIO(bursts(12)), name="Ada, other room")


def path(voice, rest=""):
    return f"/api/v1/voices/{voice.slug}/samples{rest}"


def listed(api, voice):
    return {row["sample"]: row for row in api.get(path(voice)).json()["results"]}


def test_the_first_one_is_chosen(api, voice, sample):
    assert listed(api, voice)[sample.id]["is_chosen"] is True


def test_another_one_is_kept_and_chosen_later(api, voice, sample, second):
    assert api.post(path(voice), {"sample": second.id}).status_code == 201
    assert {row["sample"]: row["is_chosen"] for row in listed(api, voice).values()} == {
        sample.id: True,
        second.id: False,
    }
    chosen = api.post(path(voice, f"/{second.id}/choose"), {})
    assert (chosen.status_code, chosen.json()["is_chosen"]) == (200, True)
    voice.refresh_from_db()
    assert voice.sample_id == second.id
    kinds = Event.objects.filter(subject_id=voice.id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["voice.created", "voice.sample_added", "voice.sample_chosen"]


def test_the_next_clone_is_made_from_the_chosen_one(api, voice, second, clone):
    api.post(path(voice), {"sample": second.id, "choose": True})
    voice.refresh_from_db()
    assert clone(of=voice).handed_over_id == second.id


def test_one_that_was_taken_away_stays_in_the_history(api, voice, second):
    api.post(path(voice), {"sample": second.id})
    assert api.delete(path(voice, f"/{second.id}")).status_code == 204
    assert listed(api, voice)[second.id]["removed_at"] is not None
    assert api.post(path(voice, f"/{second.id}/choose"), {}).status_code == 404
    assert api.post(path(voice), {"sample": second.id}).json()["removed_at"] is None


def test_the_chosen_one_is_not_taken_away(api, voice, sample):
    answer = api.delete(path(voice, f"/{sample.id}"))
    assert (answer.status_code, answer.json()["code"]) == (409, "sample_chosen")


def test_a_change_of_the_voice_is_in_the_history_too(api, voice, actor, sample, second):
    change_voice(voice=voice, actor=actor, changes={"sample": second.id})
    rows = listed(api, voice)
    assert set(rows) == {sample.id, second.id}
    assert rows[second.id]["chosen_at"] > rows[sample.id]["chosen_at"]


def test_a_prompt_is_nothing_to_clone_from(cast, actor, voice):
    prompt = add_sample(team=cast.team, actor=actor, file=io.BytesIO(bursts(5)), name="Hm", purpose="prompt")
    with pytest.raises(InvalidInputError) as refused:
        add_to_voice(voice=voice, sample_id=prompt.id, actor=actor)
    assert refused.value.field == "sample"
