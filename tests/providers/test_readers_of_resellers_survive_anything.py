"""Whatever comes back from PPIO or UModelverse, in whichever shape, gives a result or raises ProviderError, and can be
written down."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ProviderError
from providers.long_text import LongTextRequest
from providers.types import AudioFormat, Headers, Response
from tests.providers.resellers import (
    PPIO,
    UMODELVERSE,
    Listening,
    cloning,
    ppio_account,
    saying,
    umodelverse_account,
)
from tests.providers.test_readers_survive_anything import DOCUMENTS, LEAVES, RESPONSES, outcome, told

NAMES = st.sampled_from(
    ["audio", "status", "data", "reason", "message", "code", "metadata", "task", "task_id", "audios", "audio_url",
     "audio_type", "voice_id", "demo_audio_url", "usage_characters", "base_resp", "error", "param", "type"]
)  # fmt: skip
STATES = st.sampled_from(
    ["TASK_STATUS_SUCCEED", "TASK_STATUS_FAILED", "TASK_STATUS_X", "INVALID_API_KEY", "auth_error"]
)
BODIES = st.recursive(
    st.one_of(LEAVES, STATES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=6)),
    max_leaves=14,
)
ANSWERS = st.one_of(
    RESPONSES,
    st.builds(
        Response,
        st.sampled_from([200, 400, 401, 403, 404, 408, 429, 500, 504]),
        st.just(Headers()),
        st.dictionaries(NAMES, BODIES, max_size=6).map(lambda body: json.dumps(body).encode()),
    ),
)
PPIO_ACCOUNT, ACCOUNT = ppio_account(), umodelverse_account(native_routes=True)
LONG_TEXT = LongTextRequest(text="Once.", model="speech-2.8-hd", voice_id="a", format=AudioFormat("mp3", 32000))
OPERATIONS = {
    "ppio speech": lambda: PPIO.speech(PPIO_ACCOUNT, saying()),
    "ppio clone": lambda: PPIO.clone(PPIO_ACCOUNT, cloning()),
    "ppio submit": lambda: PPIO.submit_long_text(PPIO_ACCOUNT, LONG_TEXT),
    "ppio query": lambda: PPIO.query_long_text(PPIO_ACCOUNT, "task-1"),
    "ppio fetch": lambda: PPIO.fetch_long_text(PPIO_ACCOUNT, "task-1", "mp3"),
    "ppio check": lambda: PPIO.check_account(PPIO_ACCOUNT),
    "umodelverse speech": lambda: UMODELVERSE.speech(ACCOUNT, saying(model="speech-2.8-hd")),
    "umodelverse check": lambda: UMODELVERSE.check_account(ACCOUNT),
    "umodelverse list": lambda: UMODELVERSE.list_voices(ACCOUNT),
    "umodelverse submit": lambda: UMODELVERSE.submit_long_text(ACCOUNT, LONG_TEXT),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(response=ANSWERS)
def test_any_answer_gives_a_result_or_a_provider_error_that_can_be_written_down(name, response):
    found = outcome(OPERATIONS[name](), response)
    for said in told(found):
        said.encode()
        assert "\x00" not in said


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("abyss", [b"[" * 200_000, b'{"a":' * 200_000, b'{"code":' + b"9" * 5000 + b"}"])
def test_an_abyss_is_no_answer(name, abyss):
    found = outcome(OPERATIONS[name](), Response(200, Headers(), abyss))
    assert isinstance(found, ProviderError) or not found.ok


@given(bodies=st.lists(st.one_of(DOCUMENTS, st.dictionaries(NAMES, BODIES, max_size=5)), max_size=4))
def test_any_frames_give_a_verdict(bodies):
    lines = b"".join(b"data: " + json.dumps(body).encode() + b"\n\n" for body in bodies)
    for exchange in (
        PPIO.stream_speech(PPIO_ACCOUNT, saying()),
        UMODELVERSE.stream_speech(ACCOUNT, saying(model="speech-2.8-hd")),
    ):
        listening = Listening(exchange, lines)
        assert (listening.result is None) != (listening.error is None)
