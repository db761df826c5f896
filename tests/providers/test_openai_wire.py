"""What is sent to servers of the OpenAI shape, and what becomes of their answers, without a socket."""

import io
import json
import wave

import av
import numpy as np
import pytest

from providers.errors import ProviderError, RefusedError
from providers.openai.profiles import PROFILES
from providers.openai.voices import read_voices
from providers.probe import probe
from providers.registry import adapter_for
from providers.types import Account, AudioFormat, CloneRequest, Headers, Response, SpeechRequest, SpeechSettings
from tests.providers.conversation import converse, first_request
from tests.providers.vendor import failure

RATE = 24000


def tone(seconds=1.0, rate=RATE):
    times = np.arange(int(seconds * rate)) / rate
    return (np.sin(2 * np.pi * 220 * times) * 8000).astype("<i2")


def wav(samples=None, rate=RATE, *, placeholder=False):
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((tone(rate=rate) if samples is None else samples).tobytes())
    content = packed.getvalue()
    if placeholder:
        content = content[:4] + b"\xff\xff\xff\xff" + content[8:40] + b"\xff\xff\xff\xff" + content[44:]
    return content


def account(name, **options):
    return Account(provider=name, base_url="http://127.0.0.1:8880/v1", key="sk-local", options=options)


def request(name, text="Hello.", **fields):
    settings = SpeechSettings(**fields.pop("settings", {}))
    defaults = {"model": adapter_for(name).capabilities.default_model, "voice_id": "af_bella", "settings": settings}
    return SpeechRequest(text=text, **{"format": AudioFormat("mp3", 24000, 128000, 1), **defaults, **fields})


def ask(name, **fields):
    return adapter_for(name).speech(account(name), request(name, **fields))


def audio(content=None, kind="audio/wav", status=200):
    return Response(status, Headers({"content-type": kind}), wav() if content is None else content)


def refusal(status, body):
    return Response(status, Headers({"content-type": "application/json"}), json.dumps(body).encode())


def listed(*names):
    return refusal(200, {"voices": list(names)})


NAMES = [profile.name for profile in PROFILES]


@pytest.mark.parametrize("profile", PROFILES, ids=NAMES)
def test_wav_is_asked_for_and_the_format_wanted_is_made_of_it(profile):
    # Where an unknown name is spoken all the same, the list is asked for first.
    before = [listed("af_bella")] if profile.unknown_voice == "default" else []
    result, (*_, sent) = converse(ask(profile.name), *before, audio())
    assert sent.json["response_format"] == "wav"
    assert sent.url == "http://127.0.0.1:8880/v1/audio/speech"
    assert sent.headers["Authorization"] == "Bearer sk-local"
    found = probe(result.audio)
    assert (found.container, result.container, found.sample_rate) == ("mp3", "mp3", 24000)
    assert abs(found.duration_ms - 1000) < 120
    assert result.billed_characters is None


@pytest.mark.parametrize(
    "wanted",
    [
        AudioFormat("wav", 8000, None, 2),
        AudioFormat("flac", 44100, None, 1),
        AudioFormat("opus", 48000, None, 1),
        AudioFormat("mp3", 16000, 32000, 2),
    ],
    ids=lambda wanted: wanted.container,
)
def test_rate_and_channels_are_made_here_whatever_the_server_made(wanted):
    result, _ = converse(ask("kokoro", format=wanted), audio())
    found = probe(result.audio)
    assert (found.container, found.sample_rate, found.channels) == (
        wanted.container,
        48000 if wanted.container == "opus" else wanted.sample_rate,
        wanted.channels,
    )
    assert abs(found.duration_ms - 1000) < 120


def test_samples_without_a_head_are_as_long_as_the_speech():
    result, _ = converse(ask("kani", format=AudioFormat("pcm", 22050, None, 1)), audio(wav(rate=22050)))
    assert len(result.audio) == 22050 * 2


