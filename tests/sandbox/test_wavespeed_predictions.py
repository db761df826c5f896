import time

import httpx
import numpy as np
import pytest

from providers.sandbox.encode import decode
from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import SENTENCE, f0, tone
from tests.sandbox.wavespeed_customer import CLONE, DESIGN, SPEECH, VOICE

AD = "Hello! Welcome to Wavespeed! This is a preview of your cloned voice. I hope you enjoy it!"
BODY = {"text": "Hello.", "voice_id": VOICE}


def test_a_submission_is_created_and_ends_in_an_output_that_needs_no_key(wavespeed):
    created = wavespeed.speak("The weather is fine today.", format="wav", sample_rate=16000, channel="2")
    assert (created["status"], created["outputs"], created["error"]) == ("created", [], "")
    done = wavespeed.ended(created)
    assert (done["status"], done["code"], done["model"]) == ("completed", 0, SPEECH)
    [url] = done["outputs"]
    content = httpx.get(url).content
    assert content[:4] == b"RIFF"
    assert len(decode(content, sample_rate=16000).samples) > 16000


def test_every_character_is_one_unit_also_a_chinese_one(wavespeed):
    wavespeed.ended(wavespeed.speak("你好 world", format="pcm"))
    [line] = wavespeed.bill()
    assert (line["provider"], line["operation"], line["model"]) == ("wavespeed", "t2a", "speech-02-hd")
    assert (line["characters"], line["amount_micros"]) == (8, 8 * 50)


def test_another_counting_rule_holds_here_too_and_none_gives_the_own_one_back(wavespeed):
    for rule in ("double", ""):
        wavespeed.order("counting", {"rule": rule})
        wavespeed.ended(wavespeed.speak("你好", format="pcm"))
    assert [line["characters"] for line in wavespeed.bill()] == [8, 2]


def test_a_submission_is_charged_before_it_is_read_and_reading_is_free(wavespeed):
    created = wavespeed.speak()
    assert len(wavespeed.bill()) == 1
    wavespeed.ended(created)
    wavespeed.read(created["id"])
    assert len(wavespeed.bill()) == 1
    assert wavespeed.bill()[0]["trace_id"] == created["id"]


def test_a_task_takes_its_time_on_the_clock_of_the_sandbox(wavespeed):
    wavespeed.order("pace", {"async_task_seconds": 3600})
    created = wavespeed.speak()
    assert wavespeed.read(created["id"])["status"] == "processing"
    wavespeed.order("clock", {"advance_seconds": 3601})
    assert wavespeed.ended(created)["status"] == "completed"


def test_leaving_the_emotion_out_means_happy_which_can_be_heard(wavespeed):
    heard = []
    for emotion in ({}, {"emotion": "happy"}, {"emotion": "neutral"}):
        done = wavespeed.ended(wavespeed.speak(SENTENCE, format="pcm", sample_rate=16000, **emotion))
        heard.append(f0(np.frombuffer(httpx.get(done["outputs"][0]).content, np.int16)))
        assert done["input"]["emotion"] == emotion.get("emotion", "happy")
    left_out, happy, neutral = heard
    assert left_out == pytest.approx(happy, rel=0.02)
    assert left_out > 1.05 * neutral


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", 1),
        ("emotion", "calm"),
        ("volume", 0.05),
        ("format", "opus"),
        ("speed", "fast"),
        ("text", ""),
        ("voice_id", None),
        ("sample_rate", 48000),
    ],
)
def test_a_wrong_field_is_refused_by_status(wavespeed, field, value):
    answer = wavespeed.post(SPEECH, {**BODY, field: value})
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert field in answer.json()["message"]
    assert wavespeed.bill() == []


def test_keys_models_and_predictions_that_nobody_knows(wavespeed, wavespeed_of, own_sandbox):
    assert httpx.post(f"{wavespeed.base_url}/api/v3/{SPEECH}", json=BODY).status_code == 401
    assert wavespeed.post("minimax/speech-9-hd", BODY).json() == {
        "code": 404,
        "message": "model minimax/speech-9-hd not found",
    }
    created = wavespeed.speak()
    stranger = wavespeed_of(own_sandbox)
    assert stranger.http.get(f"predictions/{created['id']}/result").status_code == 404


