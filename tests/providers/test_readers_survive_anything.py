"""Whatever comes back, the readers give a result or raise ProviderError, and never both audio and no verdict."""

import json
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ProviderError
from providers.long_text import LongTextRequest
from providers.types import AccountCheck, AudioFormat, Headers, Response, UploadPart
from providers.voice_design import DesignRequest
from tests.providers.conversation import ACCOUNT, MINIMAX, clone_request, converse, request, spoken

KEYS = st.sampled_from(
    ["base_resp", "status_code", "status_msg", "data", "audio", "extra_info", "usage_characters", "audio_length",
     "trace_id", "file", "file_id", "bytes", "system_voice", "voice_cloning", "voice_id", "description", "created_time",
     "task_id", "status", "files", "download_url", "trial_audio", "subtitle_file",
     "input_sensitive", "input_sensitive_type", "type", "demo_audio", "error", "message"]
)  # fmt: skip
# Half of a surrogate pair and the character zero are legal in JSON, and in no database.
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(["\ud800", "a\x00b", "4944330", "zz", "x" * 5000]))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    TEXTS,
    st.sampled_from([0, 10**30, "https://x/a.mp3", "49443303", "SUQzBAA="]),
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
    "upload": lambda: MINIMAX.upload_file(ACCOUNT, UploadPart("a.txt", b"a", "text/plain"), "t2a_async_input"),
}
# What the provider described in words of its own is handed on untouched.
UNTOUCHED = ("audio", "declared", "extra", "preview")
_LONGEST_TRACE, _LONGEST_CODE, _MOST_CHARACTERS = 128, 32, 10**9


def outcome(operation, *answers):
    try:
        return converse(operation, *answers)[0]
    except ProviderError as error:
        return error
    except AssertionError:
        return None


def told(value):
    """Every text in a result or an error."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from told(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            if part.name not in UNTOUCHED:
                yield from told(getattr(value, part.name))
    elif isinstance(value, ProviderError):
        yield from (value.message, value.code or "", value.trace_id)


@pytest.mark.parametrize("name", OPERATIONS)
@given(response=RESPONSES)
def test_any_answer_gives_a_result_or_a_provider_error_that_can_be_written_down(name, response):
    found = outcome(OPERATIONS[name](), response)
    for said in told(found):
        said.encode()
        assert "\x00" not in said
    assert len(getattr(found, "trace_id", "")) <= _LONGEST_TRACE
    assert (getattr(found, "billed_characters", None) or 0) <= _MOST_CHARACTERS
    if isinstance(found, ProviderError):
        assert len(found.code or "") <= _LONGEST_CODE


@pytest.mark.parametrize("said", ["x" * 5000, "a\x00b", "half \ud83d", "\ufeffwhole 😀"])
def test_a_trace_id_that_no_database_takes_costs_nobody_the_audio(said):
    result = outcome(MINIMAX.speech(ACCOUNT, request()), spoken(trace_id=said))
    assert result.audio
    assert result.trace_id == said.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")[:_LONGEST_TRACE]


def test_a_bill_that_no_call_can_have_cost_is_not_known():
    assert outcome(MINIMAX.speech(ACCOUNT, request()), spoken(usage=10**30)).billed_characters is None


@pytest.mark.parametrize("name", OPERATIONS)
@given(data=st.data())
def test_an_answer_cut_anywhere_is_an_error_or_a_file(name, data):
    content = spoken().content
    cut = data.draw(st.integers(min_value=0, max_value=len(content) - 1))
    found = outcome(OPERATIONS[name](), Response(200, Headers(), content[:cut]))
    if isinstance(found, AccountCheck):
        assert not found.ok
    else:
        assert isinstance(found, ProviderError | bytes)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("abyss", [b"[" * 200_000, b'{"a":' * 200_000, b'{"base_resp":' + b"9" * 5000 + b"}"])
def test_an_abyss_is_no_answer(name, abyss):
    found = outcome(OPERATIONS[name](), Response(200, Headers(), abyss))
    assert isinstance(found, ProviderError | bytes) or not found.ok


@pytest.mark.parametrize("content", [b"[" * 200_000, b'[{"a":' * 200_000, b"[" + b"9" * 5000 + b"]"])
def test_subtitles_without_a_bottom_are_malformed(content):
    with pytest.raises(ProviderError) as caught:
        MINIMAX.read_subtitles(content)
    assert caught.value.category == "malformed_response"


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
