"""The product's own storage settings against a real S3 server, which checks keys, signatures and expiry."""

import hashlib
import io
import re
import secrets
import wave

import httpx
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test.client import MULTIPART_CONTENT

from synthesis.flows import delivery
from synthesis.flows.delivery import AudioFile
from synthesis.flows.storing import store_audio
from tests.services.processes import until
from voicelib.flows.sample_links import LINK_SECONDS, sample_url
from voicelib.models import Sample, SampleUpload

pytestmark = pytest.mark.services

AUDIO = secrets.token_bytes(70_000)


@pytest.fixture
def folder():
    """A folder of the bucket that no other test writes to."""
    return f"team-{secrets.token_hex(6)}"


@pytest.fixture
def audio(folder) -> AudioFile:
    """A clip's file in the store."""
    stored = store_audio(team_id=folder, audio=AUDIO, container="mp3")
    return AudioFile(
        key=stored.key, size=stored.size, sha256=stored.sha256, media_type="audio/mpeg", filename="narrator-01.mp3"
    )


def presigned_url(audio: AudioFile) -> str:
    url = delivery.presigned_url(audio)
    assert url is not None
    return url


def _bytes_of(alias: str, key: str):
    with storages[alias].open(key) as file:
        return file.read()


def test_a_clip_is_kept_under_its_team_and_the_digest_of_its_bytes(folder):
    stored = store_audio(team_id=folder, audio=AUDIO, container="mp3")

    assert stored.key == f"{folder}/{hashlib.sha256(AUDIO).hexdigest()}.mp3"
    assert _bytes_of("clips", stored.key) == AUDIO
    assert storages["clips"].size(stored.key) == len(AUDIO)


def test_the_same_audio_stored_twice_is_one_object_with_the_same_bytes(folder, audio):
    again = store_audio(team_id=folder, audio=AUDIO, container="mp3")

    assert again.key == audio.key
    assert storages["clips"].listdir(folder) == ([], [audio.key.removeprefix(f"{folder}/")])
    assert _bytes_of("clips", again.key) == AUDIO


def test_nobody_hears_a_clip_without_a_signature(audio):
    address = f"{settings.S3_ENDPOINT_URL}/{settings.STORAGES['clips']['OPTIONS']['bucket_name']}"

    assert httpx.get(f"{address}/{audio.key}", trust_env=False).status_code == 403
    assert httpx.get(address, trust_env=False).status_code == 403


def test_a_presigned_url_plays_says_what_it_is_and_answers_parts(audio):
    url = presigned_url(audio)
    whole = httpx.get(url, trust_env=False)
    part = httpx.get(url, headers={"Range": "bytes=1000-1999"}, trust_env=False)

    assert (whole.status_code, whole.content) == (200, AUDIO)
    assert whole.headers["content-type"] == "audio/mpeg"
    assert whole.headers["content-disposition"] == 'inline; filename="narrator-01.mp3"'
    assert (part.status_code, part.content) == (206, AUDIO[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(AUDIO)}"


def test_a_provider_pulls_a_sample_by_a_presigned_url(folder):
    key = storages["samples"].save(f"{folder}/take.wav", ContentFile(AUDIO))
    url = sample_url(Sample(storage_key=key, format="wav"))
    pulled = httpx.get(url, trust_env=False)

    assert (pulled.status_code, pulled.content) == (200, AUDIO)
    assert pulled.headers["content-type"] == "audio/wav"
    assert f"X-Amz-Expires={LINK_SECONDS}" in url
    assert httpx.get(url.split("?")[0], trust_env=False).status_code == 403


def test_a_part_beyond_the_end_is_refused(audio):
    answer = httpx.get(presigned_url(audio), headers={"Range": f"bytes={len(AUDIO)}-"}, trust_env=False)

    assert answer.status_code == 416


def test_a_presigned_url_ends(audio, settings):
    settings.AUDIO_URL_SECONDS = 2
    url = presigned_url(audio)
    assert httpx.get(url, trust_env=False).status_code == 200

    ended = until(
        lambda: (answer := httpx.get(url, trust_env=False)).status_code != 200 and answer, "the URL to end", seconds=10
    )

    assert ended.status_code == 403
    assert AUDIO not in ended.content


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (r"X-Amz-Signature=..", "X-Amz-Signature=zz"),
        (r"X-Amz-Expires=\d+", "X-Amz-Expires=604800"),
        (r"response-content-type=[^&]+", "response-content-type=text%2Fhtml"),
        (r"[0-9a-f]{64}\.mp3", "0" * 64 + ".mp3"),
    ],
    ids=["signature", "expiry", "content type", "key"],
)
def test_a_presigned_url_that_was_tampered_with_is_refused(found, put, audio):
    url = presigned_url(audio)
    tampered = re.sub(found, put, url)
    assert tampered != url

    assert httpx.get(tampered, trust_env=False).status_code == 403


