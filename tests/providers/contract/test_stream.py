"""A text becomes audio while it is spoken."""

import pytest

from providers.errors import RefusedError
from providers.types import AudioFormat
from tests.providers.contract.hearing import billed, heard
from tests.providers.contract.promises import for_each, through_one_driver
from tests.providers.contract.wishes import impossible
from tests.providers.vendor import failure

OPERATION = "stream"
TEXT = "One sentence for the road, and another one for those who stay 处理."


def test_a_stream_is_real_audio_in_pieces_and_billed_as_counted(customer):
    shape = customer.capabilities.default_format
    pieces, result = customer.stream(TEXT)
    assert len(pieces) > 3
    heard(b"".join(pieces), shape, TEXT, declared_ms=result.duration_ms)
    assert (result.container, result.audio, result.findings) == (shape.container, b"", ())
    billed(customer, "t2a", TEXT, result.billed_characters, trace_id=result.trace_id)


@for_each(lambda capabilities: sorted(capabilities.stream_formats))
def test_every_container_declared_streamable_is_streamed(customer, case):
    for channels in customer.capabilities.channels:
        shape = AudioFormat(case, max(customer.capabilities.formats[case]), None, channels)
        pieces, result = customer.stream(format=shape)
        heard(b"".join(pieces), shape, "Hello there.", declared_ms=result.duration_ms)
        assert result.findings == ()


@through_one_driver
@for_each(lambda capabilities: sorted(set(capabilities.formats) - capabilities.stream_formats))
def test_a_container_that_is_not_declared_streamable_is_refused_before_anything_is_sent(customer, case):
    error = failure(lambda: customer.stream(format=AudioFormat(case, customer.capabilities.formats[case][0])))
    assert (type(error).__mro__[1], error.field) == (RefusedError, "format.container")
    assert customer.requests() == []


@for_each(impossible)
def test_what_cannot_be_honoured_is_refused_by_its_name_before_anything_is_sent(customer, case):
    field, fields = case
    error = failure(lambda: customer.stream(**{"text": "Hello."} | fields))
    assert isinstance(error, RefusedError)
    assert (error.field, error.possibly_charged) == (field, False)
    assert customer.requests() == []


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
def test_a_stream_that_fails_after_audio_may_be_charged_whatever_it_says(customer, fault, fields, category):
    customer.order(fault, "stream", **fields)
    error = failure(lambda: customer.stream(TEXT))
    assert (error.category, error.possibly_charged) == (category, True)
    assert error.heard_bytes > 0
    assert len(customer.bill()) == 1


@for_each(lambda capabilities: ("bad_hex", "voice_gone"))
def test_a_stream_that_fails_before_its_first_audio_was_not_heard(customer, case):
    customer.order(case, "stream")
    error = failure(lambda: customer.stream(TEXT))
    assert error.heard_bytes == 0
    assert len(customer.bill()) == (1 if error.possibly_charged else 0)


def test_a_stream_that_falls_silent_is_bounded_in_time(customer):
    customer.order("stall", "stream", seconds=5)
    exchange = customer.adapter.stream_speech(customer.account, customer.request(TEXT))
    error = failure(lambda: customer.hear(exchange, longest_seconds=0.4))
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)
