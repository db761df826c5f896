"""What the contract does not reach with one model and the documented routes: every model of PPIO, the same models after
a silent change of shape, long texts of either generation, and MiniMax's routes at UModelverse."""

import secrets
import time

import httpx
import pytest

from providers.driver import Driver, http_client
from providers.errors import UnsupportedError
from providers.fetch import FetchPolicy, fetch
from providers.long_text import LongTextRequest
from providers.probe import probe
from providers.sandbox.server import SandboxServer
from providers.types import Account, AudioFormat, CloneRequest
from tests.providers.contract.ppio import served
from tests.providers.resellers import FLAT, NESTED, PPIO, UMODELVERSE, saying
from tests.providers.vendor import failure, recording

VOICE = "English_Graceful_Lady"
MP3 = AudioFormat("mp3", 32000, 128000, 1)
TEXT = "Hello there, 处理 included."
BILLED = len(TEXT) + 2


class Buyer:
    """A fresh account of a reseller."""

    def __init__(self, server, adapter, **options):
        self.adapter = adapter
        self.host_port = server.base_url.removeprefix("http://")
        self.controls = f"{server.base_url}/_sandbox"
        self.account = Account(
            provider=adapter.name,
            base_url=f"{server.base_url}/{adapter.name}",
            key=secrets.token_hex(8),
            options=options,
        )

    def run(self, operation):
        with http_client(allowed_hosts=[self.host_port]) as client:
            return Driver(client).run(operation)

    def speak(self, model, **fields):
        return self.run(self.adapter.speech(self.account, saying(TEXT, model=model, voice_id=VOICE, **fields)))

    def stream(self, model):
        exchange = self.adapter.stream_speech(self.account, saying(TEXT, model=model, voice_id=VOICE))
        with http_client(allowed_hosts=[self.host_port]) as client, Driver(client).stream(exchange) as stream:
            return b"".join(stream), stream.result

    def fetched(self, url):
        return fetch(url, FetchPolicy(allowed={self.host_port})).content

    def order(self, control, **body):
        httpx.post(f"{self.controls}/{control}", json=body, trust_env=False).raise_for_status()

    def bill(self):
        query = {"key": self.account.key, "provider": self.adapter.name}
        return httpx.get(f"{self.controls}/bill", params=query, trust_env=False).json()["lines"]

    def finished(self, task):
        deadline = time.monotonic() + 30
        while (found := self.run(self.adapter.query_long_text(self.account, task.task_id))).state == "processing":
            assert time.monotonic() < deadline
        assert found.state == "success"
        return self.run(self.adapter.fetch_long_text(self.account, found.file_id, "mp3"))


