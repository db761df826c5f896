"""A voice that refuses an emotion: the refusal stands, unless the account wants the words without it. Never silent."""

import pytest

from providers.errors import PendingError
from providers.types import Account, SpeechSettings
from tests.providers.conversation import ACCOUNT, MINIMAX, account, answer, converse, request, spoken
from tests.providers.vendor import failure, speech

WILLING = account(retry_without_emotion=True)
SETTINGS = {"emotion": "happy", "speed": 1.5}
REFUSED = answer(code=2013, message="invalid params, invalid params: voice_setting emotion")


def speaking(of, **fields):
    return MINIMAX.speech(of, request(settings=SETTINGS, **fields))


def test_by_default_the_refusal_stands():
    error = failure(lambda: converse(speaking(ACCOUNT), REFUSED))
    assert (error.code, error.field, error.possibly_charged) == ("2013", "settings.emotion", False)


@pytest.mark.parametrize("value", [False, "true", 1, None])
def test_nothing_but_true_is_a_yes(value):
    assert failure(lambda: converse(speaking(account(retry_without_emotion=value)), REFUSED)).code == "2013"


def test_where_wanted_it_is_spoken_once_more_without_the_emotion_and_told():
    result, (first, second) = converse(speaking(WILLING), REFUSED, spoken())
    assert result.audio
    assert [finding.code for finding in result.findings] == ["emotion_dropped"]
    assert "happy" in result.findings[0].message
    plain = {name: value for name, value in first.json["voice_setting"].items() if name != "emotion"}
    assert second.json == first.json | {"voice_setting": plain}


def test_a_second_refusal_is_final():
    error = failure(lambda: converse(speaking(WILLING), REFUSED, REFUSED))
    assert error.code == "2013"


@pytest.mark.parametrize(
    "other",
    [
        answer(code=2013, message="invalid params, text too long"),
        answer(code=1002),
        answer(code=2054),
        answer(code=2013, message="voice_setting emotion", extra_info={"usage_characters": 6}),
    ],
    ids=["another field", "a limit", "a missing voice", "billed"],
)
def test_nothing_else_is_repeated(other):
    assert failure(lambda: converse(speaking(WILLING), other)).code is not None


def test_without_an_emotion_nothing_is_repeated():
    assert failure(lambda: converse(MINIMAX.speech(WILLING, request()), REFUSED)).code == "2013"


def test_when_no_time_is_left_the_refusal_stands():
    operation = speaking(WILLING)
    next(operation)
    operation.send(REFUSED)
    error = failure(lambda: operation.throw(PendingError("", 0.0)))
    assert error.code == "2013"


@pytest.fixture
def willing(vendor):
    of = vendor.account
    vendor.account = Account(provider=of.provider, base_url=of.base_url, key=of.key, options=WILLING.options)
    return vendor


def test_a_call_over_the_socket_is_repeated_and_billed_once(willing):
    willing.order("emotion_refused")
    result = willing.speak(settings=SpeechSettings(emotion="happy"))
    assert [finding.code for finding in result.findings] == ["emotion_dropped"]
    assert [line["trace_id"] for line in willing.bill()] == [result.trace_id]


def test_a_stream_is_repeated_before_its_first_audio_and_told(willing):
    willing.order("emotion_refused")
    pieces, result = willing.stream(settings=SpeechSettings(emotion="happy"))
    assert pieces
    assert [finding.code for finding in result.findings] == ["emotion_dropped"]
    assert [line["trace_id"] for line in willing.bill()] == [result.trace_id]


def test_a_stream_by_default_is_not_repeated(vendor):
    vendor.order("emotion_refused")
    error = failure(lambda: vendor.stream(settings=SpeechSettings(emotion="happy")))
    assert (error.code, error.field, error.possibly_charged) == ("2013", "settings.emotion", False)
    assert vendor.bill() == []


def test_a_stream_whose_second_try_fails_too_says_so(willing):
    willing.order("emotion_refused")
    willing.order("rate_limit", count=2)
    error = failure(lambda: willing.stream(settings=SpeechSettings(emotion="happy")))
    assert error.code == "1002"


def test_a_stream_that_was_heard_is_never_repeated():
    exchange = MINIMAX.stream_speech(WILLING, speech("Hi.", settings=SpeechSettings(emotion="happy")))
    error = failure(lambda: converse(speaking(ACCOUNT), REFUSED))
    assert exchange.after(error) is not None
    error.heard_bytes = 1
    assert exchange.after(error) is None
