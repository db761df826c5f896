"""OpenAI's own client, unmodified, speaks to the sandbox by nothing but its base URL."""

import base64
import json

import openai
import pytest

from providers.probe import probe, wrap_pcm
from providers.sandbox.server import SandboxServer

TEXT = "The quick brown fox jumps over the lazy dog."


@pytest.fixture
def client(sandbox):
    with openai.OpenAI(base_url=f"{sandbox.base_url}/openai/v1", api_key="sdk-key", max_retries=0) as made:
        yield made


@pytest.mark.parametrize("container", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_it_speaks_in_every_format(client, container):
    answer = client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT, response_format=container)
    content = wrap_pcm(answer.content, 24000, 1) if container == "pcm" else answer.content
    found = probe(content)
    assert found.container == ("wav" if container == "pcm" else container)
    assert 1500 < found.duration_ms < 6000


def test_it_streams_bytes(client):
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="nova", input=TEXT, instructions="Speak calmly."
    ) as answer:
        assert probe(b"".join(answer.iter_bytes(1024))).duration_ms > 1500


def test_it_streams_events(client):
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="nova", input=TEXT, stream_format="sse"
    ) as answer:
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line]
    audio = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert (probe(audio).container, events[-1]["type"]) == ("mp3", "speech.audio.done")


@pytest.mark.parametrize(
    ("fields", "error", "param"),
    [
        ({"voice": "nobody"}, openai.BadRequestError, "voice"),
        ({"model": "tts-9"}, openai.BadRequestError, "model"),
        ({"extra_body": {"unheard_of": 1}}, openai.BadRequestError, "unheard_of"),
    ],
)
def test_it_understands_refusals(client, fields, error, param):
    with pytest.raises(error) as refused:
        client.audio.speech.create(**{"model": "tts-1", "voice": "alloy", "input": TEXT} | fields)
    assert (refused.value.param, refused.value.type) == (param, "invalid_request_error")
    assert refused.value.request_id


def test_it_knows_a_bad_key_when_the_keys_are_known():
    with SandboxServer(keys=["known"]) as server:
        for key, error in (("unknown", openai.AuthenticationError), ("known", None)):
            with openai.OpenAI(base_url=f"{server.base_url}/openai/v1", api_key=key, max_retries=0) as made:
                if error is None:
                    assert made.models.list().data
                else:
                    with pytest.raises(error):
                        made.models.list()


def test_it_lists_models(client):
    assert {model.id for model in client.models.list()} == {"tts-1", "tts-1-hd", "gpt-4o-mini-tts"}
    assert client.models.retrieve("tts-1").owned_by == "sandbox"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("tts-9")


def test_it_repeats_what_may_be_repeated(sandbox, customer):
    customer.order(
        "faults",
        {"provider": "openai", "operation": "t2a", "fault": "rate_limit", "count": 1, "key": customer.key},
    )
    with openai.OpenAI(base_url=f"{sandbox.base_url}/openai/v1", api_key=customer.key) as patient:
        assert patient.audio.speech.create(model="tts-1", voice="alloy", input=TEXT).content
