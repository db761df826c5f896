"""PPIO's surface: the model in the path, flat answers up to 2.6, nested ones after, tasks, clones pulled from a URL."""

import json
import re

import httpx
import pytest

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import SYSTEM_VOICE, TLS, tone

FLAT = ("02-turbo", "02-hd", "2.5-hd-preview", "2.5-turbo-preview", "2.6-hd", "2.6-turbo")
NESTED = ("2.8-hd", "2.8-turbo")
VOICE = {"voice_setting": {"voice_id": SYSTEM_VOICE}}
WEEK = 168 * 3600


class Ppio:
    def __init__(self, customer):
        self.customer = customer
        self.http = httpx.Client(
            base_url=f"{customer.base_url}/ppio/v3/",
            headers={"Authorization": f"Bearer {customer.key}"},
            timeout=30,
            verify=TLS,
        )

    def say(self, model="02-turbo", text="Hello there.", **fields):
        return self.http.post(f"minimax-speech-{model}", json={"text": text, **VOICE, **fields})

    def frames(self, model="02-turbo", **fields):
        answer = self.say(model, stream=True, **fields)
        assert answer.headers["content-type"] == "text/event-stream"
        return [json.loads(line[6:]) for line in answer.text.splitlines() if line]

    def submit(self, model="02-turbo", text="Hello there.", **fields):
        return self.http.post(f"async/minimax-speech-{model}", json={"text": text, **VOICE, **fields})

    def result(self, task_id):
        return self.http.get("async/task-result", params={"task_id": task_id})

    def finished(self, task_id):
        for _ in range(40):
            answer = self.result(task_id).json()
            if answer["task"]["status"] not in ("TASK_STATUS_QUEUED", "TASK_STATUS_PROCESSING"):
                return answer
        raise AssertionError(answer)

    def sample_url(self, seconds=11.0, content=None):
        """A recording behind an address, as a presigned one would be."""
        file_id = self.customer.upload(content if content is not None else tone(150, seconds))
        shown = self.customer.http.get("files/retrieve", params={"file_id": file_id}).json()
        return shown["file"]["download_url"]

    def clone(self, **fields):
        return self.http.post("minimax-voice-cloning", json={"audio_url": self.sample_url(), **fields})

    def bill(self):
        query = {"key": self.customer.key, "provider": "ppio"}
        return self.customer.controls.get("bill", params=query).json()["lines"]

    def fault(self, fault, operation="t2a", **fields):
        self.customer.fault(fault, operation, provider="ppio", **fields)


@pytest.fixture
def ppio(customer):
    made = Ppio(customer)
    yield made
    made.http.close()


@pytest.fixture
def ppio_tenant(tenant):
    made = Ppio(tenant)
    yield made
    made.http.close()


def reason(answer):
    body = answer.json()
    assert body["code"] == answer.status_code
    assert body["metadata"] == {}
    return answer.status_code, body["reason"]


@pytest.mark.parametrize("model", FLAT)
def test_up_to_2_6_the_whole_answer_is_the_audio_and_tells_no_characters_but_they_are_billed(ppio, model):
    answer = ppio.say(model, "你好 you")
    assert list(answer.json()) == ["audio"]
    assert bytes.fromhex(answer.json()["audio"])[:3] == b"ID3"
    assert "trace-id" not in answer.headers
    line = ppio.bill()[0]
    assert (line["provider"], line["operation"], line["characters"]) == ("ppio", "t2a", 8)
    assert line["amount_micros"] == 8 * (100 if "hd" in model else 60)
    assert line["currency"] == "USD"


@pytest.mark.parametrize("model", NESTED)
def test_from_2_8_on_the_answer_is_nested_and_tells_the_characters(ppio, model):
    answer = ppio.say(model).json()
    assert bytes.fromhex(answer["data"]["audio"])[:3] == b"ID3"
    assert answer["extra_info"]["usage_characters"] == 12
    assert answer["base_resp"]["status_code"] == 0
    assert ppio.bill()[0]["trace_id"] == answer["trace_id"]


@pytest.mark.parametrize("name", ["2.5-hd", "2.6-hd-preview", "01-hd", "2.9-hd"])
def test_only_2_5_is_called_a_preview(ppio, name):
    assert reason(ppio.say(name)) == (404, "API_NOT_FOUND")
    assert reason(ppio.submit(name)) == (404, "API_NOT_FOUND")


