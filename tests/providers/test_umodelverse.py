"""UModelverse: MiniMax's speech behind a gateway with errors of its own, and nothing else unless it is turned on."""

import pytest

from providers.errors import Category, ProviderError
from providers.long_text import LongTextRequest
from providers.types import AudioFormat, MixWeight, UploadPart
from providers.voice_design import DesignRequest
from tests.providers.conversation import MP3, converse, first_request
from tests.providers.resellers import (
    UMODELVERSE,
    Listening,
    cloning,
    frames,
    gateway,
    nested,
    said,
    saying,
    umodelverse_account,
)
from tests.providers.vendor import failure

ACCOUNT = umodelverse_account()
NATIVE = umodelverse_account(native_routes=True)
MIX = (MixWeight("one", 30), MixWeight("two", 70))


def asked_of(account=ACCOUNT, **fields):
    return first_request(UMODELVERSE.speech(account, saying(**{"model": "speech-2.8-hd"} | fields)))


def spoken(answer, **fields):
    return converse(UMODELVERSE.speech(ACCOUNT, saying(**{"model": "speech-2.8-hd"} | fields)), answer)[0]


def test_the_body_is_minimaxs_and_no_group_is_in_the_query():
    asked = asked_of(umodelverse_account(group_id="123"), settings={"text_normalization": True})
    assert (asked.url, asked.params) == ("https://api.umodelverse.ai/v1/t2a_v2", {})
    assert asked.json["model"] == "speech-2.8-hd"
    assert asked.json["voice_setting"]["text_normalization"] is True
    assert asked.headers["Authorization"] == "Bearer sk_test"


def test_the_weights_are_spelled_as_in_the_table_unless_the_account_says_otherwise():
    assert "timber_weights" in asked_of(voice_id="", mix=MIX).json
    other = umodelverse_account(mix_weights_field="timbre_weights")
    assert "timbre_weights" in asked_of(other, voice_id="", mix=MIX).json


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("model", {"model": "speech-01-hd"}),
        ("model", {"model": "speech-2.5-hd-preview"}),
        ("format.container", {"format": AudioFormat("opus", 24000)}),
        ("settings.emotion", {"settings": {"emotion": "whisper"}}),
        ("settings.emotion", {"settings": {"emotion": "neutral"}}),
        ("subtitles", {"subtitles": "word"}),
    ],
)
def test_what_the_page_does_not_name_is_refused(field, fields):
    assert failure(lambda: asked_of(**fields)).field == field


def test_wav_subtitles_and_the_watermark_are_no_matter_of_streams():
    for field, fields in (
        ("format.container", {"format": AudioFormat("wav", 32000)}),
        ("subtitles", {"subtitles": "sentence"}),
        ("watermark", {"watermark": True}),
    ):
        request = saying(model="speech-2.8-hd", **fields)
        UMODELVERSE.check_speech(ACCOUNT, request)
        assert failure(lambda request=request: UMODELVERSE.check_stream(ACCOUNT, request)).field == field
    assert "subtitle_type" not in asked_of(subtitles="sentence").json


def test_the_bill_is_usage_characters_and_never_the_word_count():
    result = spoken(said(nested(usage=26)))
    assert (result.audio, result.billed_characters, result.trace_id) == (MP3, 26, "body-trace")


def test_data_may_be_null():
    error = failure(lambda: spoken(said(nested() | {"data": None})))
    assert (error.category, error.possibly_charged, error.billed_characters) == ("malformed_response", True, 6)


@pytest.mark.parametrize(
    ("code", "status", "category", "charged"),
    [
        ("param_error", 400, "invalid_input", False),
        ("invalid_messages", 400, "invalid_input", False),
        ("sensitive_check_error", 400, "content_refused", False),
        ("model_error", 400, "invalid_input", False),
        ("auth_error", 401, "auth", False),
        ("rate_limit", 429, "rate_limited", False),
        ("timeout", 408, "timeout_unknown_outcome", True),
        ("internal_error", 500, "provider_down", True),
        ("model_server_error", 500, "provider_down", True),
        ("gateway_timeout_error", 504, "timeout_unknown_outcome", True),
        ("brand_new", 400, "malformed_response", True),
    ],
)
def test_the_gateways_codes_are_known_and_param_is_the_id_of_the_request(code, status, category, charged):
    error = failure(lambda: spoken(gateway(code, status)))
    assert (error.category, error.possibly_charged, error.http_status) == (category, charged, status)
    assert error.trace_id == "request-1"


