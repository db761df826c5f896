"""PPIO refuses by reason, with a status that says little, or in MiniMax's way in a 200."""

import pytest

from providers.ppio.errors import REASONS
from tests.providers.conversation import converse
from tests.providers.resellers import PPIO, cloning, nested, ppio_account, refused, said, saying
from tests.providers.vendor import failure

ACCOUNT = ppio_account()


def of_speech(answer, account=ACCOUNT, **fields):
    return failure(lambda: converse(PPIO.speech(account, saying(**fields)), answer))


def of_clone(answer):
    return failure(lambda: converse(PPIO.clone(ACCOUNT, cloning()), answer))


def of_query(answer):
    return failure(lambda: converse(PPIO.query_long_text(ACCOUNT, "task-1"), answer))


@pytest.mark.parametrize(
    ("reason", "status", "category", "who_acts", "charged"),
    [
        ("INVALID_REQUEST_BODY", 400, "invalid_input", "caller", False),
        ("INVALID_AUDIO_FILE", 400, "invalid_input", "caller", False),
        ("ILLEGAL_PROMPT", 400, "content_refused", "caller", False),
        ("MISSING_API_KEY", 400, "auth", "operator", False),
        ("BILLING_BALANCE_NOT_ENOUGH", 400, "balance", "operator", False),
        ("NOT_ENOUGH_BALANCE", 403, "balance", "operator", False),
        ("INVALID_API_KEY", 403, "auth", "operator", False),
        ("BILLING_AUTH_FAILED", 403, "auth", "operator", False),
        ("API_NOT_ALLOWED", 403, "permission", "operator", False),
        ("NEED_REAL_NAME_VERIFY", 403, "permission", "operator", False),
        ("API_NOT_FOUND", 404, "unsupported", "operator", False),
        ("RATE_LIMIT_EXCEEDED", 429, "rate_limited", "nobody", False),
        ("BILLING_FAILED", 500, "provider_down", "nobody", True),
        ("CREATE_TASK_FAILED", 500, "provider_down", "nobody", True),
        ("GET_RESULT_FAILED", 500, "provider_down", "nobody", True),
        ("TASK_FAILED", 500, "provider_down", "nobody", True),
    ],
)
def test_the_reason_decides_and_not_the_status(reason, status, category, who_acts, charged):
    error = of_speech(refused(reason, status))
    assert (error.category, error.who_acts, error.code) == (category, who_acts, reason)
    assert (error.possibly_charged, error.http_status) == (charged, status)


def test_every_reason_of_the_list_is_read_the_same_under_another_status():
    for reason in REASONS:
        assert of_speech(refused(reason, 200)).category == of_speech(refused(reason, 400)).category


def test_what_failed_there_is_not_done_again_unless_it_is_free():
    for reason in ("BILLING_FAILED", "CREATE_TASK_FAILED", "GET_RESULT_FAILED", "TASK_FAILED"):
        paid = of_speech(refused(reason, 500), ppio_account(failures_may_charge=False))
        assert (paid.retryable, paid.possibly_charged) == (False, True)
        free = of_query(refused(reason, 500))
        assert (free.retryable, free.possibly_charged) == (True, False)


def test_an_unknown_reason_is_no_answer_and_keeps_its_name():
    error = of_speech(refused("BRAND_NEW", 418))
    assert (error.category, error.code, error.possibly_charged) == ("malformed_response", "BRAND_NEW", True)


def test_a_bad_key_is_403_here():
    assert of_speech(refused("INVALID_API_KEY", 403, "invalid api-key")).category == "auth"
    assert of_speech(said(b"Forbidden", 403)).category == "permission"


@pytest.mark.parametrize("status", [408, 502, 504])
def test_a_gateway_that_gave_up_waiting_leaves_the_outcome_open(status):
    for answer in (said(b"bad gateway", status), refused("TASK_FAILED", status)):
        error = of_speech(answer)
        assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)


@pytest.mark.parametrize("model", ["speech-2.6-hd", "speech-2.8-hd"])
def test_minimaxs_verdict_in_a_200_counts_on_every_route(model):
    for code, category in ((1002, "rate_limited"), (1004, "auth"), (2054, "voice_missing"), (1042, "invalid_input")):
        error = of_speech(said(nested(code=code, message="no") | {"data": None}), model=model)
        assert (error.category, error.code) == (category, str(code))


def test_a_voice_that_is_not_there_is_missing_in_either_shape():
    error = of_speech(refused("INVALID_REQUEST_BODY", 400, "voice id not exist"))
    assert (error.category, error.gone, error.field) == ("voice_missing", True, "voice_id")
    other = of_speech(refused("INVALID_REQUEST_BODY", 400, "you don't have access to this voice_id"))
    assert (other.category, other.gone) == ("permission", False)


def test_a_refused_body_is_traced_to_its_field_where_its_words_are_minimaxs():
    message = "invalid params, invalid params: voice_setting emotion"
    assert of_speech(refused("INVALID_REQUEST_BODY", 400, message)).field == "settings.emotion"


def test_a_bad_recording_is_told_from_a_bad_prompt():
    assert of_clone(refused("INVALID_AUDIO_FILE", 400, "too short")).field == "sample"
    assert of_clone(refused("INVALID_AUDIO_FILE", 400, "prompt audio too long")).field == "clone_prompt"


def test_a_page_in_the_place_of_an_answer_has_no_reason():
    assert of_speech(said(b"404 page not found", 404)).category == "unsupported"
    assert of_speech(said({"message": "nope"}, 500)).category == "provider_down"
    assert of_speech(said(b"x", 418)).category == "malformed_response"