def test_a_wav_with_the_placeholder_length_of_a_stream_is_read_to_its_end_and_gets_a_true_head():
    result, _ = converse(ask("kokoro", format=AudioFormat("wav", 24000, None, 1)), audio(wav(placeholder=True)))
    with wave.open(io.BytesIO(result.audio)) as file:
        assert file.getnframes() == RATE


def test_a_server_that_gives_another_container_is_read_by_its_bytes_and_told():
    packed = io.BytesIO()
    with av.open(packed, "w", format="mp3") as out:
        stream = out.add_stream("libmp3lame", rate=RATE)
        frame = av.AudioFrame.from_ndarray(tone().reshape(1, -1), format="s16p", layout="mono")
        frame.sample_rate = RATE
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    result, _ = converse(ask("f5"), audio(packed.getvalue(), kind="audio/wav"))
    assert [finding.code for finding in result.findings] == ["container_differs"]
    assert result.container == "mp3"


def test_kokoro_is_told_not_to_stream_because_a_late_failure_would_be_a_cut_file():
    assert first_request(ask("kokoro")).json["stream"] is False
    assert "stream" not in first_request(ask("openai", voice_id="alloy")).json


def test_a_server_without_a_model_field_gets_none():
    _, (_, sent) = converse(ask("chatterbox_api", voice_id="anna"), listed("anna"), audio())
    assert "model" not in sent.json


def test_a_server_that_serves_one_model_gets_the_name_its_account_has_for_it():
    named = account("qwen3", model="Qwen/Qwen3-TTS")
    assert first_request(adapter_for("qwen3").speech(named, request("qwen3"))).json["model"] == "Qwen/Qwen3-TTS"
    fixed = account("kokoro", model="other")
    assert first_request(adapter_for("kokoro").speech(fixed, request("kokoro"))).json["model"] == "kokoro"


@pytest.mark.parametrize(("name", "voice_id"), [("chatterbox_api", "nobody"), ("speaches", "alloy")])
def test_a_server_that_would_speak_with_another_voice_is_asked_first_and_then_not_asked_to_speak(name, voice_id):
    operation = ask(name, voice_id=voice_id)
    error = failure(lambda: converse(operation, listed("anna")))
    assert (error.category, error.field, error.possibly_charged) == ("voice_missing", "voice_id", False)


@pytest.mark.parametrize("voice_id", ["../../etc/passwd", "a/b", "a\\b", "..", ""])
def test_a_path_is_no_voice(voice_id):
    error = failure(lambda: first_request(ask("chatterbox", voice_id=voice_id)))
    assert (isinstance(error, RefusedError), error.field) == (True, "voice_id")


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("kani", {"settings": {"speed": 1.2}}, "settings.speed"),
        ("chatterbox_api", {"settings": {"speed": 1.2}}, "settings.speed"),
        ("kokoro", {"settings": {"speed": 9}}, "settings.speed"),
        ("openai", {"settings": {"emotion": "happy"}}, "settings.emotion"),
        ("openai", {"settings": {"pitch": 1}}, "settings.pitch"),
        ("openai", {"text": "a" * 4097}, "text"),
        ("openai", {"text": " "}, "text"),
        ("openai", {"model": "tts-9"}, "model"),
        ("kani", {"model": "kani"}, "model"),
        ("kokoro", {"watermark": True}, "watermark"),
        ("kokoro", {"format": AudioFormat("m4a", 24000)}, "format.container"),
        ("kokoro", {"format": AudioFormat("opus", 44100)}, "format.sample_rate"),
        ("kokoro", {"format": AudioFormat("flac", 24000, 128000)}, "format.bitrate"),
    ],
)
def test_what_a_server_has_no_slot_for_is_refused_by_name(name, fields, field):
    error = failure(lambda: first_request(ask(name, **fields)))
    assert (isinstance(error, RefusedError), error.field) == (True, field)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "no such thing", "type": "x"}}, "no such thing"),
        ({"error": "no such thing"}, "no such thing"),
        ({"detail": {"error": {"message": "no such thing", "type": "x"}}}, "no such thing"),
        ({"detail": {"error": "validation_error", "message": "no such thing"}}, "no such thing"),
        ({"detail": "no such thing"}, "no such thing"),
        ({"detail": [{"loc": ["body", "speed"], "msg": "no such thing"}]}, "body.speed: no such thing"),
        ({"message": "no such thing", "code": 400, "type": "x"}, "no such thing"),
    ],
)
def test_the_words_of_an_error_are_found_wherever_a_server_puts_them(body, said):
    error = failure(lambda: converse(ask("kokoro"), refusal(400, body)))
    assert (error.message, error.category, error.possibly_charged) == (said, "invalid_input", False)


