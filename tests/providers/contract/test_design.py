"""A voice is made up from a description."""

from providers.errors import RefusedError
from providers.probe import probe
from tests.providers.contract.customer import DESIGN
from tests.providers.contract.promises import for_each, only_where
from tests.providers.vendor import failure

OPERATION = "design"


def design(customer, **fields):
    return customer.run(customer.adapter.design(customer.account, customer.design_request(**fields)))


def test_a_designed_voice_is_heard_at_once_and_its_preview_is_billed(customer):
    made = design(customer)
    assert probe(customer.preview_of(made)).duration_ms > 100
    assert made.findings == ()
    (line,) = customer.bill()
    assert line["operation"] == "design_preview"
    assert line["characters"] == customer.adapter.count_characters(DESIGN["preview_text"])
    assert line["trace_id"] == made.trace_id
    assert made.billed_characters in (None, line["characters"])


def test_a_designed_voice_speaks(customer):
    made = design(customer)
    assert customer.audio_of(customer.speak(voice_id=made.voice_id))


@only_where(lambda capabilities: capabilities.retention.kind == "activation")
def test_its_first_use_books_its_fee_once_where_there_is_one(customer):
    made = design(customer)
    customer.speak(voice_id=made.voice_id)
    customer.speak(voice_id=made.voice_id)
    fee = ["design_fee"] if customer.stage.fees else []
    assert sorted(line["operation"] for line in customer.bill()) == [*fee, "design_preview", "t2a", "t2a"]


@for_each(lambda capabilities: ("prompt", "preview_text"))
def test_what_says_nothing_is_refused_before_anything_is_sent(customer, case):
    error = failure(lambda: design(customer, **{case: " "}))
    assert (isinstance(error, RefusedError), error.field) == (True, case)
    assert customer.requests() == []
