"""A text becomes audio in one paid exchange."""

import pytest

from providers.audio import plausible_duration
from providers.errors import RefusedError
from providers.probe import probe
from providers.types import AudioFormat, SpeechSettings
from tests.providers.contract.hearing import billed, heard
from tests.providers.contract.promises import for_each, through_one_driver
from tests.providers.contract.wishes import impossible, undeclared
from tests.providers.vendor import failure

OPERATION = "speech"
TEXTS = ("今天是不是很开心呀(laughs)，当然了！", "One code.<#0.45#>No sign-up, and no app.", "A line\nand another one.")


@for_each(lambda capabilities: TEXTS)
def test_a_text_is_real_audio_and_billed_as_counted(customer, case):
    shape = customer.capabilities.default_format
    result = customer.speak(case)
    heard(customer.audio_of(result), shape, case, declared_ms=result.duration_ms)
    assert result.findings == ()
    billed(customer, "t2a", case, result.billed_characters, trace_id=result.trace_id)


@for_each(lambda capabilities: capabilities.formats)
def test_every_declared_container_is_made_with_one_and_two_channels(customer, case):
    text = "Hello there."
    for channels in customer.capabilities.channels:
        shape = AudioFormat(case, customer.capabilities.formats[case][0], None, channels)
        result = customer.speak(text, format=shape)
        assert result.findings == ()
        heard(customer.audio_of(result), shape, text, declared_ms=result.duration_ms)


@through_one_driver
@for_each(lambda capabilities: capabilities.formats)
def test_every_declared_rate_and_bitrate_is_made(customer, case):
    bitrates = [
        (max(customer.capabilities.formats[case]), bitrate) for bitrate in customer.capabilities.bitrates.get(case, ())
    ]
    for rate, bitrate in [(rate, None) for rate in customer.capabilities.formats[case]] + bitrates:
        shape = AudioFormat(case, rate, bitrate)
        heard(customer.audio_of(customer.speak("Hi.", format=shape)), shape, "Hi.")


@through_one_driver
@for_each(lambda capabilities: capabilities.models)
def test_no_declared_emotion_is_refused_by_the_provider(customer, case):
    for emotion in sorted(customer.capabilities.emotions.get(case, ())):
        assert customer.audio_of(customer.speak("Hi.", model=case, settings=SpeechSettings(emotion=emotion)))
    assert customer.audio_of(customer.speak("Hi.", model=case))


@through_one_driver
def test_no_declared_language_is_refused_by_the_provider(customer):
    for boost in sorted(customer.capabilities.language_boosts):
        assert customer.audio_of(customer.speak("Hi.", settings=SpeechSettings(language_boost=boost)))


@through_one_driver
def test_what_is_not_declared_is_refused_by_the_provider_too(customer):
    taken = set()
    for name, fields in undeclared(customer.capabilities):
        request = customer.request("Hi.", **fields)
        with pytest.raises(RefusedError):
            customer.adapter.check_speech(customer.account, request)
        try:
            failure(lambda request=request: customer.run(customer.stage.unchecked(customer.account, request)))
        except pytest.fail.Exception:
            taken.add(name)
    assert taken == customer.stage.stricter


@for_each(impossible)
def test_what_cannot_be_honoured_is_refused_by_its_name_before_anything_is_sent(customer, case):
    field, fields = case
    error = failure(lambda: customer.speak(**{"text": "Hello."} | fields))
    assert isinstance(error, RefusedError)
    assert (error.field, error.possibly_charged) == (field, False)
    assert customer.requests() == []


def test_a_text_as_long_as_declared_is_taken(customer):
    text = "Now. " * (customer.capabilities.text_limit // 5)
    customer.adapter.check_speech(customer.account, customer.request(text))


def test_the_cheapest_text_keeps_its_word(customer):
    text = customer.capabilities.activation_text
    result = customer.speak(text, model=customer.capabilities.cheapest_model)
    assert probe(customer.audio_of(result)).duration_ms > 100
    billed(customer, "t2a", text, result.billed_characters)


def test_a_voice_the_provider_does_not_know_is_missing_and_costs_nothing(customer):
    error = failure(lambda: customer.speak(voice_id="nobody-at-all-1"))
    hidden = customer.stage.hides_reasons
    assert (error.category, error.possibly_charged) == ("provider_down" if hidden else "voice_missing", hidden)
    assert customer.bill() == []


def test_a_clip_that_is_far_too_short_is_noticed_although_the_answer_says_success(customer):
    text = "A sentence of which the vendor speaks only the very beginning."
    customer.order("short_audio", "speech")
    short = probe(customer.audio_of(customer.speak(text))).duration_ms
    finding = plausible_duration(text, short)
    assert finding is not None
    assert finding.code == "audio_too_short"


@for_each(lambda capabilities: (("timeout_after_charge", 1), ("timeout_before_charge", 0)))
def test_silence_is_an_unknown_outcome_whether_it_was_charged_or_not(customer, case):
    fault, lines = case
    customer.order(fault, "speech", seconds=5)
    operation = customer.adapter.speech(customer.account, customer.request())
    error = failure(lambda: customer.run(operation, longest_seconds=0.4))
    assert (error.category, error.possibly_charged, error.retryable) == ("timeout_unknown_outcome", True, False)
    assert len(customer.bill()) == lines