def test_a_voice_that_is_not_there_fails_inside_200_and_costs_nothing(wavespeed):
    done = wavespeed.ended(wavespeed.speak(voice="Nobody_0001"))
    assert (done["status"], done["code"], done["error"], done["outputs"]) == ("failed", 1401, "voice id not exist", [])
    assert wavespeed.bill() == []


def test_predictions_and_outputs_live_for_seven_days(wavespeed):
    done = wavespeed.ended(wavespeed.speak())
    wavespeed.order("clock", {"advance_seconds": 7 * 86400 - 60})
    assert httpx.get(done["outputs"][0]).status_code == 200
    assert wavespeed.read(done["id"])["status"] == "completed"
    wavespeed.order("clock", {"advance_seconds": 61})
    assert httpx.get(done["outputs"][0]).status_code == 403
    assert wavespeed.http.get(f"predictions/{done['id']}/result").json()["code"] == 404


@pytest.mark.parametrize(("short", "end"), [(False, "/result"), (True, "")])
def test_the_result_is_behind_either_form_of_its_url(wavespeed, short, end):
    wavespeed.turn("short_result_url", on=short)
    created = wavespeed.speak()
    assert created["urls"]["get"] == f"{wavespeed.base_url}/api/v3/predictions/{created['id']}{end}"
    answer = wavespeed.http.get(created["urls"]["get"])
    assert answer.json()["data"]["id"] == created["id"]


def test_outputs_may_be_objects_and_the_url_may_be_foreign(wavespeed):
    wavespeed.turn("object_outputs")
    wavespeed.turn("foreign_result_url")
    done = wavespeed.ended(wavespeed.speak())
    assert httpx.get(done["outputs"][0]["url"]).status_code == 200
    assert done["urls"]["get"].startswith("https://results.elsewhere.example/")


def test_sync_mode_answers_with_the_result(wavespeed):
    done = wavespeed.speak(enable_sync_mode=True)
    assert (done["status"], done["code"]) == ("completed", 0)
    assert len(done["outputs"]) == 1


def test_sync_mode_gives_up_while_the_work_goes_on(wavespeed):
    wavespeed.order("pace", {"async_task_seconds": 3600, "sync_hold_seconds": 0.2})
    held = wavespeed.speak(enable_sync_mode=True)
    assert (held["status"], held["code"], held["outputs"]) == ("processing", 5004, [])
    assert held["error"].startswith("Sync mode timed out")
    wavespeed.order("clock", {"advance_seconds": 3601})
    assert wavespeed.ended(held)["status"] == "completed"
    assert len(wavespeed.bill()) == 1


def test_a_gateway_gives_up_with_the_id_or_without_and_the_work_is_charged(wavespeed):
    wavespeed.fault("gateway_timeout")
    lost = wavespeed.post(SPEECH, BODY)
    assert (lost.status_code, lost.headers["content-type"]) == (504, "text/html; charset=utf-8")
    wavespeed.fault("gateway_timeout_with_id")
    told = wavespeed.post(SPEECH, BODY)
    assert told.status_code == 504
    assert wavespeed.ended({"status": "processing", **told.json()["data"]})["status"] == "completed"
    assert len(wavespeed.bill()) == 2


@pytest.mark.parametrize(("fault", "status"), [("task_failed", "failed"), ("task_expired", "timeout")])
def test_an_ordered_failure_of_a_task_is_charged_as_it_is(wavespeed, fault, status):
    wavespeed.fault(fault)
    done = wavespeed.ended(wavespeed.speak())
    assert (done["status"], done["code"], done["outputs"]) == (status, 5000, [])
    assert len(wavespeed.bill()) == 1


@pytest.mark.parametrize(
    ("fault", "fields", "expected"),
    [("error_in_200", {}, 5000), ("error_in_200", {"status_code": 1200}, 1200), ("voice_gone", {}, 1401)],
)
def test_an_ordered_error_fails_inside_200_and_is_not_charged(wavespeed, fault, fields, expected):
    wavespeed.fault(fault, **fields)
    assert wavespeed.ended(wavespeed.speak())["code"] == expected
    assert wavespeed.bill() == []


