"""WaveSpeed's own client submits, waits, uploads and clones."""

import json

import httpx
import pytest

from tests.clients.shelf import characters, heard
from tests.sandbox.customer import tone

TEXT = "The quick brown fox jumps over the lazy dog near the river bank."
SPEECH = "minimax/speech-02-hd"


@pytest.fixture
def call(shelf, customer):
    """`call((model, input, options), …)` gives what each call answered."""
    customer.order("pace", {"async_task_seconds": 0.2, "sync_hold_seconds": 20})

    def call(*calls):
        base_url = f"{customer.base_url}/wavespeed"
        shelf.drive("wavespeed", "call_wavespeed.py", base_url, customer.key, json.dumps(calls))
        return json.loads(shelf.file("answers.json").read_text())

    yield call
    customer.order("pace", {"async_task_seconds": 2, "sync_hold_seconds": 90})


@pytest.mark.parametrize("options", [{"poll_interval": 0.1}, {"enable_sync_mode": True}], ids=["polls", "sync"])
def test_speech_is_submitted_and_fetched(call, shelf, customer, options):
    [[url]] = call((SPEECH, {"text": TEXT, "voice_id": "Wise_Woman", "format": "wav"}, options))
    path = shelf.folder / "heard.wav"
    path.write_bytes(httpx.get(url).content)
    audio = heard(path)
    assert (audio.codec, audio.rate) == ("pcm_s16le", 32000)
    assert audio.seconds > 2
    assert characters(customer) == [len(TEXT)]


def test_a_recording_is_uploaded_by_put_cloned_and_spoken_with(call, shelf, customer):
    sample = shelf.folder / "sample.wav"
    sample.write_bytes(tone(120))
    soon = {"poll_interval": 0.1}
    preview, spoken = call(
        (
            "minimax/voice-clone",
            {"audio": {"upload": str(sample)}, "custom_voice_id": "Client0001", "text": "Hi."},
            soon,
        ),
        (SPEECH, {"text": TEXT, "voice_id": "Client0001"}, soon),
    )
    assert len(preview) == len(spoken) == 1
    # No page names a fee for keeping a voice there, so none is billed.
    assert [line["operation"] for line in customer.bill()] == ["clone_preview", "t2a"]


def test_both_kinds_of_failure_are_understood(call, customer):
    failed, refused = call(
        (SPEECH, {"text": TEXT, "voice_id": "Nobody_0001"}, {"poll_interval": 0.1}), (SPEECH, {"text": TEXT}, {})
    )
    assert "voice id not exist" in failed
    assert "HTTP 400" in refused
    assert customer.bill() == []


def test_a_sync_call_that_timed_out_is_told_with_its_id(call, customer):
    customer.order("pace", {"async_task_seconds": 60, "sync_hold_seconds": 0.2})
    [told] = call((SPEECH, {"text": TEXT, "voice_id": "Wise_Woman"}, {"enable_sync_mode": True}))
    assert told.startswith("Sync mode timed out (task_id: ")
    assert characters(customer) == [len(TEXT)]
