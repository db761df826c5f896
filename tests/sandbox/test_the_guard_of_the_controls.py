import httpx
import pytest

from providers.sandbox.server import SandboxServer


@pytest.mark.parametrize("control", ["clock", "faults", "pace", "limits", "counting", "reset"])
def test_bodies_must_be_declared_as_json(customer, control):
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        answer = customer.controls.post(control, content=b"{}", headers=headers)
        assert answer.status_code == 415
        assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9100", "127.0.0.1.evil.example", "localhost.evil"])
def test_a_foreign_host_name_is_misdirected(customer, host):
    for method, path in (("GET", "clock"), ("GET", "bill"), ("POST", "reset"), ("DELETE", "faults")):
        headers = {"Host": host, "Content-Type": "application/json"}
        assert customer.controls.request(method, path, headers=headers).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:9100", "127.0.0.1:1", "[::1]", "[::1]:9100", "LOCALHOST"])
def test_local_names_are_answered(customer, host):
    assert customer.controls.get("clock", headers={"Host": host}).status_code == 200


def test_the_bound_host_is_answered():
    with SandboxServer(host="127.0.0.2") as server:
        assert httpx.get(f"{server.base_url}/_sandbox/clock").status_code == 200
        headers = {"Host": "127.0.0.3"}
        assert httpx.get(f"{server.base_url}/_sandbox/clock", headers=headers).status_code == 421


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("counting", {"rule": "by_weight"}),
        ("counting", {}),
        ("pace", {"first_byte_ms": -1}),
        ("pace", {"speed": 1}),
        ("reset", {"everything": True}),
        ("reset", []),
    ],
)
def test_unknown_fields_and_values_are_refused_with_a_sentence(customer, path, body):
    answer = customer.controls.post(path, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    "query", ["bill?provider=acme", "bill?keys=k", "voices?kind=cat", "requests?operation=sing", "clock?newer_than=x"]
)
def test_unknown_queries_are_refused_with_a_sentence(customer, query):
    answer = customer.controls.get(query)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_a_body_that_is_no_json_is_refused(customer):
    answer = customer.controls.post("clock", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_an_unknown_control_says_so(customer):
    assert customer.controls.get("weather").status_code == 404
    assert customer.controls.put("clock", json={}).status_code == 405


def test_requests_are_remembered_without_keys(customer):
    answer = customer.t2a("Hello there.")
    customer.upload(b"bytes", "mine.wav")
    listed = customer.requests()
    assert [row["operation"] for row in listed] == ["t2a", "files_upload"]
    assert listed[0]["trace_id"] == answer["trace_id"]
    assert listed[0]["body"]["text"] == "Hello there."
    assert listed[0]["phonemes"] == listed[0]["phonemes_without_rules"] != ""
    assert listed[1]["body"] == {"purpose": "voice_clone", "filename": "mine.wav", "bytes": 5}
    assert listed[1]["phonemes"] is None
    assert customer.key not in customer.controls.get("requests", params={"limit": 500}).text


def test_the_memory_of_requests_is_bounded(tenant):
    for _ in range(520):
        tenant.post("get_voice", {"voice_type": "voice_cloning"})
    assert len(tenant.requests(limit=1000)) == 500
    assert len(tenant.requests()) == 50
