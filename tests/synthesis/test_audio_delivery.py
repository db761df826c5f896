"""Giving out audio: the API's own endpoint and signed URLs, with Range and validators."""

import io
from urllib.parse import urlsplit

import av
import pytest
from django.test import override_settings

from accounts import clock
from synthesis.flows.storing import clip_storage
from tests.cast import Api


@pytest.fixture
def clip(cast, ask, render_all):
    """A finished clip as the API shows it."""
    asked = ask("Listen to this, please.")
    render_all()
    return cast.api().get(f"/api/v1/clips/{asked.id}").json()


@pytest.fixture(params=["api", "signed"])
def listen(request, cast, clip):
    """`listen(**headers)` → (answer, its bytes), through each of the two doors."""
    client = cast.api() if request.param == "api" else Api()
    path = f"/api/v1/clips/{clip['id']}/audio" if request.param == "api" else urlsplit(clip["audio_url"]).path

    def listen(method="get", **headers):
        answer = getattr(client, method)(path, headers=headers)
        # Read to its end, as a listener would: that closes the file.
        return answer, answer.getvalue()

    return listen


@pytest.fixture
def signed_path(clip):
    return urlsplit(clip["audio_url"]).path


def test_the_whole_file_comes_with_its_type_name_and_validator(listen, clip):
    answer, audio = listen()
    assert answer.status_code == 200
    assert len(audio) == clip["size"] == int(answer["Content-Length"])
    assert (answer["Content-Type"], answer["ETag"]) == ("audio/mpeg", f'"{clip["sha256"]}"')
    assert answer["Content-Disposition"] == f'inline; filename="narrator-{clip["id"]}.mp3"'
    assert (answer["Accept-Ranges"], answer["X-Content-Type-Options"]) == ("bytes", "nosniff")
    assert "private" in answer["Cache-Control"]
    with av.open(io.BytesIO(audio)) as decoded:
        assert decoded.streams.audio[0].sample_rate == 32000


def test_a_range_is_a_part_of_the_file(listen, clip):
    _, whole = listen()
    size = clip["size"]
    for asked, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, size - 1),
        ("bytes=-10", size - 10, size - 1),
        (f"bytes=0-{size * 2}", 0, size - 1),
    ):
        answer, part = listen(Range=asked)
        assert answer.status_code == 206
        assert part == whole[first : last + 1]
        assert answer["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert int(answer["Content-Length"]) == len(part)


def test_a_range_outside_of_the_file_is_416(listen, clip):
    answer, content = listen(Range=f"bytes={clip['size']}-")
    assert (answer.status_code, content) == (416, b"")
    assert answer["Content-Range"] == f"bytes */{clip['size']}"


@pytest.mark.parametrize("nonsense", ["bytes=5-2", "bytes=0-1,5-6", "pages=1-2", "bytes=", "bytes=a-b"])
def test_what_is_no_single_range_is_answered_whole(listen, clip, nonsense):
    answer, content = listen(Range=nonsense)
    assert (answer.status_code, len(content)) == (200, clip["size"])


def test_if_range_guards_against_another_file(listen, clip):
    same, part = listen(Range="bytes=0-9", **{"If-Range": f'"{clip["sha256"]}"'})
    other, whole = listen(Range="bytes=0-9", **{"If-Range": '"another"'})
    assert (same.status_code, len(part)) == (206, 10)
    assert (other.status_code, len(whole)) == (200, clip["size"])


def test_a_listener_who_has_it_gets_304(listen, clip):
    answer, content = listen(**{"If-None-Match": f'W/"x", "{clip["sha256"]}"'})
    assert (answer.status_code, content) == (304, b"")


def test_head_tells_without_sending(listen, clip):
    answer, content = listen(method="head")
    assert (answer.status_code, content) == (200, b"")
    assert int(answer["Content-Length"]) == clip["size"]
    part, _ = listen(method="head", Range="bytes=0-9")
    assert (part.status_code, part["Content-Length"]) == (206, "10")


def test_the_api_tells_the_cost_with_the_audio(cast, clip):
    answer = cast.api().get(f"/api/v1/clips/{clip['id']}/audio", headers={"Accept": "audio/*"})
    assert answer.getvalue()
    assert (answer["X-Billed-Characters"], answer["X-Cache"]) == (str(clip["billed_characters"]), "miss")
    assert answer["X-Trace-Id"] == clip["trace_ids"][0]


def test_a_signed_url_ends(signed_path):
    with override_settings(AUDIO_URL_SECONDS=-1):
        answer = Api().get(signed_path)
    assert (answer.status_code, answer.json()["code"]) == (403, "audio_url_expired")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("where", [0, 20, -1])
def test_a_signed_url_that_was_touched_opens_nothing(signed_path, where):
    token = list(signed_path.removeprefix("/audio/"))
    token[where] = "A" if token[where] != "A" else "B"
    answer = Api().get(f"/audio/{''.join(token)}")
    assert (answer.status_code, answer.json()["code"]) == (403, "audio_url_invalid")


def test_a_suspended_voice_falls_silent_at_once(cast, clip, voice, signed_path):
    voice.suspended_at, voice.suspended_reason = clock.now(), "consent_revoked"
    voice.save()

    for answer in (Api().get(signed_path), cast.api().get(f"/api/v1/clips/{clip['id']}/audio")):
        assert (answer.status_code, answer.json()["code"]) == (403, "voice_suspended")
    assert cast.api().get(f"/api/v1/clips/{clip['id']}").json()["audio_url"] is None


def test_a_clip_that_is_not_ready_has_no_audio(cast, ask):
    waiting = ask("Not yet.")
    answer = cast.api().get(f"/api/v1/clips/{waiting.id}/audio")
    assert (answer.status_code, answer.json()["code"]) == (409, "clip_not_ready")


def test_a_file_that_is_gone_is_told(cast, clip, ask):
    storage = clip_storage()
    [name] = storage.listdir(cast.team.id)[1]
    storage.delete(f"{cast.team.id}/{name}")
    answer = cast.api().get(f"/api/v1/clips/{clip['id']}/audio")
    assert (answer.status_code, answer.json()["code"]) == (404, "audio_missing")


def test_a_signed_view_only_gives(signed_path):
    assert Api().post(signed_path).status_code == 405
