"""An upload of its own: a form to send the bytes by, then a look at what arrived. What is abandoned is swept."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT

from accounts import clock
from tests.cast import Api, make_token
from tests.voicelib.sounds import bursts
from voicelib.flows.sample_uploads import sweep_uploads
from voicelib.flows.samples import read_sample
from voicelib.models import Sample, SampleUpload

GOOD = bursts(12, floor=0.001)


@pytest.fixture
def api(cast):
    return Api(make_token(cast.editor, cast.team))


@pytest.fixture
def begin(api):
    def begin(**wishes):
        answer = api.post("/api/v1/samples/uploads", {"name": "A long one", "size": len(GOOD), **wishes})
        assert answer.status_code == 201, answer.content
        return answer.json()["upload"]

    return begin


@pytest.fixture
def send(client):
    """As the asker's own program sends it: to the URL, without a token."""

    def send(upload, content=GOOD):
        path = "/" + upload["url"].split("/", 3)[3]
        return client.post(path, {**upload["fields"], "file": SimpleUploadedFile("long.wav", content)})

    return send


def complete(api, upload):
    return api.post(f"/api/v1/samples/uploads/{upload['id']}/complete", {})


def arrived(upload_id):
    return storages["samples"].exists(SampleUpload.objects.get(id=upload_id).storage_key)


def test_what_was_sent_becomes_a_sample(api, begin, send):
    upload = begin()
    assert (upload["method"], upload["max_bytes"]) == ("POST", len(GOOD))
    assert send(upload).status_code == 204
    answer = complete(api, upload)
    assert answer.status_code == 201, answer.content
    sample = Sample.objects.get(id=answer.json()["id"])
    assert (sample.name, read_sample(sample)) == ("A long one", GOOD)
    assert not arrived(upload["id"])


def test_completed_again_it_is_the_same_sample(api, begin, send):
    upload = begin()
    send(upload)
    ids = {complete(api, upload).json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert Sample.objects.count() == 1


def test_what_never_arrived_cannot_be_completed(api, begin):
    answer = complete(api, begin())
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_missing")


def test_more_bytes_than_were_announced_are_refused(begin, send):
    upload = begin(size=1000)
    assert send(upload).json()["code"] == "sample_too_large"
    assert not arrived(upload["id"])


def test_what_is_no_recording_is_refused_and_deleted(api, begin, send):
    upload = begin()
    send(upload, b"no recording at all" * 100)
    answer = complete(api, upload)
    assert (answer.status_code, answer.json()["code"]) == (400, "sample_format_unsupported")
    assert not arrived(upload["id"])
    assert complete(api, upload).json()["code"] == "upload_ended"


@pytest.mark.parametrize("size", [100 * 2**20 + 1, 0])
def test_too_much_cannot_be_announced(api, size):
    assert api.post("/api/v1/samples/uploads", {"name": "x", "size": size}).status_code == 400


def test_an_address_that_was_changed_takes_nothing(begin, send):
    upload = begin()
    answer = send({**upload, "url": upload["url"] + "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "upload_url_invalid")


def test_an_upload_that_ended_takes_nothing(api, begin, send):
    upload = begin()
    send(upload)
    complete(api, upload)
    assert send(upload).json()["code"] == "upload_url_invalid"
    assert not arrived(upload["id"])


def test_another_team_cannot_complete_it(cast, begin, send):
    upload = begin()
    send(upload)
    stranger = Api(make_token(cast.outsider, cast.other_team))
    assert complete(stranger, upload).json()["code"] == "upload_not_found"


def test_what_is_abandoned_is_swept(api, begin, send):
    abandoned, fresh = begin(), begin()
    send(abandoned)
    send(fresh)
    SampleUpload.objects.filter(id=abandoned["id"]).update(sweep_at=clock.real_now() - timedelta(seconds=1))
    assert sweep_uploads() == 1
    assert (arrived(abandoned["id"]), arrived(fresh["id"])) == (False, True)
    assert complete(api, abandoned).json()["code"] == "upload_ended"
    assert sweep_uploads() == 0


def test_one_request_still_takes_small_ones(api):
    answer = api.post(
        "/api/v1/samples", {"name": "Small", "file": SimpleUploadedFile("a.wav", GOOD)}, MULTIPART_CONTENT
    )
    assert answer.status_code == 201
