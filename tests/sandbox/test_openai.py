"""`/openai`: OpenAI's interface and the local servers that imitate it, each in its own way."""

import base64
import json

import httpx
import pytest

from providers.probe import probe, wrap_pcm
from tests.sandbox.customer import TLS, tone

SENTENCE = "The quick brown fox jumps over the lazy dog."
VOICES = {
    "openai": "alloy",
    "kokoro": "af_bella",
    "f5": "Emilia",
    "chatterbox": "Emily.wav",
    "chatterbox_api": "anna",
    "qwen3": "Vivian",
    "kani": "katie",
    "speaches": "af_bella",
}
MODELS = {"speaches": "speaches-ai/Kokoro-82M-v1.0-ONNX"}


class Server:
    def __init__(self, sandbox, name, key):
        mount = "openai" if name == "openai" else f"openai/{name}"
        self.name, self.key = name, key
        self.http = httpx.Client(
            base_url=f"{sandbox.base_url}/{mount}",
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
            verify=TLS,
        )
        self.controls = f"{sandbox.base_url}/_sandbox"

    def speak(self, text=SENTENCE, **fields):
        body = {"model": MODELS.get(self.name, "tts-1"), "input": text, "voice": VOICES[self.name], **fields}
        return self.http.post("/v1/audio/speech", json=body)

    def bill(self):
        query = {"key": self.key, "provider": self.name}
        return httpx.get(f"{self.controls}/bill", params=query, verify=TLS).json()["lines"]

    def fault(self, fault):
        body = {"provider": self.name, "operation": "t2a", "fault": fault, "count": 1, "key": self.key}
        httpx.post(f"{self.controls}/faults", json=body, verify=TLS).raise_for_status()


@pytest.fixture
def server_of(sandbox, customer):
    made = []

    def make(name, key=None):
        made.append(Server(sandbox, name, key or customer.key))
        return made[-1]

    yield make
    for server in made:
        server.http.close()


def heard(answer, container, rate=24000):
    assert answer.status_code == 200, answer.text
    content = wrap_pcm(answer.content, rate, 1) if container == "pcm" else answer.content
    return probe(content)


@pytest.mark.parametrize("container", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_openai_gives_every_format(server_of, container):
    found = heard(server_of("openai").speak(response_format=container), container)
    assert found.container == ("wav" if container == "pcm" else container)
    assert 1500 < found.duration_ms < 6000
    assert found.loudness_lufs is not None
    assert found.loudness_lufs > -35


@pytest.mark.parametrize("voice", ["alloy", "coral", "cedar", {"id": "nova"}])
def test_openais_voices_are_known_by_name_and_as_objects(server_of, voice):
    assert heard(server_of("openai").speak(voice=voice), "mp3").duration_ms > 1000


def test_openai_is_strict_about_fields_voices_models_and_length(server_of):
    openai = server_of("openai")
    for fields, field in (
        ({"language": "en"}, "language"),
        ({"voice": "nobody"}, "voice"),
        ({"model": "kokoro"}, "model"),
        ({"text": "a" * 4097}, "input"),
        ({"speed": 5}, "speed"),
        ({"response_format": "ogg"}, "response_format"),
        ({"stream_format": "sse"}, "stream_format"),
    ):
        answer = openai.speak(**fields)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, field), fields
    assert openai.bill() == []


def test_openai_wants_a_key_and_says_so_in_its_own_shape(sandbox):
    answer = httpx.post(f"{sandbox.base_url}/openai/v1/audio/speech", json={}, verify=TLS)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "authentication_error")
    assert answer.headers["x-request-id"]


def test_events_hold_base64_and_end_with_usage(server_of):
    answer = server_of("openai").speak(model="gpt-4o-mini-tts", stream_format="sse", response_format="mp3")
    assert answer.headers["content-type"] == "text/event-stream"
    lines = [line for line in answer.text.splitlines() if line]
    assert all(line.startswith("data: ") for line in lines)
    events = [json.loads(line[6:]) for line in lines]
    assert [event["type"] for event in events[:-1]] == ["speech.audio.delta"] * (len(events) - 1)
    assert probe(b"".join(base64.b64decode(event["audio"]) for event in events[:-1])).duration_ms > 1000
    assert events[-1]["type"] == "speech.audio.done"
    assert events[-1]["usage"]["total_tokens"] > 0


def test_models_are_listed_and_read_one_by_one(server_of):
    openai = server_of("openai")
    listed = openai.http.get("/v1/models").json()
    assert {row["id"] for row in listed["data"]} == {"tts-1", "tts-1-hd", "gpt-4o-mini-tts"}
    assert openai.http.get("/v1/models/tts-1").json()["object"] == "model"
    assert openai.http.get("/v1/models/tts-9").status_code == 404


def test_every_server_bills_code_points_under_its_own_name(server_of):
    for name in VOICES:
        server = server_of(name)
        assert server.speak("Hi 你.", response_format="wav").status_code == 200
        (line,) = server.bill()
        assert (line["provider"], line["characters"], line["operation"]) == (name, 5, "t2a")
        assert line["amount_micros"] == (75 if name == "openai" else 0)


def test_kokoro_streams_unless_told_not_to_and_then_a_failure_is_a_cut_file_with_200(server_of):
    kokoro = server_of("kokoro")
    assert "content-length" not in kokoro.speak(response_format="wav").headers
    assert "content-length" in kokoro.speak(response_format="wav", stream=False).headers
    kokoro.fault("cut_stream")
    with pytest.raises(httpx.RemoteProtocolError):
        kokoro.speak(response_format="wav")


