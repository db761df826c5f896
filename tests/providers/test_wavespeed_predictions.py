"""Submitted once, asked for until it ends: what WaveSpeed's way of working does to a careless caller."""

import pytest

from providers.errors import Category, PendingError, ProviderError
from providers.types import Accepted
from providers.wavespeed.errors import TABLE
from tests.providers.conversation import converse
from tests.providers.vendor import failure
from tests.providers.wavespeed import (
    ACCOUNT,
    AUDIO_URL,
    ROOT,
    TASK,
    WAVESPEED,
    account,
    completed,
    envelope,
    failed,
    prediction,
    raw,
    refusal,
    request,
)

PAGE = raw(b"<html>504 Gateway Time-out</html>", status=504)


def speak(*answers, wavespeed=ACCOUNT, **kept):
    return converse(WAVESPEED.speech(wavespeed, request()), *answers, **kept)


def error_of(*answers, wavespeed=ACCOUNT):
    return failure(lambda: speak(*answers, wavespeed=wavespeed))


def methods(requests):
    return [asked.method for asked in requests]


def test_a_task_is_submitted_once_and_asked_for_until_it_ends():
    accepted: list[str] = []
    pauses: list[float] = []
    result, requests = speak(
        prediction(),
        prediction("processing"),
        prediction("queued for a while"),
        completed(),
        accepted=accepted,
        pauses=pauses,
    )
    assert methods(requests) == ["POST", "GET", "GET", "GET"]
    assert [asked.repeatable for asked in requests] == [False, True, True, True]
    assert requests[0].url == f"{ROOT}/minimax/speech-02-hd"
    assert accepted == [TASK]
    assert (result.audio, result.audio_url, result.trace_id) == (b"", AUDIO_URL, TASK)
    assert result.billed_characters is None


def test_the_first_thing_after_the_id_is_known_is_to_tell_it():
    operation = WAVESPEED.speech(ACCOUNT, request())
    next(operation)
    assert operation.send(prediction()) == Accepted(TASK)


def test_pauses_begin_with_two_seconds_and_grow_to_ten():
    pauses: list[float] = []
    with pytest.raises(PendingError) as caught:
        speak(prediction(), *[prediction("processing")] * 20, pauses=pauses)
    assert pauses[:3] == [2.0, 3.0, 4.5]
    assert max(pauses) == 10.0
    assert 45 <= sum(pauses) <= 60
    assert caught.value.task == TASK


def test_an_account_may_ask_in_its_own_rhythm():
    pauses: list[float] = []
    speak(prediction(), prediction(), completed(), wavespeed=account(poll_every_seconds=0.02), pauses=pauses)
    assert pauses == [0.02]


def test_sync_mode_is_asked_for_only_where_the_account_wants_it():
    _, (plain,) = speak(completed())
    assert "enable_sync_mode" not in plain.json
    _, (sync,) = speak(completed(), wavespeed=account(sync_mode=True))
    assert sync.json["enable_sync_mode"] is True
    assert sync.timeout.read > 90


@pytest.mark.parametrize("status", ["processing", "failed"])
def test_a_sync_call_that_timed_out_goes_on_by_id(status):
    accepted: list[str] = []
    timed_out = prediction(status, code=5004, error="Sync mode timed out, the task is still running.")
    result, requests = speak(timed_out, completed(), wavespeed=account(sync_mode=True), accepted=accepted)
    assert (methods(requests), accepted, result.audio_url) == (["POST", "GET"], [TASK], AUDIO_URL)


def test_a_gateway_that_gave_up_but_tells_the_id_goes_on_by_id():
    accepted: list[str] = []
    told = raw({"code": 504, "message": "gateway timeout", "data": {"id": TASK}}, status=504)
    result, requests = speak(told, completed(), accepted=accepted)
    assert (methods(requests), accepted, result.audio_url) == (["POST", "GET"], [TASK], AUDIO_URL)


@pytest.mark.parametrize("answer", [PAGE, raw({"code": 504, "message": "x", "data": {}}, status=504)])
def test_a_gateway_that_gave_up_without_the_id_is_an_unknown_outcome(answer):
    error = error_of(answer)
    assert (error.category, error.retryable, error.possibly_charged) == ("timeout_unknown_outcome", False, True)


@pytest.mark.parametrize("status", [500, 503])
def test_a_submission_that_met_a_broken_server_may_have_been_taken(status):
    error = error_of(refusal(status), wavespeed=account(failures_may_charge=False))
    assert (error.category, error.possibly_charged) == ("provider_down", True)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (f"{ROOT}/predictions/{TASK}/result", f"{ROOT}/predictions/{TASK}/result"),
        (f"{ROOT}/predictions/{TASK}", f"{ROOT}/predictions/{TASK}"),
        (f"https://evil.example/api/v3/predictions/{TASK}/result", f"{ROOT}/predictions/{TASK}/result"),
        (f"https://api.wavespeed.ai@evil.example/api/v3/predictions/{TASK}", f"{ROOT}/predictions/{TASK}/result"),
        (f"https://api.wavespeed.ai.evil.example/api/v3/predictions/{TASK}", f"{ROOT}/predictions/{TASK}/result"),
        (f"http://api.wavespeed.ai/api/v3/predictions/{TASK}", f"{ROOT}/predictions/{TASK}/result"),
        (f"https://api.wavespeed.ai/api/v3/balance?of={TASK}", f"{ROOT}/predictions/{TASK}/result"),
        ("http://[", f"{ROOT}/predictions/{TASK}/result"),
        (None, f"{ROOT}/predictions/{TASK}/result"),
    ],
)
def test_the_address_of_a_result_is_used_only_where_it_is_the_accounts_own(url, asked):
    _, requests = speak(prediction(urls={"get": url}), completed())
    assert requests[1].url == asked


