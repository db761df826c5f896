"""The price of a synthesis is told before it is made, for free."""

from providers.errors import RefusedError
from tests.providers.vendor import failure

OPERATION = "price"
TEXT = "A sentence whose price is asked for, 处理 included."


def test_what_is_quoted_is_what_is_charged(customer):
    quote = customer.run(customer.adapter.price(customer.account, customer.request(TEXT)))
    assert customer.bill() == []
    customer.speak(TEXT)
    (line,) = customer.bill()
    assert (quote.amount_micros, quote.currency) == (line["amount_micros"], line["currency"])


def test_what_cannot_be_made_has_no_price(customer):
    error = failure(lambda: customer.run(customer.adapter.price(customer.account, customer.request("Hi.", model="x"))))
    assert isinstance(error, RefusedError)
    assert customer.requests() == []