def test_a_wrong_path_is_answered_by_the_gateway(ppio):
    for path in ("get_voice", "delete_voice", "files/upload"):
        assert reason(ppio.http.post(f"../v1/{path}", json={})) == (404, "API_NOT_FOUND")


@pytest.mark.parametrize("model", ["02-turbo", "2.8-turbo"])
def test_an_address_may_come_in_the_place_of_the_audio_and_dies_after_a_day(ppio_tenant, model):
    body = ppio_tenant.say(model, output_format="url").json()
    url = body.get("data", body)["audio"]
    assert httpx.get(url).content[:3] == b"ID3"
    ppio_tenant.customer.advance(25 * 3600)
    assert httpx.get(url).status_code == 403


def test_a_flat_stream_repeats_all_audio_at_its_end_unless_told_not_to(ppio):
    *pieces, last = ppio.frames()
    assert {frame["status"] for frame in pieces} == {1}
    assert last == {"audio": "".join(frame["audio"] for frame in pieces), "status": 2}
    assert ppio.frames(stream_options={"exclude_aggregated_audio": True})[-1] == {"status": 2}


def test_a_nested_stream_is_minimaxs(ppio):
    frames = ppio.frames("2.8-turbo")
    assert frames[-1]["extra_info"]["usage_characters"] == 12
    assert frames[-1]["data"]["status"] == 2


def test_wav_is_not_streamed(ppio):
    assert ppio.say(audio_setting={"format": "wav"}).status_code == 200
    assert reason(ppio.say(stream=True, audio_setting={"format": "wav"})) == (400, "INVALID_REQUEST_BODY")


@pytest.mark.parametrize(
    ("model", "emotion", "taken"),
    [("02-hd", "neutral", True), ("2.6-hd", "neutral", True), ("2.6-hd", "calm", False), ("2.8-hd", "calm", True),
     ("2.8-hd", "neutral", False), ("2.8-hd", "whisper", False), ("02-hd", "fluent", False)],
)  # fmt: skip
def test_emotions_change_with_the_generation(ppio, model, emotion, taken):
    answer = ppio.say(model, voice_setting={"voice_id": SYSTEM_VOICE, "emotion": emotion})
    if taken:
        assert answer.status_code == 200
        assert answer.json().get("base_resp", {"status_code": 0})["status_code"] == 0
    elif model in NESTED:
        assert answer.json()["base_resp"]["status_code"] == 2013
    else:
        assert reason(answer) == (400, "INVALID_REQUEST_BODY")


@pytest.mark.parametrize(
    ("model", "spelling"), [("02-hd", "timber_weights"), ("2.6-hd", "timbre_weights"), ("2.8-hd", "timber_weights")]
)
def test_the_spelling_of_the_weights_changes_with_the_generation_and_another_is_ignored(ppio, model, spelling):
    weights = [{"voice_id": SYSTEM_VOICE, "weight": 50}]
    wrong = "timbre_weights" if spelling == "timber_weights" else "timber_weights"
    assert "audio" in json.dumps(ppio.say(model, voice_setting={"voice_id": ""}, **{spelling: weights}).json())
    refused = ppio.say(model, voice_setting={"voice_id": ""}, **{wrong: weights})
    assert refused.status_code == 400 or refused.json()["base_resp"]["status_code"] == 2013


def test_ten_thousand_characters_are_too_many(ppio):
    assert reason(ppio.say(text="a" * 10_000)) == (400, "INVALID_REQUEST_BODY")


def test_a_bad_key_is_forbidden_and_no_key_is_a_bad_request(customer_of):
    with SandboxServer(keys=["right"]) as server:
        url = f"{server.base_url}/ppio/v3/minimax-speech-2.8-hd"
        body = {"text": "Hi.", **VOICE}
        assert reason(httpx.post(url, json=body)) == (400, "MISSING_API_KEY")
        wrong = {"Authorization": "Bearer wrong"}
        assert reason(httpx.post(url, json=body, headers=wrong)) == (403, "INVALID_API_KEY")
        assert httpx.post(url, json=body, headers={"Authorization": "Bearer right"}).status_code == 200


