"""`/clore`: the proxy of a published guide, repaired or as it was published."""

import base64

import httpx
import pytest

from providers.probe import probe
from tests.sandbox.customer import TLS


@pytest.fixture
def proxy(own_sandbox):
    headers = {"Authorization": "Bearer clore-key"}
    with httpx.Client(base_url=own_sandbox.base_url, headers=headers, timeout=30, verify=TLS) as http:
        yield http


def speak(proxy, **fields):
    return proxy.post("/clore/tts", json={"text": "Hello there.", **fields})


def publish(proxy, *, on):
    order = {"provider": "clore", "switch": "as_published", "on": on}
    proxy.post("/_sandbox/switches", json=order).raise_for_status()


def bill(proxy):
    return proxy.get("/_sandbox/bill", params={"key": "clore-key", "provider": "clore"}).json()["lines"]


@pytest.mark.parametrize("container", ["mp3", "wav", "flac"])
def test_a_repaired_proxy_gives_audio(proxy, container):
    answer = speak(proxy, output_format=container)
    assert answer.headers["content-type"] == f"audio/{container}"
    assert probe(answer.content).container == container
    assert bill(proxy)[0]["characters"] == len("Hello there.")


def test_as_published_it_gives_bytes_that_are_no_audio_or_falls_over_after_it_was_paid(proxy):
    publish(proxy, on=True)
    answer = speak(proxy, output_format="pcm")
    # A sample is two bytes, four digits, so the digits of samples always suit base64.
    assert answer.status_code == 200
    assert len(base64.b64encode(answer.content)) % 4 == 0
    assert bytes.fromhex(base64.b64encode(answer.content).decode())
    statuses = {speak(proxy, speed=0.8 + number / 20).status_code for number in range(8)}
    assert statuses <= {200, 500}
    assert len(bill(proxy)) == 9


def test_what_minimax_refuses_is_a_bare_500(proxy):
    answer = speak(proxy, voice_id="nobody_at_all")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert bill(proxy) == []


@pytest.mark.parametrize("fields", [{"text": 5}, {"speed": "fast"}])
def test_a_body_that_does_not_fit_is_refused_before_minimax_is_asked(proxy, fields):
    assert speak(proxy, **fields).status_code == 422
    assert bill(proxy) == []


def test_health_is_open(own_sandbox):
    answer = httpx.get(f"{own_sandbox.base_url}/clore/health", verify=TLS)
    assert answer.json() == {"status": "ok", "model": "minimax-speech-2.6"}
