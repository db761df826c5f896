"""Whatever WaveSpeed sends, there is a result, a question more, or a ProviderError that can be written down."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ProviderError
from providers.types import Headers, Response
from providers.voice_design import DesignRequest
from tests.providers.conversation import clone_request, converse
from tests.providers.test_readers_survive_anything import LEAVES, told
from tests.providers.wavespeed import ACCOUNT, TASK, WAVESPEED, completed, envelope, prediction, request

KEYS = st.sampled_from(
    ["code", "message", "data", "error_code", "id", "outputs", "urls", "get", "url", "status", "error", "timings",
     "has_nsfw_contents", "download_url", "balance", "price", "discounted_price", "currency"]
)  # fmt: skip
STATUSES = st.sampled_from(["created", "processing", "completed", "failed", "timeout", "cancelled", "resting"])
DOCUMENTS = st.recursive(
    st.one_of(LEAVES, STATUSES, st.just(TASK)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=14,
)
BODIES = st.one_of(
    st.binary(max_size=80),
    DOCUMENTS.map(lambda document: json.dumps(document).encode()),
    st.dictionaries(KEYS, DOCUMENTS, max_size=6).map(
        lambda data: json.dumps({"code": 200, "message": "success", "data": {"id": TASK} | data}).encode()
    ),
)
RESPONSES = st.builds(
    Response,
    st.one_of(st.just(200), st.integers(min_value=100, max_value=599)),
    st.dictionaries(st.sampled_from(["Trace-Id"]), st.text(max_size=8), max_size=1).map(Headers),
    BODIES,
)
UPLOADED = envelope({"download_url": "https://media.elsewhere.example/a.wav"})
OPERATIONS = {
    "submission": lambda said: converse(WAVESPEED.speech(ACCOUNT, request()), said),
    "question": lambda said: converse(WAVESPEED.speech(ACCOUNT, request()), prediction(), said),
    "resumed": lambda said: converse(WAVESPEED.resume_speech(ACCOUNT, request(), TASK), said),
    "upload": lambda said: converse(WAVESPEED.clone(ACCOUNT, clone_request()), said, completed()),
    "clone": lambda said: converse(WAVESPEED.clone(ACCOUNT, clone_request()), UPLOADED, said),
    "design": lambda said: converse(
        WAVESPEED.design(ACCOUNT, DesignRequest(prompt="Calm.", preview_text="Hi.", voice_id="Designed_0001")), said
    ),
    "balance": lambda said: converse(WAVESPEED.balance(ACCOUNT), said),
    "price": lambda said: converse(WAVESPEED.price(ACCOUNT, request()), said),
    "check": lambda said: converse(WAVESPEED.check_account(ACCOUNT), said),
}


def outcome(name, said):
    """The result or the error; None when it asks for more."""
    try:
        return OPERATIONS[name](said)[0]
    except ProviderError as error:
        return error
    except AssertionError:
        return None


@pytest.mark.parametrize("name", OPERATIONS)
@given(said=RESPONSES)
def test_any_answer_can_be_borne_and_written_down(name, said):
    found = outcome(name, said)
    for words in told(found):
        words.encode()
        assert "\x00" not in words
    assert len(getattr(found, "trace_id", "")) <= 128
    if isinstance(found, ProviderError):
        assert len(found.code or "") <= 32


@given(said=RESPONSES)
def test_no_speech_is_had_without_the_word_completed(said):
    found = outcome("resumed", said)
    if found is not None and not isinstance(found, ProviderError):
        data = json.loads(said.content)["data"]
        assert (data["status"].lower(), data["id"], said.status) == ("completed", TASK, 200)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("abyss", [b"[" * 200_000, b'{"data":' * 200_000, b'{"code":' + b"9" * 5000 + b"}"])
def test_an_abyss_is_no_answer(name, abyss):
    found = outcome(name, Response(200, Headers(), abyss))
    assert found is None or isinstance(found, ProviderError) or found.ok is False
