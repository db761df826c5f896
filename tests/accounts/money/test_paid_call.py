"""The one door: what stands in the books after every way a paid call can end."""

import pytest
from django.db import transaction

from accounts import spool
from accounts.errors import ConflictError
from accounts.flows.attempts import mark_sent, prepare
from accounts.flows.holds import Fee
from accounts.flows.paid_call import OpenTransactionError, answer_stored, recover_attempt, resolve_attempt
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, LedgerEntry, Price
from accounts.money import Money
from accounts.payer import Actor
from providers.errors import ProviderError
from tests.accounts.money.conftest import MODEL


def test_a_call_that_succeeds_is_booked_with_the_providers_number_and_trace(till):
    attempt, answer = till.pay(till.hold())
    entry = LedgerEntry.objects.get()
    line = till.bill()[0]
    assert attempt.state == Attempt.State.SETTLED
    assert (entry.billed_characters, entry.trace_id) == (line["characters"], line["trace_id"])
    assert entry.amount_micros == line["amount_micros"] == 600
    assert (entry.source, entry.kind, entry.voice_slug) == ("provider", "speech", "narrator")
    assert answer.audio
    assert verify_ledger() == []


def test_the_answer_stays_on_disk_until_it_is_stored_elsewhere(till):
    attempt, answer = till.pay(till.hold())
    assert spool.find(attempt.id) == answer
    answer_stored(attempt_id=attempt.id)
    assert spool.find(attempt.id) is None


def test_it_refuses_to_run_inside_a_transaction(till):
    hold = till.hold()
    with pytest.raises(OpenTransactionError), transaction.atomic():
        till.pay(hold)
    assert till.bill() == []
    assert not Attempt.objects.exists()


def test_a_refused_call_is_released_and_its_hold_serves_the_next_try(till):
    hold = till.hold()
    till.fault("rate_limit")
    with pytest.raises(ProviderError) as caught:
        till.pay(hold)
    assert caught.value.retryable
    assert Attempt.objects.get().state == Attempt.State.RELEASED
    till.pay(hold)
    assert [line["characters"] for line in till.bill()] == [6]
    assert LedgerEntry.objects.count() == 1


def test_a_lost_answer_is_unknown_and_its_hold_stays(till):
    hold = till.hold()
    till.fault("timeout_after_charge", seconds=0)
    with pytest.raises(ProviderError) as caught:
        till.pay(hold)
    assert caught.value.possibly_charged
    attempt = Attempt.objects.get()
    hold.refresh_from_db()
    assert (attempt.state, hold.state) == (Attempt.State.UNKNOWN, Hold.State.OPEN)
    assert Event.objects.get().kind == "attempt.unresolved"
    assert len(till.bill()) == 1
    assert verify_ledger() == []


def test_an_answer_that_reports_its_bill_but_cannot_be_used_is_paid_all_the_same(till):
    till.fault("bad_hex")
    with pytest.raises(ProviderError):
        till.pay(till.hold())
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.error_category) == (Attempt.State.SETTLED, "malformed_response")
    assert LedgerEntry.objects.get().billed_characters == till.bill()[0]["characters"]


def test_a_guard_that_refuses_stops_the_call_before_anything_is_sent(till):
    def suspended():
        raise ConflictError("suspended", code="voice_suspended")

    with pytest.raises(ConflictError):
        till.pay(till.hold(), guard=suspended)
    assert Attempt.objects.get().state == Attempt.State.RELEASED
    assert till.bill() == []


def test_what_is_done_on_settling_happens_in_the_same_transaction(till):
    def fails(attempt):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        till.pay(till.hold(), on_settled=fails)
    assert not LedgerEntry.objects.exists()
    attempt = Attempt.objects.get()
    assert attempt.state == Attempt.State.SENT
    # The answer is on disk: a sweep books it later, nobody pays again.
    recovery = recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None)
    assert recovery.outcome == "answered"
    assert LedgerEntry.objects.get().billed_characters == till.bill()[0]["characters"]