@pytest.mark.parametrize("name", ["声音 库.mp3", "voix é+&=%25 #1?.mp3", "日本語/カナ.mp3"])
def test_a_name_in_any_script_keeps_its_bytes(name, folder):
    key = storages["samples"].save(f"{folder}/{name}", ContentFile(AUDIO))

    assert key == f"{folder}/{name}"
    assert _bytes_of("samples", key) == AUDIO
    assert httpx.get(storages["samples"].url(key), trust_env=False).content == AUDIO


def test_an_object_that_is_not_there_is_missed_by_name(folder):
    key = f"{folder}/missing.mp3"

    assert not storages["clips"].exists(key)
    with pytest.raises(FileNotFoundError, match=re.escape(key)):
        storages["clips"].open(key)


def test_a_long_recording_is_streamed_into_the_store(sandbox, cast_in_service):
    recording = _recording(megabytes=12)
    answer = cast_in_service.api().post(
        "/api/v1/samples",
        {"file": io.BytesIO(recording), "name": "A long one"},
        content_type=MULTIPART_CONTENT,
    )

    assert answer.status_code == 201, answer.content
    sample = Sample.objects.get(id=answer.json()["id"])
    assert sample.size == len(recording)
    assert storages["samples"].size(sample.storage_key) == len(recording)
    assert hashlib.sha256(_bytes_of("samples", sample.storage_key)).digest() == hashlib.sha256(recording).digest()


def test_a_large_recording_goes_straight_into_the_store_and_is_judged_there(cast_in_service):
    recording = _recording(megabytes=30)
    api = cast_in_service.api()
    upload = _begin(api, size=len(recording), content_type="audio/wav")
    assert upload["url"].startswith(settings.S3_ENDPOINT_URL)
    assert _send(upload, recording) in (200, 201, 204)
    answer = api.post(f"/api/v1/samples/uploads/{upload['id']}/complete", {})

    assert answer.status_code == 201, answer.content
    sample = Sample.objects.get(id=answer.json()["id"])
    assert hashlib.sha256(_bytes_of("samples", sample.storage_key)).digest() == hashlib.sha256(recording).digest()
    assert not storages["samples"].exists(SampleUpload.objects.get(id=upload["id"]).storage_key)


def test_the_store_itself_refuses_more_bytes_another_type_and_another_name(cast_in_service):
    api = cast_in_service.api()
    upload = _begin(api, size=1000, content_type="audio/wav")

    assert _send(upload, b"x" * 1001) in (400, 403, 413)
    assert _send({**upload, "fields": {**upload["fields"], "Content-Type": "text/html"}}, b"x") == 403
    assert _send({**upload, "fields": {**upload["fields"], "key": "elsewhere"}}, b"x") == 403
    assert not storages["samples"].exists(SampleUpload.objects.get(id=upload["id"]).storage_key)


def _begin(api, **wishes):
    answer = api.post("/api/v1/samples/uploads", {"name": "A large one", **wishes})
    assert answer.status_code == 201, answer.content
    return answer.json()["upload"]


def _send(upload, content):
    sent = httpx.post(upload["url"], data=upload["fields"], files={"file": content}, trust_env=False, timeout=60)
    return sent.status_code


def _recording(*, megabytes: int) -> bytes:
    """A WAV of noise: 44.1 kHz, two channels, about 6 s per megabyte."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", "not compressed"))
        quiet = bytes(byte if number % 2 == 0 else byte % 16 for number, byte in enumerate(secrets.token_bytes(65_536)))
        file.writeframes(quiet * (megabytes * 16))
    return content.getvalue()
