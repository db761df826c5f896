import httpx
import pytest

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import SYSTEM_VOICE, code, message


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "get_voice"), ("POST", "no_such_thing"), ("GET", "t2a_v2"), ("POST", "t2a_v2/"), ("POST", "files/list")],
)
def test_a_wrong_path_or_method_is_a_plain_404(customer, method, path):
    answer = customer.http.request(method, path)
    assert answer.status_code == 404
    assert answer.text == "404 page not found"
    assert answer.headers["content-type"].startswith("text/plain")


def test_every_answer_has_a_trace_id_and_the_speech_body_repeats_it(customer):
    spoken = customer.http.post(
        "t2a_v2", json={"model": "speech-02-turbo", "text": "Hi.", "voice_setting": {"voice_id": SYSTEM_VOICE}}
    )
    assert spoken.json()["trace_id"] == spoken.headers["Trace-Id"]
    others = [customer.http.post("t2a_v2", json={}), customer.http.get("nowhere"), customer.controls.get("clock")]
    assert len({answer.headers["Trace-Id"] for answer in [spoken, *others]}) == 4


def test_errors_are_http_200_with_a_base_resp(customer):
    answer = customer.http.post("t2a_v2", json={})
    assert answer.status_code == 200
    assert code(answer.json()) == 2013
    assert answer.json()["data"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "t2a_v2", {"model": "speech-02-hd", "text": "Hi.", "voice_setting": {"voice_id": SYSTEM_VOICE}}),
        ("POST", "t2a_async_v2", {"model": "speech-02-hd", "text": "Hi.", "voice_setting": {"voice_id": SYSTEM_VOICE}}),
        ("GET", "query/t2a_async_query_v2?task_id=1", None),
        ("POST", "files/upload", {}),
        ("GET", "files/list?purpose=voice_clone", None),
        ("GET", "files/retrieve?file_id=1", None),
        ("GET", "files/retrieve_content?file_id=1", None),
        ("POST", "files/delete", {}),
        ("POST", "voice_clone", {}),
        ("POST", "voice_design", {"prompt": "An old man", "preview_text": "Hello."}),
        ("POST", "get_voice", {"voice_type": "all"}),
        ("POST", "delete_voice", {}),
    ],
)
def test_a_verdict_is_in_every_answer_good_or_bad(customer, method, path, body):
    answer = customer.http.request(method, path, json=body)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "application/json")
    verdict = answer.json()["base_resp"]
    assert (type(verdict["status_code"]), type(verdict["status_msg"])) == (int, str)


@pytest.mark.parametrize("header", [None, "Bearer", "Basic a2V5", "key"])
def test_a_call_without_a_bearer_key_is_a_login_failure(sandbox, header):
    headers = {} if header is None else {"Authorization": header}
    answer = httpx.post(f"{sandbox.base_url}/minimax/v1/get_voice", json={"voice_type": "all"}, headers=headers)
    assert answer.status_code == 200
    assert code(answer.json()) == 1004
    assert message(answer.json()).startswith("login fail: Please carry the API secret key")


def test_the_group_id_may_be_absent_or_right_but_not_wrong_or_empty(customer):
    group_id = customer.controls.get("account", params={"key": customer.key}).json()["group_id"]
    answers = {
        query: customer.http.post(f"get_voice{query}", json={"voice_type": "voice_cloning"}).json()
        for query in ("", f"?GroupId={group_id}", "?GroupId=123", "?GroupId=")
    }
    assert [code(answer) for answer in answers.values()] == [0, 0, 1004, 1008]
    assert message(answers["?GroupId=123"]) == "token not match group"
    assert message(answers["?GroupId="]) == "insufficient balance"


def test_unknown_keys_of_a_body_are_ignored(customer):
    answer = customer.t2a("Hello.", voice_settings={"speed": 9}, english_normalization=True, nonsense=[1])
    assert code(answer) == 0


def test_the_old_spelling_of_a_voice_mix_is_ignored_so_the_voice_is_missing(customer):
    mix = [{"voice_id": SYSTEM_VOICE, "weight": 1}]
    assert code(customer.t2a("Hello.", voice="", timber_weights=mix)) == 2013
    assert code(customer.t2a("Hello.", voice="", timbre_weights=mix)) == 0


def test_a_body_that_is_not_declared_as_json_binds_nothing(customer):
    answer = customer.http.post("get_voice", content=b'{"voice_type": "all"}', headers={"Content-Type": "text/plain"})
    assert code(answer.json()) == 2013


@pytest.mark.parametrize("content", [b"{", b"[]", b'"text"', b'{"model": NaN}', b"\xff\xfe\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(customer, content):
    answer = customer.http.post("t2a_v2", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert code(answer.json()) == 2013


def test_half_a_surrogate_pair_is_replaced_and_spoken(customer):
    content = b'{"model": "speech-02-hd", "text": "Hello \\ud83d there", "voice_setting": {"voice_id": "Grinch"}}'
    answer = customer.http.post("t2a_v2", content=content, headers={"Content-Type": "application/json"})
    assert answer.json()["extra_info"]["usage_characters"] == 13


def test_a_sandbox_with_given_keys_knows_no_others(customer_of):
    with SandboxServer(keys=["known"]) as server:
        known, unknown = customer_of(server, "known"), customer_of(server, "unknown")
        assert code(known.t2a("Hello.")) == 0
        assert code(unknown.t2a("Hello.")) == 1004
        assert unknown.bill() == []
