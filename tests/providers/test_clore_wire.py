"""The published proxy: what it gets and what is made of what it gives."""

import base64
import io
import wave
from typing import Any

import pytest

from providers.errors import RefusedError
from providers.registry import adapter_for
from providers.types import Account, AudioFormat, Headers, Response, SpeechRequest, SpeechSettings
from tests.providers.conversation import MP3, WAV, converse, first_request
from tests.providers.vendor import failure

CLORE = adapter_for("clore")
ACCOUNT = Account(provider="clore", base_url="http://127.0.0.1:8080/", key="anything")


def ask(text="Hello.", container="mp3", **fields):
    settings = SpeechSettings(**fields.pop("settings", {}))
    audio = AudioFormat(container, 32000, 128000 if container == "mp3" else None, 1)
    asked: dict[str, Any] = {"model": "speech-02-hd", "voice_id": "Calm_Woman", "format": audio, "settings": settings}
    return CLORE.speech(ACCOUNT, SpeechRequest(text=text, **asked | fields))


def given(content, *, status=200, kind="audio/mp3"):
    return Response(status, Headers({"content-type": kind}), content)


def mistaken(audio):
    """What the guide's code makes of MiniMax's answer."""
    return base64.b64decode(audio.hex())


def test_text_voice_speed_and_container_go_out_and_nothing_else():
    sent = first_request(ask(settings={"speed": 1.25}))
    assert (sent.method, sent.url) == ("POST", "http://127.0.0.1:8080/tts")
    assert sent.json == {"text": "Hello.", "voice_id": "Calm_Woman", "speed": 1.25, "output_format": "mp3"}


@pytest.mark.parametrize("audio", [MP3 + b"\0", WAV], ids=["mp3", "wav"])
@pytest.mark.parametrize(
    ("wrap", "restored"),
    [
        (bytes, False),
        (mistaken, True),
        (lambda audio: audio.hex().encode(), True),
        (lambda audio: audio.hex().upper().encode() + b"\n", True),
        (base64.b64encode, True),
    ],
    ids=["plain", "misread hex", "hex", "HEX", "base64"],
)
def test_audio_is_decided_on_bytes_and_a_misreading_is_undone(audio, wrap, restored):
    audio += b"\0" * (len(audio) % 2)
    container = "wav" if audio[:4] == b"RIFF" else "mp3"
    result, _ = converse(ask(container=container), given(wrap(audio)))
    assert (result.audio, result.container) == (audio, container)
    assert [finding.code for finding in result.findings] == ["payload_restored"] * restored
    assert result.billed_characters is None


def test_samples_without_a_head_are_restored_too():
    samples = bytes(range(256)) * 8
    restored, _ = converse(ask(container="pcm"), given(mistaken(samples), kind="audio/pcm"))
    plain, _ = converse(ask(container="pcm"), given(samples, kind="audio/pcm"))
    assert restored.audio == plain.audio == samples


def test_a_container_other_than_asked_for_is_told():
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(32000)
        file.writeframes(b"\0\0" * 100)
    result, _ = converse(ask(), given(packed.getvalue()))
    assert [finding.code for finding in result.findings] == ["container_differs"]


@pytest.mark.parametrize("content", [b"", b"<html>502</html>", b'{"detail": "no"}', b"\x01\x02\x03"])
def test_what_is_no_audio_may_still_have_been_paid(content):
    error = failure(lambda: converse(ask(), given(content)))
    assert (error.category, error.possibly_charged) == ("malformed_response", True)


def test_its_bare_500_hides_everything_so_nobody_knows_whether_it_was_paid():
    error = failure(lambda: converse(ask(), given(b"Internal Server Error", status=500, kind="text/plain")))
    assert (error.category, error.possibly_charged) == ("provider_down", True)


@pytest.mark.parametrize(
    ("status", "category"), [(401, "auth"), (404, "unsupported"), (422, "invalid_input"), (429, "rate_limited")]
)
def test_what_is_refused_before_minimax_is_asked_costs_nothing(status, category):
    error = failure(lambda: converse(ask(), given(b"{}", status=status, kind="application/json")))
    assert (error.category, error.possibly_charged, error.code) == (category, False, str(status))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"settings": {"emotion": "calm"}}, "settings.emotion"),
        ({"settings": {"speed": 3}}, "settings.speed"),
        ({"model": "speech-2.8-hd"}, "model"),
        ({"container": "opus"}, "format.container"),
        ({"format": AudioFormat("mp3", 44100, 128000, 1)}, "format.sample_rate"),
        ({"watermark": True}, "watermark"),
        ({"text": "a" * 10_000}, "text"),
    ],
)
def test_what_the_proxy_would_drop_is_refused_by_name(fields, field):
    error = failure(lambda: first_request(ask(**fields)))
    assert (isinstance(error, RefusedError), error.field) == (True, field)


def test_health_vouches_for_the_proxy_and_not_for_the_account_behind_it():
    up, _ = converse(CLORE.check_account(ACCOUNT), given(b'{"status":"ok"}', kind="application/json"))
    other, _ = converse(CLORE.check_account(ACCOUNT), given(b"<html>", kind="text/html"))
    assert (up.ok, "can pay is not told" in up.finding) == (True, True)
    assert (other.ok, other.verdict) == (False, "not_the_provider")
