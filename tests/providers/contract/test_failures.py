"""Whatever goes wrong with a call of any operation: named for what it is, with its trace, honest about money."""

import pytest

from tests.providers.contract.calls import CALLS
from tests.providers.contract.customer import PAID
from tests.providers.vendor import failure

OPERATIONS = tuple(CALLS)


def failed(customer, operation):
    error = failure(lambda: CALLS[operation](customer))
    (asked,) = [row for row in customer.requests() if row["operation"] == customer.stage.routes[operation]]
    return error, asked


def test_a_refusal_keeps_its_code_its_trace_and_costs_nothing(customer, operation):
    refusal = customer.stage.refusal
    customer.order(refusal.fault, operation, **refusal.fields)
    error, asked = failed(customer, operation)
    assert (error.category, error.code) == (refusal.category, refusal.code)
    assert error.trace_id == (asked["trace_id"] if customer.stage.traced else "")
    assert not error.possibly_charged
    assert customer.bill() == []


def test_a_limit_may_be_tried_again_and_costs_nothing(customer, operation):
    customer.order("rate_limit", operation)
    error, _ = failed(customer, operation)
    assert (error.category, error.retryable, error.possibly_charged) == ("rate_limited", True, False)
    assert customer.bill() == []


def test_a_server_error_may_have_been_charged_where_the_call_is_paid(customer, operation):
    customer.order("http_500", operation)
    error, _ = failed(customer, operation)
    assert (error.category, error.http_status) == ("provider_down", 500)
    assert error.possibly_charged is (operation in PAID)


@pytest.mark.parametrize("fault", ["close_connection", "cut_stream"])
def test_a_lost_answer_is_unknown_where_the_call_is_paid(customer, operation, fault):
    customer.order(fault, operation)
    error, _ = failed(customer, operation)
    if operation in PAID:
        assert (error.category, error.retryable, error.possibly_charged) == ("timeout_unknown_outcome", False, True)
    else:
        assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_a_gateway_page_under_status_200_is_no_answer(customer, operation):
    customer.order("wrong_content_type", operation)
    error, _ = failed(customer, operation)
    assert error.category == "malformed_response"
    assert error.possibly_charged is (operation in PAID)


def test_the_key_is_in_no_message(customer, operation):
    customer.order("http_500", operation)
    error, _ = failed(customer, operation)
    assert customer.account.key not in f"{error} {error!r} {error.message}"
