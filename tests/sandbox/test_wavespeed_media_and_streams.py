import json

import httpx
import pytest

from tests.sandbox.customer import tone
from tests.sandbox.wavespeed_customer import SPEECH, VOICE


def test_an_upload_can_be_fetched_without_a_key_for_seven_days(wavespeed):
    answer = wavespeed.http.post("media/upload/binary", files={"file": ("sample.mp3", b"bytes")}).json()
    data = answer["data"]
    assert (answer["code"], data["type"], data["filename"], data["size"]) == (200, "audio", "sample.mp3", 5)
    assert httpx.get(data["download_url"]).content == b"bytes"
    wavespeed.order("clock", {"advance_seconds": 7 * 86400})
    assert httpx.get(data["download_url"]).status_code == 403


def test_the_newer_upload_takes_the_bytes_by_put_and_refuses_the_key_there(wavespeed):
    body = {"filename": "sample.wav", "size": 5, "content_type": "audio/wav"}
    data = wavespeed.http.post("media/uploads", json=body).json()["data"]
    put = data["upload"]
    assert put["method"] == "PUT"
    assert httpx.get(data["download_url"]).status_code == 404
    with_key = httpx.put(put["url"], content=b"bytes", headers={**put["headers"], "Authorization": "Bearer key"})
    assert with_key.status_code == 400
    assert httpx.put(put["url"], content=b"bytes", headers=put["headers"]).status_code == 200
    assert httpx.get(data["download_url"]).content == b"bytes"
    assert httpx.put(put["url"], content=b"other", headers=put["headers"]).status_code == 403


def test_an_upload_that_is_too_large_is_413(wavespeed):
    refused = wavespeed.http.post("media/uploads", json={"filename": "a.wav", "size": 51 * 1024 * 1024})
    assert (refused.status_code, refused.json()["code"]) == (413, 413)


def test_a_clone_takes_an_upload_of_either_kind(wavespeed):
    sample = tone(120)
    body = {"filename": "sample.wav", "size": len(sample), "content_type": "audio/wav"}
    data = wavespeed.http.post("media/uploads", json=body).json()["data"]
    httpx.put(data["upload"]["url"], content=sample, headers=data["upload"]["headers"])
    assert wavespeed.clone("From_put_0001", audio=data["download_url"])["status"] == "completed"
    assert wavespeed.clone("From_post_0001")["status"] == "completed"


def frames_of(answer: httpx.Response) -> list[dict]:
    return [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data:")]


def test_a_stream_is_minimaxs_own_and_repeats_the_audio_at_its_end(wavespeed):
    text = "你好 world, how are you?"
    body = {"text": text, "voice_id": VOICE, "format": "pcm", "sample_rate": 16000}
    frames = frames_of(wavespeed.http.post(f"{SPEECH}/stream", json=body))
    *parts, last = frames
    assert {frame["data"]["status"] for frame in parts} == {1}
    assert last["data"]["status"] == 2
    assert last["data"]["audio"] == "".join(frame["data"]["audio"] for frame in parts)
    [line] = wavespeed.bill()
    assert line["characters"] == len(text)
    assert last["extra_info"]["usage_characters"] == len(text) + 2


@pytest.mark.parametrize("fault", ["cut_stream", "stall"])
def test_a_stream_may_break_off(wavespeed, fault):
    wavespeed.fault(fault, seconds=0.1)
    body = {"text": "Hello there, how are you today?", "voice_id": VOICE, "format": "pcm"}
    with pytest.raises(httpx.RemoteProtocolError):
        wavespeed.http.post(f"{SPEECH}/stream", json=body)
    assert len(wavespeed.bill()) == 1


def test_a_stream_with_a_voice_that_is_gone_is_minimaxs_refusal(wavespeed):
    answer = wavespeed.http.post(f"{SPEECH}/stream", json={"text": "Hello.", "voice_id": "Nobody_0001"})
    assert answer.json()["base_resp"]["status_code"] == 2054
    assert wavespeed.bill() == []
