"""Whatever comes back, the readers give a result or raise ProviderError, and never both audio and no verdict."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ProviderError
from providers.long_text import LongTextRequest
from providers.types import AudioFormat, Headers, Response
from providers.voice_design import DesignRequest
from tests.providers.conversation import ACCOUNT, MINIMAX, clone_request, converse, request, spoken

KEYS = st.sampled_from(
    ["base_resp", "status_code", "status_msg", "data", "audio", "extra_info", "usage_characters", "audio_length",
     "trace_id", "file", "file_id", "bytes", "system_voice", "voice_cloning", "voice_id", "description", "created_time",
     "task_id", "status", "files", "download_url", "trial_audio", "subtitle_file",
     "input_sensitive", "input_sensitive_type", "type", "demo_audio", "error", "message"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.just(0), st.just("https://x/a.mp3")
)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=14,
)
VERDICT = st.one_of(st.just({"status_code": 0}), st.fixed_dictionaries({"status_code": LEAVES}), LEAVES)
BODIES = st.one_of(
    st.binary(max_size=80),
    DOCUMENTS.map(lambda document: json.dumps(document).encode()),
    st.dictionaries(KEYS, DOCUMENTS, max_size=6)
    .flatmap(lambda body: VERDICT.map(lambda verdict: body | {"base_resp": verdict}))
    .map(lambda body: json.dumps(body).encode()),
)
RESPONSES = st.builds(
    Response,
    st.one_of(st.just(200), st.integers(min_value=100, max_value=599)),
    st.dictionaries(st.sampled_from(["Trace-Id", "Content-Type"]), st.text(max_size=8), max_size=2).map(Headers),
    BODIES,
)
LONG_TEXT = LongTextRequest(text="Once.", model="speech-2.8-hd", voice_id="a", format=AudioFormat("mp3", 32000))
OPERATIONS = {
    "speech": lambda: MINIMAX.speech(ACCOUNT, request()),
    "clone": lambda: MINIMAX.clone(ACCOUNT, clone_request()),
    "list": lambda: MINIMAX.list_voices(ACCOUNT),
    "delete": lambda: MINIMAX.delete_voice(ACCOUNT, "Narrator_a1b2", "cloned"),
    "check": lambda: MINIMAX.check_account(ACCOUNT),
    "design": lambda: MINIMAX.design(ACCOUNT, DesignRequest(prompt="Calm.", preview_text="Good day.")),
    "submit": lambda: MINIMAX.submit_long_text(ACCOUNT, LONG_TEXT),
    "query": lambda: MINIMAX.query_long_text(ACCOUNT, "5"),
    "fetch": lambda: MINIMAX.fetch_long_text(ACCOUNT, "5", "pcm"),
    "files": lambda: MINIMAX.list_files(ACCOUNT, "voice_clone"),
    "file": lambda: MINIMAX.retrieve_file(ACCOUNT, "5"),
    "content": lambda: MINIMAX.file_content(ACCOUNT, "5"),
    "delete file": lambda: MINIMAX.delete_file(ACCOUNT, "5", "voice_clone"),
}


def outcome(operation, *answers):
    try:
        return converse(operation, *answers)[0]
    except ProviderError as error:
        return error
    except AssertionError:
        return None


@pytest.mark.parametrize("name", OPERATIONS)
@given(response=RESPONSES)
def test_any_answer_gives_a_result_or_a_provider_error(name, response):
    outcome(OPERATIONS[name](), response)


@given(response=RESPONSES)
def test_any_answer_to_the_clone_itself_keeps_the_voice_id(response):
    uploaded = Response(200, Headers(), b'{"file": {"file_id": 1}, "base_resp": {"status_code": 0}}')
    result = outcome(MINIMAX.clone(ACCOUNT, clone_request()), uploaded, response)
    assert isinstance(result, ProviderError) or result.voice_id == "Narrator_a1b2"


@given(response=RESPONSES)
def test_no_answer_is_success_without_a_verdict_of_zero(response):
    result = outcome(MINIMAX.speech(ACCOUNT, request()), response)
    if not isinstance(result, ProviderError):
        assert response.status == 200
        assert json.loads(response.content)["base_resp"]["status_code"] in (0, "0", "00", "000")


@given(cut=st.integers(min_value=0, max_value=400))
def test_a_truncated_answer_is_never_success(cut):
    content = spoken().content
    result = outcome(
        MINIMAX.speech(ACCOUNT, request()), Response(200, Headers(), content[: min(cut, len(content) - 1)])
    )
    assert isinstance(result, ProviderError)
    assert result.possibly_charged