def test_2_8_says_what_minimax_refuses_in_a_200_and_what_the_gateway_refuses_with_its_status(ppio):
    assert ppio.say("2.8-hd", voice_setting={"voice_id": "nobody"}).json()["base_resp"]["status_code"] == 2054
    assert reason(ppio.say("2.6-hd", voice_setting={"voice_id": "nobody"})) == (400, "INVALID_REQUEST_BODY")
    ppio.fault("rate_limit")
    assert reason(ppio.say("2.8-hd")) == (429, "RATE_LIMIT_EXCEEDED")


def test_faults_of_another_provider_do_not_strike_here(ppio):
    ppio.customer.fault("rate_limit")
    assert ppio.say().status_code == 200


def test_an_error_in_the_middle_of_a_flat_stream_is_the_gateways_envelope(ppio):
    ppio.fault("error_mid_stream")
    frames = ppio.frames(text="Hello there, this is a longer text to be spoken in pieces.")
    assert frames[0]["status"] == 1
    assert frames[-1]["reason"] == "TASK_FAILED"


def test_the_older_models_answer_nested_once_that_is_switched_on(ppio_tenant):
    ppio_tenant.customer.order("switches", {"provider": "ppio", "switch": "nested_answers", "on": True})
    assert ppio_tenant.say("02-hd").json()["extra_info"]["usage_characters"] == 12
    ppio_tenant.customer.order("reset", {})
    assert "extra_info" not in ppio_tenant.say("02-hd").json()