@pytest.mark.parametrize(
    ("status", "body", "category", "charged"),
    [
        (401, {"error": {"message": "bad", "code": "invalid_api_key"}}, "auth", False),
        (403, {}, "permission", False),
        (404, {"detail": "Not Found"}, "unsupported", False),
        (404, {"detail": "Voice 'x' not found"}, "voice_missing", False),
        (400, {"error": "Unknown voice"}, "voice_missing", False),
        (409, {}, "voice_duplicate", False),
        (422, {}, "invalid_input", False),
        (429, {"error": {"message": "slow", "code": "rate_limit_exceeded"}}, "rate_limited", False),
        (429, {"error": {"message": "pay", "code": "insufficient_quota"}}, "balance", False),
        (500, {}, "provider_down", True),
        (503, {"detail": "model not loaded"}, "provider_down", False),
        (504, {}, "timeout_unknown_outcome", True),
        (418, {}, "malformed_response", True),
    ],
)
def test_a_status_is_named_for_what_it_is(status, body, category, charged):
    error = failure(lambda: converse(ask("openai", voice_id="alloy"), refusal(status, body)))
    assert (error.category, error.possibly_charged, error.http_status) == (category, charged, status)


@pytest.mark.parametrize(
    "response",
    [
        audio(b""),
        audio(b"ID", kind="audio/mpeg"),
        refusal(200, {"error": {"message": "out of memory"}}),
        audio(b"RIFF\xff\xff\xff\xffWAVE" + b"\0" * 30),
    ],
    ids=["empty", "garbage", "json", "no sound"],
)
def test_a_success_without_audio_is_no_success(response):
    error = failure(lambda: converse(ask("openai", voice_id="alloy"), response))
    assert (error.category, error.possibly_charged) == ("malformed_response", True)


def test_words_in_the_place_of_audio_are_told():
    error = failure(lambda: converse(ask("kokoro"), refusal(200, {"error": {"message": "out of memory"}})))
    assert "out of memory" in error.message


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"voices": ["a", "b"]}, ["a", "b"]),
        ({"voices": [{"id": "a", "name": "Anna"}, {"id": "b"}]}, ["a", "b"]),
        ({"voices": [{"name": "a", "language": "en"}]}, ["a"]),
        ({"status": "ok", "voices": ["a.wav"]}, ["a.wav"]),
        ({"object": "list", "data": [{"voice_id": "a"}]}, ["a"]),
        (["a", {"id": "b"}], ["a", "b"]),
        ({"voices": ["a"], "uploaded_voices": [{"name": "mine"}]}, ["a", "mine"]),
        ({"voices": None}, []),
        ({"voices": [None, 3, "", {"id": 4}]}, []),
        ("nothing", []),
    ],
)
def test_every_shape_of_a_list_is_read(body, names):
    assert [voice.voice_id for voice in read_voices(body)] == names


def test_uploaded_voices_are_told_from_those_that_came_with_the_server():
    kinds = {voice.voice_id: voice.kind for voice in read_voices({"voices": ["a"], "uploaded_voices": [{"name": "b"}]})}
    assert kinds == {"a": "system", "b": "cloned"}


def clone(name, *answers, **fields):
    asked = {"voice_id": "narrator-1a2b", "sample": wav(), "sample_name": "take.wav", "sample_type": "audio/wav"}
    return converse(adapter_for(name).clone(account(name), CloneRequest(**asked | fields)), *answers)