@pytest.mark.parametrize("outputs", [[AUDIO_URL], [{"url": AUDIO_URL}], [None, 7, {"url": AUDIO_URL}]])
def test_outputs_are_addresses_or_objects_that_hold_one(outputs):
    result, _ = speak(prediction(), completed(*outputs))
    assert result.audio_url == AUDIO_URL


@pytest.mark.parametrize("outputs", [[], None, ["file:///etc/passwd"], [{"audio": AUDIO_URL}]])
def test_completed_without_an_address_is_no_result_and_was_paid(outputs):
    error = error_of(prediction(), prediction("completed", outputs=outputs))
    assert (error.category, error.possibly_charged, error.trace_id) == ("malformed_response", True, TASK)


@pytest.mark.parametrize("status", ["failed", "cancelled", "canceled", "timeout"])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_task_that_failed_inside_a_200_is_a_failure(status, at_once):
    ended = prediction(status, code=5000, error="internal")
    error = error_of(ended) if at_once else error_of(prediction(), ended)
    assert (error.category, error.code, error.message, error.trace_id) == ("provider_down", "5000", "internal", TASK)


@pytest.mark.parametrize(
    ("code", "words", "category", "field", "charged"),
    [
        (1200, "sensitive", "content_refused", "text", True),
        (1400, "missing", "invalid_input", None, False),
        (1401, "wrong", "invalid_input", None, False),
        (1401, "voice id not exist", "voice_missing", "voice_id", False),
        (1401, "voice clone voice id duplicate", "voice_duplicate", "voice_id", False),
        (1401, "voice duration too short", "invalid_input", "sample", False),
        (1402, "no access", "invalid_input", "sample", False),
        (1403, "failed", "provider_down", None, True),
        (1405, "failed", "provider_down", None, True),
        (1405, "Duplicate voice-id", "voice_duplicate", "voice_id", False),
        (5000, "voice id not exist", "provider_down", None, True),
        (5003, "later", "provider_down", None, True),
        (5004, "too long", "provider_down", None, True),
        (None, "older pages tell no number", "provider_down", None, True),
        (9999, "what is this", "malformed_response", None, True),
    ],
)
def test_the_number_of_a_failure_says_what_it_is(code, words, category, field, charged):
    error = error_of(prediction(), failed(code, words))
    assert (error.category, error.field, error.possibly_charged) == (category, field, charged)
    assert error.code == (None if code is None else str(code))


def test_only_minimaxs_own_sentence_says_that_a_voice_is_gone_for_good():
    assert error_of(prediction(), failed(1401, "voice id not exist")).gone
    assert not error_of(prediction(), failed(1401, "voice was not found")).gone


def test_whether_a_failure_of_theirs_is_charged_is_the_accounts_to_know():
    free = account(failures_may_charge=False)
    assert not error_of(prediction(), failed(5000), wavespeed=free).possibly_charged
    assert error_of(prediction(), failed(5004), wavespeed=free).possibly_charged


def test_every_row_names_its_source():
    assert all(row.seen for row in TABLE.values())


@pytest.mark.parametrize(
    ("answer", "category", "code", "charged"),
    [
        (refusal(400, "property text is required"), "invalid_input", "400", False),
        (refusal(400, "bad", error_code=1401), "invalid_input", "1401", False),
        (refusal(401), "auth", "401", False),
        (refusal(402), "balance", "402", False),
        (refusal(403), "permission", "403", False),
        (refusal(404), "unsupported", "404", False),
        (refusal(429), "rate_limited", "429", False),
        (raw({"code": 429, "message": "slow down"}), "rate_limited", "429", False),
        (refusal(418), "malformed_response", None, True),
        (raw(b"<html>hello</html>"), "malformed_response", None, True),
        (envelope(None), "malformed_response", None, True),
        (envelope({}), "malformed_response", None, True),
        (prediction(id="../../balance"), "malformed_response", None, True),
        (prediction(id=None), "malformed_response", None, True),
    ],
)
def test_a_refused_or_unreadable_submission_is_named_and_honest_about_money(answer, category, code, charged):
    error = error_of(answer)
    assert (error.category, error.code, error.possibly_charged) == (category, code, charged)


@pytest.mark.parametrize(
    "answer",
    [
        refusal(401),
        refusal(404),
        refusal(429),
        refusal(500),
        PAGE,
        raw(b"<html>hello</html>"),
        envelope(None),
        completed(id="another-prediction"),
        ProviderError("no connection", category=Category.PROVIDER_DOWN),
    ],
    ids=["key", "unknown", "pace", "server", "gateway", "page", "no_data", "another", "connection"],
)
def test_a_question_that_went_wrong_says_nothing_about_the_work(answer):
    result, requests = speak(prediction(), answer, completed())
    assert (methods(requests), result.audio_url) == (["POST", "GET", "GET"], AUDIO_URL)


def test_going_on_later_only_asks():
    result, requests = converse(
        WAVESPEED.resume_speech(ACCOUNT, request(), TASK), prediction("processing"), completed()
    )
    assert (methods(requests), result.trace_id) == (["GET", "GET"], TASK)
    assert requests[0].url == f"{ROOT}/predictions/{TASK}/result"


def test_a_prediction_that_is_not_known_any_more_was_paid_and_its_end_is_unknown():
    error = failure(lambda: converse(WAVESPEED.resume_speech(ACCOUNT, request(), TASK), refusal(404)))
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)


def test_the_key_goes_to_the_accounts_host_alone():
    _, requests = speak(prediction(urls={"get": "https://evil.example/x"}), prediction(), completed())
    assert {asked.url.partition("/api/")[0] for asked in requests} == {"https://api.wavespeed.ai"}
    assert requests[0].headers["Authorization"] == "Bearer ws-key-1"