def test_a_long_text_is_a_task_whose_result_is_an_address(ppio_tenant):
    answer = ppio_tenant.submit(text="你好 you").json()
    assert list(answer) == ["task_id"]
    task_id = answer["task_id"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", task_id)
    assert ppio_tenant.bill()[0]["characters"] == 8
    waiting = ppio_tenant.result(task_id).json()
    assert waiting["task"]["status"] in ("TASK_STATUS_QUEUED", "TASK_STATUS_PROCESSING")
    assert waiting["audios"] == []
    ppio_tenant.customer.advance(5)
    done = ppio_tenant.finished(task_id)
    assert done["task"]["status"] == "TASK_STATUS_SUCCEED"
    assert done["task"]["task_type"] == "MINIMAX_SPEECH_02_TURBO"
    [audio] = done["audios"]
    assert (audio["audio_url_ttl"], audio["audio_type"]) == ("0", "mp3")
    assert httpx.get(audio["audio_url"]).content[:3] == b"ID3"


def test_2_8_tells_the_characters_when_a_long_text_is_submitted(ppio):
    answer = ppio.submit("2.8-hd").json()
    assert answer["usage_characters"] == 12
    assert answer["base_resp"]["status_code"] == 0


def test_long_texts_of_2_8_take_another_name_for_the_rate_no_emotion_no_wav_and_two_channels(ppio_tenant):
    voice = {"voice_id": SYSTEM_VOICE, "emotion": "happy"}
    assert ppio_tenant.submit("2.8-hd", voice_setting=voice).json()["base_resp"]["status_code"] == 2013
    assert ppio_tenant.submit("2.6-hd", voice_setting=voice).status_code == 200
    wav = {"format": "wav"}
    assert ppio_tenant.submit("2.8-hd", audio_setting=wav).json()["base_resp"]["status_code"] == 2013
    assert ppio_tenant.submit("2.6-hd", audio_setting=wav).status_code == 200
    pcm = {"format": "pcm", "sample_rate": 8000}
    lengths = {}
    for model in ("2.6-hd", "2.8-hd"):
        task_id = ppio_tenant.submit(model, audio_setting=pcm).json()["task_id"]
        ppio_tenant.customer.advance(5)
        url = ppio_tenant.finished(task_id)["audios"][0]["audio_url"]
        lengths[model] = len(httpx.get(url).content)
    # Ignored: the rate stays at 32000; and there are two channels.
    assert lengths["2.8-hd"] / lengths["2.6-hd"] == pytest.approx(8, rel=0.1)


def test_a_failed_task_says_why_in_a_200_and_an_expired_one_is_not_found(ppio_tenant):
    ppio_tenant.fault("task_failed", "t2a_async")
    failed = ppio_tenant.submit().json()["task_id"]
    ppio_tenant.fault("task_expired", "t2a_async")
    expired = ppio_tenant.submit().json()["task_id"]
    ppio_tenant.customer.advance(5)
    answer = ppio_tenant.result(failed)
    assert (answer.status_code, answer.json()["task"]["status"]) == (200, "TASK_STATUS_FAILED")
    assert answer.json()["task"]["reason"]
    assert reason(ppio_tenant.result(expired)) == (404, "TASK_NOT_FOUND")
    assert reason(ppio_tenant.result("nonsense")) == (404, "TASK_NOT_FOUND")


def test_a_clone_is_pulled_from_an_address_and_gets_an_id_of_the_vendors(ppio):
    answer = ppio.clone()
    assert list(answer.json()) == ["voice_id", "demo_audio_url"]
    voice_id = answer.json()["voice_id"]
    assert re.fullmatch(r"voice_[0-9a-f-]{36}", voice_id)
    assert answer.json()["demo_audio_url"] == ""
    assert ppio.bill() == []
    assert ppio.say(voice_setting={"voice_id": voice_id}).status_code == 200
    assert [line["operation"] for line in ppio.bill()] == ["t2a", "clone_fee"]
    shown = next(
        row for row in ppio.customer.controls.get("voices", params={"key": ppio.customer.key}).json()["voices"]
    )
    assert (shown["provider"], shown["state"]) == ("ppio", "permanent")


def test_a_voice_of_ppio_is_unknown_at_minimax(ppio):
    voice_id = ppio.clone().json()["voice_id"]
    assert ppio.customer.t2a("Hello.", voice_id)["base_resp"]["status_code"] == 2054


def test_the_preview_is_charged_and_activates_nothing(ppio_tenant):
    answer = ppio_tenant.clone(text="Hello there.", model="speech-02-turbo").json()
    assert httpx.get(answer["demo_audio_url"]).content[:3] == b"ID3"
    assert [(line["operation"], line["characters"]) for line in ppio_tenant.bill()] == [("clone_preview", 12)]
    ppio_tenant.customer.advance(WEEK)
    refused = ppio_tenant.say(voice_setting={"voice_id": answer["voice_id"]})
    assert reason(refused) == (400, "INVALID_REQUEST_BODY")
    assert refused.json()["message"] == "voice id not exist"


def test_a_preview_needs_a_model_of_the_list(ppio):
    assert reason(ppio.clone(text="Hello.")) == (400, "INVALID_REQUEST_BODY")
    assert reason(ppio.clone(text="Hello.", model="speech-2.6-hd")) == (400, "INVALID_REQUEST_BODY")


@pytest.mark.parametrize("recording", [tone(150, 9), tone(150, 301), b"no audio at all", b"RIFF no audio either"])
def test_recordings_that_do_not_fit_are_refused(ppio, recording):
    url = ppio.sample_url(content=recording)
    answer = ppio.http.post("minimax-voice-cloning", json={"audio_url": url})
    assert reason(answer) == (400, "INVALID_AUDIO_FILE")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a.mp3", "http://no-such-host.invalid/a.mp3", "http://[half"])
def test_an_address_that_cannot_be_fetched_is_an_invalid_audio_file(ppio, url):
    answer = ppio.http.post("minimax-voice-cloning", json={"audio_url": url})
    assert reason(answer) == (400, "INVALID_AUDIO_FILE")


def test_nothing_but_http_is_fetched(ppio):
    for url in ("file:///etc/passwd", "ftp://example.com/a.mp3", ""):
        answer = ppio.http.post("minimax-voice-cloning", json={"audio_url": url})
        assert reason(answer) == (400, "INVALID_REQUEST_BODY")


def test_the_prompt_is_pulled_too_and_is_short(ppio):
    prompt = {"prompt_audio_url": ppio.sample_url(5.0), "prompt_text": "Hello there."}
    assert ppio.clone(clone_prompt=prompt).status_code == 200
    long = {"prompt_audio_url": ppio.sample_url(9.0), "prompt_text": "Hello there."}
    assert reason(ppio.clone(clone_prompt=long)) == (400, "INVALID_AUDIO_FILE")
    assert reason(ppio.clone(clone_prompt={**prompt, "prompt_text": "no end"})) == (400, "INVALID_REQUEST_BODY")