def test_other_faults_strike_the_submission_as_they_do_elsewhere(wavespeed):
    wavespeed.fault("rate_limit")
    assert wavespeed.post(SPEECH, BODY).json() == {"code": 429, "message": "Too many requests"}
    wavespeed.fault("http_500", status_code=503)
    assert wavespeed.post(SPEECH, BODY).status_code == 503
    wavespeed.fault("wrong_content_type")
    assert wavespeed.post(SPEECH, BODY).headers["content-type"].startswith("text/html")
    for fault in ("timeout_before_charge", "close_connection"):
        wavespeed.fault(fault, seconds=0.05)
        with pytest.raises(httpx.RemoteProtocolError):
            wavespeed.post(SPEECH, BODY)
    assert wavespeed.bill() == []
    for fault in ("timeout_after_charge", "cut_stream"):
        wavespeed.fault(fault, seconds=0.05)
        with pytest.raises(httpx.RemoteProtocolError):
            wavespeed.post(SPEECH, BODY)
    assert len(wavespeed.bill()) == 2
    wavespeed.fault("bad_hex")
    done = wavespeed.ended(wavespeed.speak(format="wav"))
    assert httpx.get(done["outputs"][0]).content[:1] == b"z"


def test_a_fault_for_one_provider_spares_the_others(wavespeed, tenant):
    wavespeed.order("faults", {"provider": "wavespeed", "operation": "t2a", "fault": "rate_limit"})
    assert tenant.t2a("Hello.")["base_resp"]["status_code"] == 0
    assert wavespeed.post(SPEECH, BODY).status_code == 429
    refused = wavespeed.controls.post("faults", json={"operation": "t2a", "fault": "gateway_timeout"})
    assert refused.status_code == 400


def test_limits_are_kept(wavespeed):
    wavespeed.order("limits", {"key": wavespeed.key, "rpm": 1})
    wavespeed.speak()
    assert wavespeed.post(SPEECH, BODY).status_code == 429


def test_a_clone_pulls_its_recording_and_is_kept_by_its_first_use(wavespeed):
    done = wavespeed.clone("Pulled_voice_1")
    assert done["status"] == "completed"
    assert "voice" not in str(done["outputs"]).replace("wavespeed", "")
    assert [line["operation"] for line in wavespeed.bill()] == ["clone_preview"]
    [voice] = wavespeed.controls.get("voices", params={"key": wavespeed.key}).json()["voices"]
    assert (voice["provider"], voice["voice_id"], voice["state"]) == ("wavespeed", "Pulled_voice_1", "temporary")
    wavespeed.ended(wavespeed.speak(voice="Pulled_voice_1"))
    assert [line["operation"] for line in wavespeed.bill()] == ["clone_preview", "t2a"]
    wavespeed.order("clock", {"advance_seconds": 8 * 86400})
    assert wavespeed.ended(wavespeed.speak(voice="Pulled_voice_1"))["status"] == "completed"


def test_a_clone_that_is_not_used_is_gone_after_seven_days(wavespeed):
    wavespeed.clone("Unused_voice_1")
    wavespeed.order("clock", {"advance_seconds": 168 * 3600})
    assert wavespeed.ended(wavespeed.speak(voice="Unused_voice_1"))["error"] == "voice id not exist"


@pytest.mark.parametrize("text", [None, ""])
def test_a_clone_without_a_text_speaks_the_advertisement_and_charges_it(wavespeed, text):
    wavespeed.clone("Advertised_1", text=text)
    [line] = wavespeed.bill()
    assert (line["operation"], line["characters"]) == ("clone_preview", len(AD))


@pytest.mark.parametrize("voice_id", ["Short_1", "NoDigitsHere", "1starts_with_digit", "Bad.sign.123", "Wise_Woman"])
def test_a_voice_id_against_the_rules_fails(wavespeed, voice_id):
    done = wavespeed.clone(voice_id)
    assert (done["status"], done["code"]) == ("failed", 1401)
    assert wavespeed.bill() == []


