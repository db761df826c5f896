"""A clip is marked audibly."""

from tests.providers.contract.promises import only_where
from tests.providers.vendor import failure

OPERATION = "watermark"


def test_a_watermark_lengthens_the_clip_and_not_the_bill(customer):
    plain, marked = customer.speak(), customer.speak(watermark=True)
    assert marked.duration_ms > plain.duration_ms
    first, second = customer.bill()
    assert first["characters"] == second["characters"]


@only_where(lambda capabilities: "stream" in capabilities.operations)
def test_a_stream_that_should_be_marked_is_refused_before_anything_is_sent(customer):
    assert failure(lambda: customer.stream(watermark=True)).field == "watermark"
    assert customer.requests() == []
