"""A session speaks text after text, each heard while it is spoken and paid for itself."""

import pytest

from providers.errors import RefusedError
from providers.socket import SocketRequest
from providers.types import AudioFormat
from tests.providers.contract.hearing import billed, heard
from tests.providers.contract.promises import for_each, through_one_driver
from tests.providers.contract.wishes import impossible
from tests.providers.talk import Talker
from tests.providers.vendor import failure

OPERATION = "socket"
TEXTS = ("One sentence for the road.", "And another one for those who stay 处理.", "Good night.")


def asked(customer, **fields):
    return SocketRequest(
        **{
            "model": customer.capabilities.cheapest_model,
            "voice_id": customer.stage.voice_id,
            "format": customer.capabilities.default_format,
        }
        | fields
    )


def session(customer, *, options=None, **fields):
    exchange = customer.adapter.open_socket(customer.account, asked(customer, **fields))
    return Talker(customer.kind, exchange, [customer.host_port], **options or {})


def ordered(customer, fault, **fields):
    """The next text fails this way: to the sandbox it is a synthesis like any other."""
    customer.order(fault, "speech", **fields)


def test_every_text_is_real_audio_in_pieces_and_billed_as_counted(customer):
    shape = customer.capabilities.default_format
    with session(customer) as talker:
        for number, text in enumerate(TEXTS):
            content, result = talker.hear(text)
            assert len(talker.pieces) > 2
            heard(content, shape, text, declared_ms=result.duration_ms)
            assert (result.container, result.audio, result.findings) == (shape.container, b"", ())
            lines = customer.bill()[number:]
            billed(customer, "t2a", text, result.billed_characters, trace_id=result.trace_id, lines=lines)
    assert len(customer.bill()) == len(TEXTS)


@for_each(lambda capabilities: sorted(capabilities.stream_formats))
def test_every_container_declared_streamable_is_spoken(customer, case):
    for channels in customer.capabilities.channels:
        shape = AudioFormat(case, max(customer.capabilities.formats[case]), None, channels)
        with session(customer, format=shape) as talker:
            content, result = talker.hear("Hello there.")
        heard(content, shape, "Hello there.", declared_ms=result.duration_ms)
        assert result.findings == ()


@through_one_driver
@for_each(lambda capabilities: sorted(set(capabilities.formats) - capabilities.stream_formats))
def test_a_container_that_is_not_declared_streamable_is_refused_before_anything_is_sent(customer, case):
    error = failure(lambda: session(customer, format=AudioFormat(case, customer.capabilities.formats[case][0])))
    assert (isinstance(error, RefusedError), error.field) == (True, "format.container")


@through_one_driver
@for_each(lambda capabilities: [wish for wish in impossible(capabilities) if wish[0] != "text"])
def test_what_cannot_be_honoured_is_refused_by_its_name_before_anything_is_sent(customer, case):
    field, fields = case
    error = failure(lambda: session(customer, **fields))
    assert isinstance(error, RefusedError)
    assert (error.field, error.possibly_charged) == (field, False)


@for_each(lambda capabilities: ("empty", "blank", "too long"))
def test_a_text_that_cannot_be_spoken_is_refused_and_the_session_goes_on(customer, case):
    text = {"empty": "", "blank": " \n", "too long": "a" * (customer.capabilities.text_limit + 1)}[case]
    with session(customer) as talker:
        error = failure(lambda: talker.hear(text))
        assert (isinstance(error, RefusedError), error.field) == (True, "text")
        assert talker.hear("Good night.")[0]
    assert len(customer.bill()) == 1


def test_keeping_a_session_alive_costs_nothing(customer):
    with session(customer) as talker:
        talker.keep_alive()
        assert talker.hear("Good night.")[0]
        talker.keep_alive()
    assert len(customer.bill()) == 1


def test_who_stops_listening_may_speak_on_and_learns_what_it_cost(customer):
    with session(customer) as talker:
        left = talker.hear(TEXTS[0], most=1)
        assert talker.hear(TEXTS[1])[0]
    told = [left.result.billed_characters, customer.adapter.count_characters(TEXTS[1])]
    assert [line["characters"] for line in customer.bill()] == told


@pytest.mark.parametrize(
    ("fault", "fields", "category"),
    [
        ("cut_stream", {}, "timeout_unknown_outcome"),
        ("no_end_frame", {}, "timeout_unknown_outcome"),
        ("stall", {"seconds": 0.1}, "timeout_unknown_outcome"),
        ("error_mid_stream", {}, "provider_down"),
        ("error_mid_stream", {"status_code": 1002}, "rate_limited"),
    ],
)
def test_a_text_that_fails_after_audio_may_be_charged_whatever_it_says(customer, fault, fields, category):
    with session(customer) as talker:
        ordered(customer, fault, **fields)
        error = failure(lambda: talker.hear(TEXTS[0]))
    assert (error.category, error.possibly_charged) == (category, True)
    assert error.heard_bytes == sum(map(len, talker.pieces)) > 0
    assert len(customer.bill()) == 1


@for_each(lambda capabilities: ("bad_hex", "voice_gone", "rate_limit", "close_connection"))
def test_a_text_that_fails_before_its_first_audio_ends_the_session_and_only_it_may_be_charged(customer, case):
    with session(customer) as talker:
        talker.hear(TEXTS[0])
        ordered(customer, case)
        error, after = failure(lambda: talker.hear(TEXTS[1])), failure(lambda: talker.hear(TEXTS[2]))
    assert error.heard_bytes == 0
    assert error.possibly_charged or len(customer.bill()) == 1
    assert (after.category, after.retryable, after.possibly_charged) == ("provider_down", True, False)


def test_a_text_that_falls_silent_is_bounded_in_time(customer):
    with session(customer, options={"longest_seconds": 0.5}) as talker:
        ordered(customer, "stall", seconds=5)
        error = failure(lambda: talker.hear(TEXTS[0]))
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)


def test_the_key_is_in_no_message(customer):
    error = failure(session(customer, voice_id="Nobody_12345678").__enter__)
    assert customer.account.key not in f"{error} {error!r}"