def test_a_voice_id_is_given_away_once_but_minimax_has_ids_of_its_own(wavespeed, tenant):
    assert tenant.clone("Same_id_0001")["base_resp"]["status_code"] == 0
    assert wavespeed.clone("Same_id_0001")["status"] == "completed"
    assert wavespeed.clone("Same_id_0001")["error"].endswith("duplicate")
    assert tenant.t2a("Hello.", "Same_id_0001")["base_resp"]["status_code"] == 0
    made = wavespeed.controls.get("voices", params={"provider": "wavespeed"}).json()["voices"]
    assert [voice["voice_id"] for voice in made] == ["Same_id_0001"]


def test_a_recording_that_cannot_be_fetched_or_used_fails_inside_200(wavespeed):
    body = {"custom_voice_id": "Unheard_0001", "text": "Hi."}
    done = wavespeed.ended(wavespeed.submit(CLONE, {**body, "audio": "http://127.0.0.1:1/sample.wav"}))
    assert (done["status"], done["code"]) == ("failed", 1402)
    done = wavespeed.ended(wavespeed.submit(CLONE, {**body, "audio": wavespeed.upload(tone(120, seconds=3))}))
    assert (done["status"], done["code"]) == ("failed", 1401)
    done = wavespeed.ended(wavespeed.submit(CLONE, {**body, "audio": wavespeed.upload(b"no audio")}))
    assert (done["status"], done["code"]) == ("failed", 1405)
    assert wavespeed.post(CLONE, {"text": "Hi."}).status_code == 400
    assert wavespeed.bill() == []


def test_a_designed_voice_speaks(wavespeed):
    body = {"prompt": "a deep male narrator", "custom_voice_id": "Designed_0001", "text": "Hello there."}
    assert wavespeed.ended(wavespeed.submit(DESIGN, body))["status"] == "completed"
    assert wavespeed.ended(wavespeed.speak(voice="Designed_0001"))["status"] == "completed"
    assert [line["operation"] for line in wavespeed.bill()] == ["design_preview", "t2a"]
    assert wavespeed.post(DESIGN, {**body, "text": "a" * 501}).status_code == 400


def test_the_list_the_balance_the_models_and_the_prices_are_free(wavespeed):
    for _ in range(3):
        wavespeed.ended(wavespeed.speak())
    wavespeed.ended(wavespeed.speak(voice="Nobody_0001"))
    for page in (wavespeed.http.get("predictions", params={"page_size": "2", "status": "completed"}),
                 wavespeed.http.post("predictions", json={"page_size": 2, "status": "completed"})):  # fmt: skip
        data = page.json()["data"]
        assert (data["total"], len(data["items"])) == (3, 2)
    assert wavespeed.http.get("balance").json()["data"] == {"balance": 1000 - 3 * 6 * 50 / 1_000_000}
    rows = wavespeed.http.get("models").json()["data"]
    assert {"model_id", "base_price", "formula", "api_schema"} <= rows[0].keys()
    asked = {"model_id": SPEECH, "inputs": {"text": "0123456789"}}
    assert wavespeed.http.post("model/price", json=asked).json()["data"]["price"] == 0.0005
    clone = {"model_id": CLONE, "inputs": {}}
    assert wavespeed.http.post("model/price", json=clone).json()["data"]["price"] == len(AD) * 50 / 1_000_000


def test_a_restart_forgets_no_prediction_and_goes_on_with_it(tmp_path, wavespeed_of):
    state = tmp_path / "state"
    with SandboxServer(state=state) as server:
        customer = wavespeed_of(server, "key")
        customer.order("pace", {"async_task_seconds": 3600})
        created = customer.speak()
    with SandboxServer(state=state) as server:
        customer = wavespeed_of(server, "key")
        customer.order("clock", {"advance_seconds": 3600})
        assert customer.ended(created)["status"] == "completed"
        assert len(customer.bill()) == 1


def test_holding_a_sync_call_ends_when_the_server_stops(wavespeed_of):
    server = SandboxServer()
    customer = wavespeed_of(server)
    customer.order("pace", {"async_task_seconds": 3600})
    with pytest.raises(httpx.ReadTimeout):
        customer.http.post(SPEECH, json={**BODY, "enable_sync_mode": True}, timeout=0.3)
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 2