def test_recovering_an_attempt_that_was_never_sent_releases_it(till):
    attempt = prepare(till.order(till.hold()))
    assert recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None).outcome == "never_sent"
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.RELEASED


def test_an_attempt_that_was_given_up_before_it_was_sent_is_not_sent_any_more(till):
    attempt = prepare(till.order(till.hold()))
    recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None)
    with pytest.raises(ConflictError) as refused:
        mark_sent(attempt, lambda: None)
    assert refused.value.code == "superseded"
    attempt.refresh_from_db()
    assert (attempt.state, attempt.sent_at) == (Attempt.State.RELEASED, None)


def test_an_answer_found_later_settles_an_unknown_attempt(till):
    attempt, answer = _unknown(till)
    spool.keep(attempt.id, answer)
    assert recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None).outcome == "answered"
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.SETTLED
    assert verify_ledger() == []


@pytest.mark.parametrize(("outcome", "entries"), [("charged", 1), ("not_charged", 0)])
def test_a_person_resolves_an_unknown_attempt_with_a_reason(till, outcome, entries):
    attempt, _ = _unknown(till)
    resolve_attempt(
        team_id=attempt.team_id,
        attempt_id=attempt.id,
        outcome=outcome,
        billed_characters=None,
        reason="Seen on the provider's bill.",
        actor=Actor(name="Auditor"),
    )
    attempt.refresh_from_db()
    assert attempt.resolved_by == "Auditor"
    assert LedgerEntry.objects.count() == entries
    assert not Hold.objects.filter(state=Hold.State.OPEN).exists()
    assert verify_ledger() == []


def test_an_answer_that_turns_up_after_a_person_said_not_charged_is_booked_with_its_fee(till):
    fee = Fee(f"activation:{till.cast.team.id}", Money(1_500_000, "USD"))
    till.fault("timeout_after_charge", seconds=0)
    with pytest.raises(ProviderError):
        till.pay(till.hold(fee=fee))
    attempt = Attempt.objects.get()
    resolve_attempt(
        team_id=attempt.team_id,
        attempt_id=attempt.id,
        outcome="not_charged",
        billed_characters=None,
        reason="Not seen on the bill.",
        actor=Actor(name="Auditor"),
    )
    assert not LedgerEntry.objects.exists()

    spool.keep(attempt.id, spool.Answer(audio=b"late", billed_characters=6, trace_id="late-trace"))
    assert recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None).outcome == "answered"

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.SETTLED
    booked = LedgerEntry.objects.values_list("kind", "billed_characters", "amount_micros", "trace_id")
    assert sorted(booked) == [("activation_fee", 0, 1_500_000, "late-trace"), ("speech", 6, 600, "late-trace")]
    assert Event.objects.filter(kind="attempt.resolved", data__charged=True).count() == 1
    assert verify_ledger() == []


def test_what_was_paid_is_booked_at_the_held_price_when_no_price_stands_any_more(till):
    hold = till.hold()
    Price.objects.filter(model=MODEL).delete()
    till.pay(hold)
    entry = LedgerEntry.objects.get()
    assert (entry.billed_characters, entry.amount_micros, entry.currency) == (6, 600, "USD")
    assert verify_ledger() == []


def test_an_attempt_is_resolved_once(till):
    attempt, _ = _unknown(till)
    resolve = {
        "team_id": attempt.team_id,
        "attempt_id": attempt.id,
        "outcome": "charged",
        "billed_characters": 7,
        "reason": "bill",
        "actor": Actor(name="Auditor"),
    }
    resolve_attempt(**resolve)
    with pytest.raises(ConflictError, match="not unresolved"):
        resolve_attempt(**resolve)
    assert LedgerEntry.objects.get().billed_characters == 7


def test_settling_twice_books_once(till):
    attempt, _ = till.pay(till.hold())
    recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None)
    assert LedgerEntry.objects.count() == 1


def _unknown(till):
    till.fault("timeout_after_charge", seconds=0)
    with pytest.raises(ProviderError):
        till.pay(till.hold())
    return Attempt.objects.get(), spool.Answer(audio=b"late", billed_characters=6, trace_id="late-trace")