@pytest.fixture(scope="module")
def own_sandbox():
    """For switches, which everybody sees."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def ppio(own_sandbox):
    buyer = Buyer(own_sandbox, PPIO)
    buyer.order("reset")
    buyer.order("pace", async_task_seconds=0)
    return buyer


@pytest.fixture
def native(own_sandbox):
    buyer = Buyer(own_sandbox, UMODELVERSE, native_routes=True)
    buyer.order("reset")
    buyer.order("pace", async_task_seconds=0)
    return buyer


@pytest.mark.parametrize("model", FLAT + NESTED)
def test_every_model_speaks_and_streams_and_only_2_8_tells_the_bill(ppio, model):
    told = BILLED if model in NESTED else None
    whole = ppio.speak(model)
    heard, streamed = ppio.stream(model)
    for content, result in ((whole.audio, whole), (heard, streamed)):
        assert probe(content).duration_ms == pytest.approx(probe(whole.audio).duration_ms, abs=150)
        assert (result.billed_characters, result.findings) == (told, ())
    assert [(line["model"], line["characters"]) for line in ppio.bill()] == [(model, BILLED)] * 2


def test_a_silent_change_of_shape_is_read_all_the_same(ppio):
    ppio.order("switches", provider="ppio", switch="nested_answers", on=True)
    assert ppio.speak("speech-02-hd").billed_characters == BILLED
    heard, streamed = ppio.stream("speech-02-hd")
    assert (probe(heard).container, streamed.billed_characters) == ("mp3", BILLED)
    error = failure(lambda: ppio.run(PPIO.speech(ppio.account, saying(TEXT, model="speech-02-hd", voice_id="nobody"))))
    assert (error.category, error.code) == ("voice_missing", "2054")


def test_a_missing_voice_of_an_older_model_is_missing_too(ppio):
    error = failure(lambda: ppio.run(PPIO.speech(ppio.account, saying(TEXT, voice_id="nobody"))))
    assert (error.category, error.gone, error.possibly_charged) == ("voice_missing", True, False)
    assert ppio.bill() == []


@pytest.mark.parametrize("model", ["speech-02-turbo", "speech-2.5-hd-preview", "speech-2.8-turbo"])
def test_a_long_text_of_any_generation_ends_at_an_address(ppio, model):
    request = LongTextRequest(text=TEXT, model=model, voice_id=VOICE, format=MP3)
    task = ppio.run(PPIO.submit_long_text(ppio.account, request))
    assert task.billed_characters == (BILLED if model in NESTED else None)
    (part,) = ppio.finished(task).parts
    assert probe(ppio.fetched(part.audio_url)).channels == 1
    assert [(line["operation"], line["characters"]) for line in ppio.bill()] == [("t2a_async", BILLED)]


def test_a_check_tells_a_known_key_from_an_unknown_one():
    with SandboxServer(keys=["known"]) as server:
        for adapter in (PPIO, UMODELVERSE):
            buyer = Buyer(server, adapter)
            refused = buyer.run(adapter.check_account(buyer.account))
            assert (refused.ok, refused.verdict) == (False, "key_refused")
            known = Account(provider=adapter.name, base_url=buyer.account.base_url, key="known")
            assert buyer.run(adapter.check_account(known)).ok


def test_a_recording_that_cannot_be_reached_is_no_clone(ppio):
    request = CloneRequest(
        voice_id="hint", sample=recording(), sample_name="a.wav", sample_type="audio/wav",
        sample_url="http://127.0.0.1:1/a.wav",
    )  # fmt: skip
    error = failure(lambda: ppio.run(PPIO.clone(ppio.account, request)))
    assert (error.category, error.field, error.possibly_charged) == ("invalid_input", "sample", False)


def test_the_id_of_a_clone_is_the_one_it_speaks_with_and_not_the_hint(ppio):
    with served(recording()) as fields:
        cloned = ppio.run(PPIO.clone(ppio.account, CloneRequest(voice_id="hint", **fields)))
    assert cloned.voice_id != "hint"
    spoken = ppio.run(PPIO.speech(ppio.account, saying("Hi.", voice_id=cloned.voice_id)))
    assert probe(spoken.audio).duration_ms > 100
    assert [line["operation"] for line in ppio.bill()] == ["t2a", "clone_fee"]


def cloning():
    return CloneRequest(
        voice_id=UMODELVERSE.new_voice_id("Narrator", secrets.token_hex(4)),
        sample=recording(),
        sample_name="a.wav",
        sample_type="audio/wav",
    )


def test_the_other_routes_fail_as_missing_where_they_are_not_passed_through(native):
    error = failure(lambda: native.run(UMODELVERSE.clone(native.account, cloning())))
    assert (error.category, error.field, error.possibly_charged) == ("unsupported", "base_url", False)


def test_an_account_that_did_not_turn_them_on_asks_for_nothing(own_sandbox):
    buyer = Buyer(own_sandbox, UMODELVERSE)
    assert isinstance(failure(lambda: buyer.run(UMODELVERSE.clone(buyer.account, cloning()))), UnsupportedError)


def test_turned_on_and_passed_through_they_work(native):
    native.order("switches", provider="umodelverse", switch="native_routes", on=True)
    cloned = native.run(UMODELVERSE.clone(native.account, cloning()))
    native.run(UMODELVERSE.speech(native.account, saying("Hi.", model="speech-2.8-turbo", voice_id=cloned.voice_id)))
    listed = native.run(UMODELVERSE.list_voices(native.account))
    assert cloned.voice_id in [voice.voice_id for voice in listed]
    request = LongTextRequest(text=TEXT, model="speech-2.8-turbo", voice_id=cloned.voice_id, format=MP3)
    task = native.run(UMODELVERSE.submit_long_text(native.account, request))
    (part,) = native.finished(task).parts
    assert probe(part.audio).duration_ms > 100
    assert native.run(UMODELVERSE.delete_voice(native.account, cloned.voice_id, "cloned")).existed
    assert [line["operation"] for line in native.bill()] == ["t2a", "clone_fee", "t2a_async"]
    assert {line["currency"] for line in native.bill()} == {"CNY"}