def test_chatterbox_gets_a_name_made_of_the_recording_and_the_voice_is_what_it_answers():
    body = {"message": "ok", "uploaded_files": ["narrator_1a2b.wav"], "errors": []}
    result, (sent,) = clone("chatterbox", refusal(200, body))
    assert result.voice_id == "narrator_1a2b.wav"
    first = sent.files["files"].filename
    _, (again,) = clone("chatterbox", refusal(200, body), sample=wav(tone(2.0)))
    assert first.startswith("narrator-1a2b-")
    assert again.files["files"].filename != first


def test_a_recording_that_chatterbox_reports_among_the_errors_of_a_success_is_refused():
    body = {"message": "ok", "uploaded_files": [], "errors": [{"filename": "x.wav", "error": "too long"}]}
    error = failure(lambda: clone("chatterbox", refusal(200, body)))
    assert (error.category, error.message, error.field) == ("invalid_input", "too long", "sample")


def test_a_voice_that_would_be_replaced_is_a_duplicate_and_nothing_is_sent():
    taken = refusal(200, {"voices": ["Vivian"], "uploaded_voices": [{"name": "narrator-1a2b"}]})
    error = failure(lambda: clone("qwen3", taken))
    assert (error.category, error.field) == ("voice_duplicate", "voice_id")


def test_the_transcript_and_a_consent_go_along_where_they_are_wanted():
    free, made = listed("Vivian"), refusal(200, {"success": True, "voice": {"name": "narrator-1a2b"}})
    result, (_, sent) = clone("qwen3", free, made, text_validation="What was said.")
    assert sent.form == {"name": "narrator-1a2b", "consent": "recorded", "ref_text": "What was said."}
    assert result.voice_id == "narrator-1a2b"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"preview_text": "Hello."}, "preview_text"),
        ({"text_validation": "Hello."}, "text_validation"),
        ({"need_noise_reduction": True}, "need_noise_reduction"),
        ({"sample": b"OggS" + b"\0" * 60}, "sample"),
        ({"sample_duration_ms": 60_000}, "sample"),
        ({"voice_id": "a/../b"}, "voice_id"),
    ],
)
def test_what_chatterbox_cannot_clone_is_refused_before_it_is_sent(fields, field):
    error = failure(lambda: clone("chatterbox", **fields))
    assert (isinstance(error, RefusedError), error.field) == (True, field)


@pytest.mark.parametrize("name", ["openai", "kokoro", "f5", "kani"])
def test_a_server_that_takes_recordings_from_its_disk_only_says_so(name):
    with pytest.raises(RefusedError) as refused:
        clone(name)
    assert refused.value.field == "operation"


def test_a_page_that_is_not_there_is_no_server_that_is_down():
    missing, up = refusal(404, {"detail": "Not Found"}), refusal(200, {"object": "list", "data": []})
    check, _ = converse(adapter_for("kokoro").check_account(account("kokoro")), missing, up)
    assert check.ok
    nowhere, _ = converse(adapter_for("kokoro").check_account(account("kokoro")), missing, missing, missing)
    assert (nowhere.ok, nowhere.verdict) == (False, "not_the_provider")


def test_a_check_that_asked_for_health_alone_does_not_vouch_for_the_key():
    check, _ = converse(adapter_for("kani").check_account(account("kani")), refusal(200, {"status": "healthy"}))
    assert "key was not asked for" in check.finding


def test_a_refused_key_is_told_apart():
    bad = refusal(401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}})
    check, _ = converse(adapter_for("openai").check_account(account("openai")), bad)
    assert (check.ok, check.verdict, check.code) == (False, "key_refused", "invalid_api_key")


def test_a_key_that_cannot_be_a_header_is_never_sent():
    broken = Account(provider="openai", base_url="https://api.openai.com", key="two words")
    with pytest.raises(ProviderError) as refused:
        first_request(adapter_for("openai").speech(broken, request("openai", voice_id="alloy")))
    assert (refused.value.category, refused.value.field) == ("auth", "key")
