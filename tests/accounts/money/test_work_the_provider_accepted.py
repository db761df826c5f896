"""Work that is submitted under an id and asked for later: paid once, whatever dies when."""

from datetime import timedelta

import pytest

from accounts import clock, spool, steps
from accounts.errors import ConflictError
from accounts.flows.attempts import prepare
from accounts.flows.paid_call import recover_attempt, resume_call
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from accounts.spool import Answer
from providers.errors import Category, PendingError, ProviderError
from providers.types import Accepted

TASK = "task-0af"


class Died(BaseException):
    """The end of a process."""


class Vendor:
    """A provider that takes on work at the sandbox, bills it at once and tells the result when it is asked."""

    def __init__(self, till):
        self.till = till
        self.result = None

    def submitted(self, *, finished=False):
        self.result = yield from self.till.speech()
        yield Accepted(TASK)
        if not finished:
            raise PendingError(TASK, 15)
        return self.result

    def asked(self, *, outcome=None):
        yield from ()
        if outcome is not None:
            raise outcome
        return self.result


@pytest.fixture
def vendor(till):
    return Vendor(till)


def _answer(result):
    return Answer(audio=result.audio, billed_characters=result.billed_characters, trace_id=result.trace_id)


def _resume(vendor, **told):
    attempt = Attempt.objects.get(state="sent")
    return resume_call(
        attempt=attempt, operation=vendor.asked(**told), answer_of=_answer, on_settled=lambda attempt: None
    )


def _left_pending(till, vendor):
    hold = till.hold()
    with pytest.raises(PendingError):
        till.pay(hold, operation=vendor.submitted())
    return hold, Attempt.objects.get()


def _books_are_right(till, *, paid):
    assert len(till.bill()) == 1
    assert LedgerEntry.objects.count() == paid
    assert verify_ledger() == []


def test_the_id_is_committed_before_the_work_is_asked_for(till, vendor):
    seen = []

    def look(step, ids):
        if step == "accepted":
            attempt = Attempt.objects.get(id=ids["attempt"])
            seen.append((attempt.state, attempt.vendor_task, spool.find(attempt.id)))

    steps.observers.append(look)
    try:
        till.pay(till.hold(), operation=vendor.submitted(finished=True))
    finally:
        steps.observers.remove(look)
    assert seen == [("sent", TASK, None)]
    assert Attempt.objects.get().state == "settled"
    _books_are_right(till, paid=1)


def test_work_that_goes_on_keeps_its_attempt_and_its_hold(till, vendor):
    hold, attempt = _left_pending(till, vendor)
    hold.refresh_from_db()
    assert (attempt.state, attempt.vendor_task, hold.state) == ("sent", TASK, "open")
    _books_are_right(till, paid=0)


def test_it_is_booked_once_when_it_is_done(till, vendor):
    _left_pending(till, vendor)
    settled, answer = _resume(vendor)
    assert (settled.state, settled.trace_id) == ("settled", till.bill()[0]["trace_id"])
    assert answer.audio
    assert Hold.objects.get().state == "settled"
    _books_are_right(till, paid=1)


def test_it_may_be_asked_for_as_often_as_it_takes(till, vendor):
    _left_pending(till, vendor)
    for _ in range(3):
        with pytest.raises(PendingError):
            _resume(vendor, outcome=PendingError(TASK, 15))
    _resume(vendor)
    _books_are_right(till, paid=1)


def test_two_that_ask_at_once_book_it_once(till, vendor):
    _left_pending(till, vendor)
    attempt = Attempt.objects.get()
    _resume(vendor)
    again, _ = resume_call(
        attempt=attempt, operation=vendor.asked(), answer_of=_answer, on_settled=lambda attempt: None
    )
    assert again.state == "settled"
    _books_are_right(till, paid=1)


def test_nothing_can_be_submitted_again_while_it_goes_on(till, vendor):
    hold, _ = _left_pending(till, vendor)
    with pytest.raises(ConflictError) as refused:
        prepare(till.order(hold))
    assert refused.value.code == "call_goes_on"
    assert Attempt.objects.count() == 1


def test_a_crash_after_the_id_was_committed_is_asked_for_and_never_unknown(till, vendor):
    def die(step, ids):
        if step == "accepted":
            raise Died

    steps.observers.append(die)
    try:
        with pytest.raises(Died):
            till.pay(till.hold(), operation=vendor.submitted(finished=True))
    finally:
        steps.observers.remove(die)
    attempt = Attempt.objects.get()
    for _ in range(2):
        found = recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None)
        assert (found.outcome, found.answer) == ("accepted", None)
    _resume(vendor)
    _books_are_right(till, paid=1)


def test_a_defect_while_it_is_asked_for_leaves_it_for_another_question(till, vendor):
    _left_pending(till, vendor)
    with pytest.raises(ZeroDivisionError):
        _resume(vendor, outcome=ZeroDivisionError())
    _resume(vendor)
    _books_are_right(till, paid=1)


def test_work_that_failed_without_a_charge_gives_its_hold_to_the_next_try(till, vendor):
    hold, attempt = _left_pending(till, vendor)
    with pytest.raises(ProviderError):
        _resume(vendor, outcome=ProviderError("it failed", category=Category.PROVIDER_DOWN, retryable=True))
    attempt.refresh_from_db()
    assert attempt.state == "released"
    assert prepare(till.order(hold)).state == "prepared"


def test_work_whose_end_may_have_been_charged_is_unknown(till, vendor):
    _, attempt = _left_pending(till, vendor)
    expired = ProviderError("expired", category=Category.TIMEOUT_UNKNOWN_OUTCOME, possibly_charged=True)
    with pytest.raises(ProviderError):
        _resume(vendor, outcome=expired)
    attempt.refresh_from_db()
    assert attempt.state == "unknown"
    assert Hold.objects.get().state == "open"


@pytest.mark.parametrize(("hours", "state"), [(167, "sent"), (169, "unknown")])
def test_it_is_unknown_when_the_provider_keeps_no_results_that_old_but_asked_for_first(till, vendor, hours, state):
    _, attempt = _left_pending(till, vendor)
    Attempt.objects.update(sent_at=clock.now() - timedelta(hours=hours))
    assert recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None).outcome == "accepted"
    with pytest.raises((PendingError, ProviderError)) as caught:
        _resume(vendor, outcome=PendingError(TASK, 15))
    attempt.refresh_from_db()
    assert attempt.state == state
    assert isinstance(caught.value, ProviderError) == (state == "unknown")


def test_an_old_result_that_is_told_all_the_same_is_booked(till, vendor):
    _left_pending(till, vendor)
    Attempt.objects.update(sent_at=clock.now() - timedelta(hours=400))
    assert _resume(vendor)[0].state == "settled"


def test_waiting_for_work_that_has_no_id_is_a_lost_answer(till):
    def endless():
        yield from till.speech()
        raise PendingError("", 15)

    with pytest.raises(ProviderError) as caught:
        till.pay(till.hold(), operation=endless())
    assert caught.value.possibly_charged
    assert Attempt.objects.get().state == "unknown"
