"""UModelverse's surface: MiniMax's synchronous speech behind a gateway that refuses in OpenAI's shape."""

import json

import httpx
import pytest

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import SYSTEM_VOICE, TLS, tone

VOICE = {"voice_setting": {"voice_id": SYSTEM_VOICE}}


class Umodelverse:
    def __init__(self, customer):
        self.customer = customer
        self.http = httpx.Client(
            base_url=f"{customer.base_url}/umodelverse/v1/",
            headers={"Authorization": f"Bearer {customer.key}"},
            timeout=30,
            verify=TLS,
        )

    def say(self, text="Hello there.", **fields):
        return self.http.post("t2a_v2", json={"model": "speech-2.8-hd", "text": text, **VOICE, **fields})

    def code(self, **fields):
        answer = self.say(**fields)
        assert answer.status_code == 200
        return answer.json()["base_resp"]["status_code"]

    def bill(self):
        query = {"key": self.customer.key, "provider": "umodelverse"}
        return self.customer.controls.get("bill", params=query).json()["lines"]


@pytest.fixture
def umodelverse(customer):
    made = Umodelverse(customer)
    yield made
    made.http.close()


@pytest.fixture
def umodelverse_tenant(tenant):
    made = Umodelverse(tenant)
    yield made
    made.http.close()


def refusal(answer):
    """The gateway's code; the id of the request stands in `param`."""
    error = answer.json()["error"]
    assert error["param"] == answer.headers["trace-id"]
    return answer.status_code, error["code"]


@pytest.mark.parametrize(("model", "micros"), [("speech-2.8-hd", 350), ("speech-02-turbo", 200)])
def test_it_speaks_in_minimaxs_shape_and_bills_in_yuan(umodelverse, model, micros):
    answer = umodelverse.say("你好 you", model=model).json()
    assert bytes.fromhex(answer["data"]["audio"])[:3] == b"ID3"
    assert answer["extra_info"]["usage_characters"] == 8
    [line] = umodelverse.bill()
    assert (line["amount_micros"], line["currency"]) == (8 * micros, "CNY")


def test_a_stream_repeats_its_audio_unless_told_not_to(umodelverse):
    answer = umodelverse.say(stream=True)
    *pieces, last = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
    assert last["data"]["audio"] == "".join(frame["data"]["audio"] for frame in pieces)


def test_an_unknown_model_is_refused_by_the_gateway_and_a_wrong_field_by_minimax(umodelverse):
    assert refusal(umodelverse.say(model="speech-01-hd")) == (400, "param_error")
    assert umodelverse.code(audio_setting={"format": "opus", "sample_rate": 24000}) == 2013
    assert umodelverse.code(stream=True, audio_setting={"format": "wav"}) == 2013
    assert umodelverse.code(voice_setting={"voice_id": "nobody"}) == 2054
    assert umodelverse.code(voice_setting={"voice_id": SYSTEM_VOICE, "emotion": "whisper"}) == 2013


def test_the_weights_are_spelled_as_in_the_table(umodelverse):
    weights = [{"voice_id": SYSTEM_VOICE, "weight": 50}]
    assert umodelverse.code(voice_setting={"voice_id": ""}, timber_weights=weights) == 0
    assert umodelverse.code(voice_setting={"voice_id": ""}, timbre_weights=weights) == 2013


def test_keys_and_pace_are_the_gateways_matter(umodelverse):
    with SandboxServer(keys=["right"]) as server:
        url = f"{server.base_url}/umodelverse/v1/t2a_v2"
        assert refusal(httpx.post(url, json={})) == (401, "auth_error")
        assert refusal(httpx.post(url, json={}, headers={"Authorization": "Bearer wrong"})) == (401, "auth_error")
    umodelverse.customer.fault("rate_limit", provider="umodelverse")
    assert refusal(umodelverse.say()) == (429, "rate_limit")
    umodelverse.customer.fault("error_in_200", provider="umodelverse", status_code=1008)
    assert umodelverse.code() == 1008


def test_the_list_of_models_shows_texts_only(umodelverse):
    assert not any("speech" in row["id"] for row in umodelverse.http.get("models").json()["data"])


NATIVE = ("voice_clone", "voice_design", "get_voice", "delete_voice", "t2a_async_v2", "files/upload", "files/delete")


def test_minimaxs_other_routes_are_not_there(umodelverse):
    for path in NATIVE:
        assert refusal(umodelverse.http.post(path, json={})) == (404, "param_error")
    assert refusal(umodelverse.http.post("nonsense", json={})) == (404, "param_error")
    assert umodelverse.bill() == []


def test_they_are_once_they_are_switched_on(umodelverse_tenant):
    customer, http = umodelverse_tenant.customer, umodelverse_tenant.http
    customer.order("switches", {"provider": "umodelverse", "switch": "native_routes", "on": True})
    upload = http.post("files/upload", data={"purpose": "voice_clone"}, files={"file": ("a.wav", tone(150))}).json()
    clone = {"file_id": upload["file"]["file_id"], "voice_id": "Narrator_12"}
    assert http.post("voice_clone", json=clone).json()["base_resp"]["status_code"] == 0
    assert umodelverse_tenant.code(voice_setting={"voice_id": "Narrator_12"}) == 0
    assert [line["operation"] for line in umodelverse_tenant.bill()] == ["t2a", "clone_fee"]
    listed = http.post("get_voice", json={"voice_type": "voice_cloning"}).json()
    assert [row["voice_id"] for row in listed["voice_cloning"]] == ["Narrator_12"]
    assert customer.clones_listed() == []
    task = http.post("t2a_async_v2", json={"model": "speech-2.8-hd", "text": "Hello.", **VOICE}).json()["task_id"]
    query = {"task_id": task}
    assert http.get("query/t2a_async_query_v2", params=query).json()["base_resp"]["status_code"] == 0
    assert customer.http.get("query/t2a_async_query_v2", params=query).json()["base_resp"]["status_code"] == 2013
    customer.order("reset", {})
    assert refusal(http.post("get_voice", json={"voice_type": "all"})) == (404, "param_error")


def test_a_switch_is_named_and_either_on_or_off(umodelverse):
    controls = umodelverse.customer.controls
    for body in (
        {"provider": "minimax", "switch": "native_routes", "on": True},
        {"provider": "umodelverse", "switch": "nested_answers", "on": True},
        {"provider": "umodelverse", "switch": "native_routes", "on": 1},
    ):
        assert controls.post("switches", json=body).status_code == 400
