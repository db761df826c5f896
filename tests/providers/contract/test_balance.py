"""What is left of the money is told, for free."""

OPERATION = "balance"


def test_the_balance_falls_by_what_was_spent(customer):
    before = customer.run(customer.adapter.balance(customer.account))
    customer.speak("Hello there.")
    after = customer.run(customer.adapter.balance(customer.account))
    (line,) = customer.bill()
    assert (before.currency, after.currency) == (line["currency"], line["currency"])
    assert before.amount_micros - after.amount_micros == line["amount_micros"]


def test_asking_costs_nothing(customer):
    customer.run(customer.adapter.balance(customer.account))
    assert customer.run(customer.adapter.check_account(customer.account)).ok
    assert customer.bill() == []
