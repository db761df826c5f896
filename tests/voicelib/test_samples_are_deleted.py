"""A recording that nothing is made of can be heard and deleted; one that is used stays."""

import pytest
from django.core.files.storage import FileSystemStorage, storages

from accounts.models import Event
from tests.voicelib.conftest import wav
from tests.voicelib.test_the_rest_api import upload
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.voices import change_voice, create_voice
from voicelib.models import ProviderVoice, Sample

pytestmark = pytest.mark.django_db(transaction=True)


class BrokenStorage(FileSystemStorage):
    """Deletes nothing."""

    def delete(self, name):
        raise OSError("The store is down.")


@pytest.fixture
def api(cast):
    return cast.api("editor")


@pytest.fixture
def lone(api, sandbox):
    """A sample that nobody uses."""
    answer = upload(api, content=wav(11), name="Lone", filename="lone.wav")
    assert answer.status_code == 201, answer.content
    return Sample.objects.get(id=answer.json()["id"])


def test_it_is_heard_as_it_came(api, lone):
    answer = api.get(f"/api/v1/samples/{lone.id}/audio")
    assert (answer.status_code, answer["Content-Type"], answer["ETag"]) == (200, "audio/wav", f'"{lone.sha256}"')
    assert answer.getvalue() == wav(11)
    part = api.get(f"/api/v1/samples/{lone.id}/audio", headers={"Range": "bytes=-4"})
    assert (part.status_code, part.getvalue()) == (206, wav(11)[-4:])
    assert api.get(f"/api/v1/samples/{lone.id}/audio", headers={"Range": "bytes=99999999-"}).status_code == 416
    storages["samples"].delete(lone.storage_key)
    assert api.get(f"/api/v1/samples/{lone.id}/audio").json()["code"] == "audio_missing"


def test_it_is_not_heard_while_all_its_voices_are_suspended(api, cast, actor, voice, sample, consent):
    path = f"/api/v1/samples/{sample.id}/audio"
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    assert (api.get(path).status_code, api.get(path).json()["code"]) == (403, "voice_suspended")
    valid = give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada",
        company="",
        statement="I do.",
        locale="en",
        valid_until=None,
        scope={},
    )
    create_voice(team=cast.team, actor=actor, name="B", slug="b", language="en", consent=valid.id, sample=sample.id)
    heard = api.get(path)
    assert (heard.status_code, len(heard.getvalue())) == (200, sample.size)


def test_it_is_deleted_for_good(api, lone):
    path = f"/api/v1/samples/{lone.id}"
    assert api.delete(path).status_code == 204
    assert api.get(path).json()["code"] == "sample_not_found"
    assert not storages["samples"].exists(lone.storage_key)
    assert Event.objects.get(kind="sample.deleted").subject_title == "Lone"
    assert api.delete(path).status_code == 404


def test_what_a_voice_keeps_stays(api, cast, actor, voice, lone):
    path = f"/api/v1/samples/{lone.id}"
    api.post("/api/v1/voices/ada/samples", {"sample": lone.id})
    refused = api.delete(path)
    assert (refused.status_code, refused.json()["code"], refused.json()["voices"]) == (409, "sample_in_use", ["ada"])
    api.delete(f"/api/v1/voices/ada/samples/{lone.id}")
    assert api.delete(path).status_code == 204


def test_the_chosen_one_stays(api, voice, sample):
    assert api.delete(f"/api/v1/samples/{sample.id}").json()["code"] == "sample_in_use"


def test_what_a_home_was_made_of_stays(api, cast, actor, clone, voice, sample):
    home = clone()
    change_voice(voice=voice, actor=actor, changes={"sample": None})
    api.delete(f"/api/v1/voices/ada/samples/{sample.id}")
    refused = api.delete(f"/api/v1/samples/{sample.id}").json()
    assert (refused["code"], refused["voices"]) == ("sample_in_use", ["ada"])
    assert ProviderVoice.objects.get().sample_id == home.sample_id == sample.id


def test_what_others_are_made_of_goes_after_them(api, lone):
    made = api.post(f"/api/v1/samples/{lone.id}/derive", {"container": "flac"}).json()["id"]
    refused = api.delete(f"/api/v1/samples/{lone.id}").json()
    assert (refused["code"], refused["samples"]) == ("sample_in_use", [made])
    assert api.delete(f"/api/v1/samples/{made}").status_code == 204
    assert api.delete(f"/api/v1/samples/{lone.id}").status_code == 204


def test_a_file_that_something_else_is_kept_in_stays(api, clone, lone):
    home = clone()
    ProviderVoice.objects.filter(id=home.id).update(preview_key=lone.storage_key)
    assert api.delete(f"/api/v1/samples/{lone.id}").status_code == 204
    assert storages["samples"].exists(lone.storage_key)


def test_a_storage_that_is_down_leaves_the_row(api, lone, settings):
    standing = settings.STORAGES["samples"]
    settings.STORAGES = {**settings.STORAGES, "samples": {**standing, "BACKEND": f"{__name__}.BrokenStorage"}}
    assert api.delete(f"/api/v1/samples/{lone.id}").status_code == 500
    assert Sample.objects.filter(id=lone.id).exists()
    settings.STORAGES = {**settings.STORAGES, "samples": standing}
    assert api.delete(f"/api/v1/samples/{lone.id}").status_code == 204