def test_the_gateway_is_believed_under_any_status_and_minimax_in_a_200():
    assert failure(lambda: spoken(gateway("auth_error", 200))).category == "auth"
    error = failure(lambda: spoken(said(nested(code=2054, message="voice id not exist") | {"data": None})))
    assert (error.category, error.code) == ("voice_missing", "2054")


def test_a_path_that_is_not_there_is_no_fault_of_the_callers():
    error = failure(lambda: spoken(gateway("param_error", 404)))
    assert (error.category, error.who_acts) == ("unsupported", "operator")


def streaming(*parts, status=200):
    return Listening(UMODELVERSE.stream_speech(ACCOUNT, saying(model="speech-2.8-hd")), *parts, status=status)


def test_a_stream_that_repeats_itself_is_heard_once():
    piece = {"data": {"audio": MP3.hex(), "status": 1}, "base_resp": {"status_code": 0}}
    listening = streaming(frames(piece, nested()))
    assert (listening.audio, listening.result.billed_characters) == (MP3, 6)


def test_a_stream_may_be_refused_by_the_gateway():
    error = streaming(gateway("auth_error", 401).content, status=401).error
    assert (error.category, error.code) == ("auth", "auth_error")
    later = streaming(frames({"error": {"code": "model_server_error", "message": "x", "param": "r"}})).error
    assert later.category == "provider_down"


LONG = LongTextRequest(
    text="A story.", model="speech-2.8-hd", voice_id="v", format=AudioFormat("mp3", 32000, 128000, 1)
)
CALLS = {
    "clone": lambda account: UMODELVERSE.clone(account, cloning()),
    "long_text": lambda account: UMODELVERSE.submit_long_text(account, LONG),
    "design": lambda account: UMODELVERSE.design(account, DesignRequest(prompt="An old man.", preview_text="Hi.")),
    "list": lambda account: UMODELVERSE.list_voices(account),
    "delete": lambda account: UMODELVERSE.delete_voice(account, "v", "cloned"),
    "files": lambda account: UMODELVERSE.upload_file(
        account, UploadPart("a.txt", b"x", "text/plain"), "t2a_async_input"
    ),
}


@pytest.mark.parametrize("operation", CALLS)
def test_minimaxs_other_routes_are_not_offered_unless_their_operator_turned_them_on(operation):
    assert operation not in UMODELVERSE.capabilities.operations
    assert failure(lambda: first_request(CALLS[operation](ACCOUNT))).field == "operation"
    assert operation in UMODELVERSE.capabilities_of(NATIVE.options).operations
    asked = first_request(CALLS[operation](NATIVE))
    assert asked.url.startswith("https://api.umodelverse.ai/v1/")


@pytest.mark.parametrize("operation", CALLS)
def test_there_too_the_gateway_may_refuse(operation):
    error = failure(lambda: converse(CALLS[operation](NATIVE), gateway("auth_error", 401)))
    assert (error.category, error.code, error.trace_id) == ("auth", "auth_error", "request-1")


def test_a_clone_of_theirs_is_minimaxs_conversation():
    uploaded = said({"file": {"file_id": 7, "bytes": 9}, "base_resp": {"status_code": 0}})
    made = said({"demo_audio": "", "base_resp": {"status_code": 0}})
    result, requests = converse(CALLS["clone"](NATIVE), uploaded, made)
    assert result.voice_id == "Narrator_1a2b"
    assert [asked.operation for asked in requests] == ["upload", "voice_clone"]


def test_a_lost_answer_reaches_the_conversation_behind_the_gateway():
    lost = ProviderError("lost", category=Category.TIMEOUT_UNKNOWN_OUTCOME, possibly_charged=True)
    assert failure(lambda: converse(CALLS["long_text"](NATIVE), lost)) is lost


def test_an_account_is_checked_by_the_list_of_models_which_never_names_speech():
    check = UMODELVERSE.check_account
    found, (asked,) = converse(check(ACCOUNT), said({"data": [{"id": "a"}, {"id": "b"}]}))
    assert (found.ok, found.finding, asked.method) == (True, "2 models of text", "GET")
    refused = converse(check(ACCOUNT), gateway("auth_error", 401))[0]
    assert (refused.ok, refused.verdict, refused.code) == (False, "key_refused", "auth_error")
    for answer in (said(b"<html>"), said({"models": []}), said(b"404 page not found", 404)):
        other = converse(check(ACCOUNT), answer)[0]
        assert (other.ok, other.verdict) == (False, "not_the_provider")
