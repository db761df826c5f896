"""The error table: every code of the vendor answers the four questions, an unknown one never passes for success."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import Category, InvalidInputError, ProviderError, UnsupportedError
from providers.minimax.errors import HTTP_ROWS, TABLE
from providers.types import Response
from tests.providers.conversation import ACCOUNT, MINIMAX, account, answer, clone_request, converse, request, spoken
from tests.providers.frames import Heard, ending, streamed

# code: category, retryable, gone, possibly charged, who acts
EXPECTED = {
    1000: ("provider_down", True, False, True, "nobody"),
    1001: ("provider_down", True, False, True, "nobody"),
    1002: ("rate_limited", True, False, False, "nobody"),
    1004: ("auth", False, False, False, "operator"),
    1008: ("balance", False, False, False, "operator"),
    1013: ("provider_down", True, False, True, "nobody"),
    1024: ("provider_down", True, False, True, "nobody"),
    1026: ("content_refused", False, False, False, "caller"),
    1027: ("content_refused", False, False, True, "caller"),
    1028: ("quota_window", False, False, False, "nobody"),
    1030: ("quota_window", False, False, False, "nobody"),
    1033: ("provider_down", True, False, True, "nobody"),
    1039: ("rate_limited", True, False, False, "nobody"),
    1041: ("rate_limited", True, False, False, "nobody"),
    1042: ("invalid_input", False, False, False, "caller"),
    1043: ("transcript_mismatch", False, False, False, "caller"),
    1044: ("invalid_input", False, False, False, "caller"),
    2013: ("invalid_input", False, False, False, "caller"),
    20132: ("voice_missing", False, False, False, "caller"),
    2037: ("invalid_input", False, False, False, "caller"),
    2038: ("permission", False, False, False, "operator"),
    2039: ("voice_duplicate", False, False, False, "caller"),
    2042: ("permission", False, False, False, "operator"),
    2045: ("rate_limited", True, False, False, "nobody"),
    2048: ("invalid_input", False, False, False, "caller"),
    2049: ("auth", False, False, False, "operator"),
    2054: ("voice_missing", False, True, False, "caller"),
    2056: ("quota_window", False, False, False, "nobody"),
    2061: ("permission", False, False, False, "operator"),
    2201: ("provider_down", True, False, True, "nobody"),
    2202: ("invalid_input", False, False, False, "operator"),
    2203: ("invalid_input", False, False, False, "caller"),
    2204: ("invalid_input", False, False, False, "caller"),
    2205: ("rate_limited", True, False, False, "nobody"),
}
# Which part of our request a code blames, where it does.
FIELDS = {
    1026: "text", 1027: "text", 1042: "text", 1043: "text_validation", 1044: "clone_prompt", 20132: "voice_id",
    2037: "sample", 2039: "voice_id", 2042: "voice_id", 2048: "clone_prompt", 2054: "voice_id", 2061: "model",
    2203: "text", 2204: "text",
}  # fmt: skip
VENDOR_FAILURES = [1000, 1001, 1013, 1024, 1033]


def failure(*answers, of=ACCOUNT, operation=None):
    with pytest.raises(ProviderError) as caught:
        converse(operation or MINIMAX.speech(of, request()), *answers)
    return caught.value


def test_the_table_is_complete_and_every_row_says_where_it_was_seen():
    assert set(TABLE) == set(EXPECTED)
    assert all(row.seen for row in (*TABLE.values(), *HTTP_ROWS.values()))


@pytest.mark.parametrize("code", EXPECTED)
def test_each_code_answers_the_four_questions_although_http_says_200(code):
    error = failure(answer(code=code, message="as the vendor says"))
    found = (error.category, error.retryable, error.gone, error.possibly_charged, error.who_acts)
    assert found == EXPECTED[code]
    assert (error.code, error.message, error.http_status) == (str(code), "as the vendor says", 200)


@pytest.mark.parametrize("code", EXPECTED)
def test_each_code_blames_the_field_it_is_about(code):
    assert failure(answer(code=code)).field == FIELDS.get(code)


@given(code=st.integers(min_value=-(2**63), max_value=2**63).filter(lambda code: code != 0 and code not in TABLE))
def test_no_unknown_code_is_ever_success_whatever_was_asked(code):
    uploaded = answer(file={"file_id": 1})
    operations = [
        failure(spoken(base_resp={"status_code": code})),
        failure(uploaded, answer(code=code), operation=MINIMAX.clone(ACCOUNT, clone_request())),
        failure(answer(code=code), operation=MINIMAX.list_voices(ACCOUNT)),
        failure(answer(code=code), operation=MINIMAX.delete_voice(ACCOUNT, "Narrator_a1b2", "cloned")),
        Heard(streamed(last=ending(base_resp={"status_code": code}))).error,
    ]
    assert {(error.category, error.code) for error in operations} == {("malformed_response", str(code))}


@pytest.mark.parametrize("code", [-1, 1, 7, 999, 3001, 65536, 10**18])
def test_an_unknown_code_is_never_success_and_keeps_its_number(code):
    error = failure(spoken(base_resp={"status_code": code, "status_msg": "new"}))
    assert (error.category, error.code, error.retryable) == ("malformed_response", str(code), False)
    assert error.possibly_charged


def test_a_code_that_came_as_text_counts():
    assert failure(spoken(base_resp={"status_code": "1004"})).category == "auth"


def test_a_failing_code_outweighs_audio_that_came_with_it():
    assert failure(spoken(base_resp={"status_code": 1027, "status_msg": "output new_sensitive"})).code == "1027"


@pytest.mark.parametrize("code", VENDOR_FAILURES)
def test_an_account_can_say_that_vendor_failures_are_not_charged(code):
    assert failure(answer(code=code)).possibly_charged
    assert not failure(answer(code=code), of=account(failures_may_charge=False)).possibly_charged


def test_a_failure_that_reports_usage_was_charged_whatever_the_table_says():
    error = failure(answer(code=2013, extra_info={"usage_characters": 6}))
    assert error.possibly_charged
    assert error.billed_characters == 6


def test_a_failing_list_can_never_have_been_charged():
    error = failure(answer(code=1001), operation=MINIMAX.list_voices(ACCOUNT))
    assert error.retryable
    assert not error.possibly_charged


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("invalid params, invalid params: voice_setting emotion", "settings.emotion"),
        ("invalid params, text too long", "text"),
        ("invalid params, voice_id first character", "voice_id"),
        ("invalid file ext for voice clone", "sample"),
        ("invalid params, glyph definition format error", "rules"),
        ("invalid params, something else", None),
    ],
)
def test_the_words_of_2013_name_the_field(message, field):
    error = failure(answer(code=2013, message=message))
    assert (error.category, error.field) == ("invalid_input", field)


def test_a_missing_voice_reads_2013_only_when_deleting():
    error = failure(answer(code=2013, message="invalid params, voice_id does not exist"))
    assert (error.category, error.gone) == ("invalid_input", False)


def test_20132_means_the_recording_when_cloning_and_the_voice_when_speaking():
    uploaded = answer(file={"file_id": 1})
    cloning = failure(uploaded, answer(code=20132), operation=MINIMAX.clone(ACCOUNT, clone_request()))
    assert (cloning.category, cloning.field) == ("invalid_input", "sample")
    assert failure(answer(code=20132)).category == "voice_missing"


@pytest.mark.parametrize(
    ("status", "category", "retryable", "charged"),
    [
        (301, "unsupported", False, False),
        (400, "invalid_input", False, False),
        (401, "auth", False, False),
        (402, "balance", False, False),
        (403, "permission", False, False),
        (404, "unsupported", False, False),
        (405, "unsupported", False, False),
        (408, "timeout_unknown_outcome", False, True),
        (413, "invalid_input", False, False),
        (418, "malformed_response", False, True),
        (429, "rate_limited", True, False),
        (500, "provider_down", True, True),
        (502, "timeout_unknown_outcome", False, True),
        (503, "provider_down", True, True),
        (504, "timeout_unknown_outcome", False, True),
        (507, "malformed_response", False, True),
    ],
)
def test_http_failures_without_a_verdict(status, category, retryable, charged):
    error = failure(answer(b"<html>gateway</html>", status=status))
    assert (error.category, error.retryable, error.possibly_charged) == (category, retryable, charged)
    assert error.http_status == status
    assert error.code is None


def test_a_wrong_path_answers_plain_text():
    error = failure(answer(b"404 page not found", status=404))
    assert "404 page not found" in error.message
    assert error.field == "base_url"


def test_a_lost_answer_stays_unknown_even_when_vendor_failures_are_free():
    assert failure(answer(b"", status=504), of=account(failures_may_charge=False)).possibly_charged


def test_a_verdict_in_the_body_explains_an_http_failure():
    error = failure(answer(status=400, code=1042))
    assert (error.code, error.category, error.http_status) == ("1042", "invalid_input", 400)


def test_a_gateway_timeout_stays_unknown_whatever_its_body_says():
    assert failure(answer(status=504, code=1002)).category == "timeout_unknown_outcome"


def test_success_in_the_body_of_an_http_failure_is_no_success():
    error = failure(Response(500, content=spoken().content))
    assert error.category == "malformed_response"
    assert error.possibly_charged


def test_the_words_of_another_error_shape_are_kept():
    body = {"type": "error", "error": {"message": "quota exceeded"}}
    error = failure(answer(status=429, base_resp=None, **body))
    assert "quota exceeded" in error.message


@pytest.mark.parametrize(
    "error",
    [
        ProviderError("m", category=Category.AUTH, code="1004", trace_id="t", billed_characters=3, who_acts="operator"),
        InvalidInputError("settings.pitch", "too high"),
        UnsupportedError("model", "unknown"),
    ],
)
def test_errors_survive_the_way_between_processes(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)