def test_kokoro_mixes_voices_and_lists_them_in_two_shapes(server_of):
    kokoro = server_of("kokoro")
    assert heard(kokoro.speak(voice="af_bella(2)+am_adam"), "mp3").duration_ms > 1000
    assert {"id": "af_bella", "name": "af_bella"} in kokoro.http.get("/v1/audio/voices").json()["voices"]
    assert "af_bella" in kokoro.http.get("/v1/audio/voices", params={"legacy": "true"}).json()["voices"]


def test_f5_lists_models_under_another_key_and_errors_as_plain_text(server_of):
    f5 = server_of("f5")
    assert list(f5.http.get("/v1/models").json()) == ["models"]
    assert isinstance(f5.speak(voice="nobody").json()["error"], str)
    assert heard(f5.speak(response_format="nonsense"), "mp3").container == "mp3"


def test_speaches_speaks_names_of_openai_with_its_first_voice_and_wants_a_model_that_was_downloaded(server_of):
    speaches = server_of("speaches")
    assert heard(speaches.speak(voice="alloy"), "mp3").duration_ms > 1000
    assert [line["voice_id"] for line in speaches.bill()] == ["af_heart"]
    assert speaches.speak(voice="nobody").status_code == 422
    assert speaches.speak(model="tts-1").status_code == 404
    assert speaches.speak(speed=3).status_code == 422
    assert speaches.http.get("/v1/audio/voices").json()["voices"][0]["id"] == "af_heart"


def test_chatterbox_wants_file_names_knows_three_formats_and_calls_mp3_otherwise(server_of):
    chatterbox = server_of("chatterbox")
    assert chatterbox.speak(voice="Emily").status_code == 404
    assert chatterbox.speak(response_format="flac").status_code == 422
    assert chatterbox.speak(response_format="mp3").headers["content-type"] == "audio/mp3"


def test_chatterbox_keeps_the_old_recording_of_a_name_and_still_reports_it_as_uploaded(server_of):
    chatterbox = server_of("chatterbox")

    def upload(content, name="mine here.wav"):
        return chatterbox.http.post("/upload_reference", files={"files": (name, content)}).json()

    first = upload(tone(110))
    before = heard(chatterbox.speak(voice="mine_here.wav"), "wav")
    second = upload(tone(250))
    assert first["uploaded_files"] == second["uploaded_files"] == ["mine_here.wav"]
    assert before.duration_ms > 1000
    assert "mine_here.wav" in chatterbox.http.get("/get_reference_files").json()
    assert "mine_here.wav" not in chatterbox.http.get("/v1/audio/voices").json()["voices"]
    failed = upload(tone(110, seconds=31), "long.wav")
    assert (failed["uploaded_files"], failed["errors"][0]["filename"]) == ([], "long.wav")


def test_chatterbox_api_speaks_an_unknown_name_with_another_voice_and_says_200(server_of):
    server = server_of("chatterbox_api")
    answer = server.speak(voice="nobody", response_format="mp3")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert server.bill()[0]["voice_id"] == "default"


def test_chatterbox_api_keeps_a_library_of_voices(server_of):
    server = server_of("chatterbox_api")

    def add():
        return server.http.post(
            "/voices", data={"voice_name": "mine"}, files={"voice_file": ("mine.wav", tone(150))}
        ).status_code

    assert [add(), add()] == [201, 409]
    assert "mine" in [row["name"] for row in server.http.get("/voices").json()["voices"]]
    assert server.http.delete("/voices/mine").status_code == 200
    assert server.http.delete("/voices/mine").status_code == 404


def test_qwen3_wants_consent_replaces_a_name_and_numbers_its_errors(server_of):
    server = server_of("qwen3")

    def add(content, **form):
        return server.http.post("/v1/audio/voices", data=form, files={"audio_sample": ("a.wav", content)})

    assert add(tone(150), name="mine").json()["error"]["code"] == 400
    assert add(tone(110), name="mine", consent="recorded").json()["success"] is True
    assert add(tone(250), name="mine", consent="recorded").status_code == 200
    uploaded = server.http.get("/v1/audio/voices").json()["uploaded_voices"]
    assert [row["name"] for row in uploaded] == ["mine"]
    assert heard(server.speak(voice="mine"), "wav").duration_ms > 1000


def test_kani_gives_wav_and_samples_only_at_its_own_rate_and_knows_three_models(server_of):
    kani = server_of("kani")
    answer = kani.speak(response_format="pcm")
    assert (answer.headers["x-sample-rate"], answer.headers["x-bit-depth"]) == ("22050", "16")
    assert heard(kani.speak(), "wav").sample_rate == 22050
    assert kani.speak(response_format="mp3").status_code == 422
    assert kani.speak(model="kani").status_code == 422
    assert "Available" in kani.speak(voice="nobody").json()["detail"]
    assert kani.http.get("/v1/models").status_code == 404
    assert kani.http.get("/health").json()["tts_initialized"] is True


def test_a_voice_of_one_account_is_not_there_for_another(server_of):
    mine, other = server_of("qwen3"), server_of("qwen3", "another-key-of-qwen3")
    sample = {"audio_sample": ("a.wav", tone(150))}
    mine.http.post("/v1/audio/voices", data={"name": "private", "consent": "recorded"}, files=sample)
    assert mine.speak(voice="private").status_code == 200
    assert other.speak(voice="private").status_code == 400


@pytest.mark.parametrize(
    ("fault", "status"), [("rate_limit", 429), ("http_500", 500), ("wrong_content_type", 200), ("short_audio", 200)]
)
def test_faults_strike_in_the_servers_own_shape(server_of, fault, status):
    server = server_of("openai")
    server.fault(fault)
    answer = server.speak(response_format="wav")
    assert answer.status_code == status
    if fault == "rate_limit":
        assert answer.json()["error"]["type"] == "rate_limit_error"
    if fault == "short_audio":
        assert heard(answer, "wav").duration_ms <= 250
