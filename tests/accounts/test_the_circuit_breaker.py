"""When a provider account is left alone, and how it comes back. Time is an argument."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts import clock
from accounts.circuit import Verdict, pause_seconds, verdict_on
from accounts.flows.circuit import (
    CircuitOpenError,
    Pass,
    close_circuit,
    give_back_probe,
    note_verdict,
    pass_circuit,
)
from accounts.models import Event, ProviderAccount
from providers.errors import Category, InvalidInputError, ProviderError

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ACCOUNT = "/api/v1/provider-accounts/sandbox"


@pytest.fixture
def account(cast, settings):
    settings.CIRCUIT_FAILURES = 3
    return cast.account


def fresh(account):
    return ProviderAccount.objects.get(id=account.id)


def fail(account, verdict=Verdict.DOWN, *, times=1, at=NOW):
    for _ in range(times):
        note_verdict(account=fresh(account), verdict=verdict, went=Pass.CLOSED, at=at, reason="It failed.")


def work(account, *, at=NOW):
    note_verdict(account=fresh(account), verdict=Verdict.ALIVE, went=Pass.CLOSED, at=at)


def kinds():
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_failures_in_a_row_open_it(account):
    fail(account, times=2)
    assert pass_circuit(account=fresh(account), at=NOW) is Pass.CLOSED
    fail(account)
    with pytest.raises(CircuitOpenError) as refused:
        pass_circuit(account=fresh(account), at=NOW)
    assert (refused.value.status, refused.value.code) == (503, "provider_circuit_open")
    assert refused.value.data == {"provider_account": "sandbox", "reason": "It failed."}
    assert 7 <= (refused.value.retry_after_seconds or 0) <= 29
    assert kinds() == ["provider_account.circuit_opened"]


def test_a_success_between_starts_the_count_anew(account):
    fail(account, times=2)
    work(account)
    fail(account, times=2)
    assert fresh(account).circuit == "closed"


@pytest.mark.parametrize("verdict", [Verdict.ALIVE, Verdict.SILENT])
def test_what_the_caller_got_wrong_never_opens_it(account, verdict):
    fail(account, verdict, times=10)
    assert (fresh(account).circuit, fresh(account).circuit_failures) == ("closed", 0)


def test_a_refused_key_opens_it_at_once(account):
    fail(account, Verdict.LOCKED)
    assert fresh(account).circuit == "open"


def test_a_call_that_works_writes_nothing(account, django_assert_num_queries):
    with django_assert_num_queries(0):
        went = pass_circuit(account=account, at=NOW)
        note_verdict(account=account, verdict=Verdict.ALIVE, went=went, at=NOW)


def test_after_the_pause_one_call_is_the_probe_and_its_success_closes(account):
    fail(account, times=3)
    probe = fresh(account)
    others = [fresh(account) for _ in range(3)]
    assert pass_circuit(account=probe, at=LATER) is Pass.PROBE
    for other in [*others, fresh(account)]:
        with pytest.raises(CircuitOpenError):
            pass_circuit(account=other, at=LATER)
    note_verdict(account=probe, verdict=Verdict.ALIVE, went=Pass.PROBE, at=LATER)
    assert pass_circuit(account=fresh(account), at=LATER) is Pass.CLOSED
    assert kinds() == ["provider_account.circuit_opened", "provider_account.circuit_closed"]


def test_a_failed_probe_opens_it_for_longer(account):
    fail(account, times=3)
    at, waits = LATER, []
    for _ in range(8):
        probe = fresh(account)
        assert pass_circuit(account=probe, at=at) is Pass.PROBE
        note_verdict(account=probe, verdict=Verdict.DOWN, went=Pass.PROBE, at=at, reason="Still down.")
        waits.append((fresh(account).circuit_probe_at - at).total_seconds())
        at += timedelta(hours=1)
    assert waits[0] < 46
    assert min(waits[-2:]) >= 300
    assert fresh(account).circuit_reason == "Still down."
    assert kinds() == ["provider_account.circuit_opened"]


def test_a_probe_that_says_nothing_is_repeated_after_the_same_pause(account):
    fail(account, times=3)
    probe = fresh(account)
    pass_circuit(account=probe, at=LATER)
    note_verdict(account=probe, verdict=Verdict.SILENT, went=Pass.PROBE, at=LATER, reason="Too fast.")
    after = fresh(account)
    assert (after.circuit_trips, after.circuit_reason) == (1, "It failed.")
    assert after.circuit_probe_at is not None
    assert after.circuit_probe_at < LATER + timedelta(seconds=24)


def test_a_probe_that_was_not_sent_leaves_the_next_one_free(account):
    fail(account, times=3)
    probe = fresh(account)
    pass_circuit(account=probe, at=LATER)
    give_back_probe(account=probe, at=LATER)
    assert pass_circuit(account=fresh(account), at=LATER) is Pass.PROBE


def test_a_probe_whose_worker_was_killed_is_not_the_last(account, settings):
    fail(account, times=3)
    assert pass_circuit(account=fresh(account), at=LATER) is Pass.PROBE
    ends = LATER + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    with pytest.raises(CircuitOpenError):
        pass_circuit(account=fresh(account), at=ends - timedelta(seconds=1))
    assert pass_circuit(account=fresh(account), at=ends) is Pass.PROBE


def test_a_late_probe_does_not_disturb_the_next_one(account):
    fail(account, times=3)
    late = fresh(account)
    pass_circuit(account=late, at=LATER)
    at = LATER + timedelta(hours=1)
    next_one = fresh(account)
    assert pass_circuit(account=next_one, at=at) is Pass.PROBE
    note_verdict(account=late, verdict=Verdict.DOWN, went=Pass.PROBE, at=at)
    assert fresh(account).circuit_probe_at == next_one.circuit_probe_at


def test_an_urgent_call_passes_and_its_success_closes(account):
    fail(account, times=3)
    urgent = fresh(account)
    assert pass_circuit(account=urgent, at=NOW, is_urgent=True) is Pass.URGENT
    note_verdict(account=urgent, verdict=Verdict.DOWN, went=Pass.URGENT, at=NOW)
    assert fresh(account).circuit == "open"
    note_verdict(account=urgent, verdict=Verdict.ALIVE, went=Pass.URGENT, at=NOW)
    assert fresh(account).circuit == "closed"
    assert close_circuit(account=urgent) is False


def test_another_key_closes_it(cast, account):
    fail(account, Verdict.LOCKED)
    assert cast.api("viewer").get(ACCOUNT).json()["circuit"]["state"] == "open"
    answer = cast.api("owner").patch(ACCOUNT, {"key": "a-new-key-0815"})
    assert answer.json()["circuit"] == {
        "state": "closed",
        "reason": "",
        "failures": 0,
        "opened_at": None,
        "probe_at": None,
    }
    assert kinds()[-1] == "provider_account.circuit_closed"


def test_a_check_that_works_makes_the_next_call_the_probe(cast, account, sandbox):
    fail(account, times=3, at=clock.real_now() + timedelta(days=1))
    assert cast.api("owner").post(f"{ACCOUNT}/check").json()["ok"] is True
    assert pass_circuit(account=fresh(account), at=clock.real_now()) is Pass.PROBE


def test_why_it_is_open_is_shown(cast, account):
    fail(account, times=3)
    shown = cast.api("viewer").get(ACCOUNT).json()["circuit"]
    assert (shown["state"], shown["reason"], shown["failures"]) == ("open", "It failed.", 3)
    assert shown["probe_at"] > shown["opened_at"]


@pytest.mark.parametrize("category", list(Category))
def test_every_category_has_a_verdict(category):
    assert verdict_on(ProviderError("", category=category, http_status=200)) in set(Verdict)


def test_what_we_refused_ourselves_says_nothing():
    assert verdict_on(InvalidInputError("text", "Too long.")) is Verdict.SILENT


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_and_stay_bounded(trips, luck):
    assert 7.5 <= pause_seconds(trips, luck) <= 900
    assert pause_seconds(trips, luck) <= pause_seconds(trips + 1, luck)


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_exactly_one_is_the_probe(account):
    fail(account, times=3)
    went: list[Pass | None] = []
    start = Barrier(8)

    def call():
        mine = fresh(account)
        start.wait()
        try:
            went.append(pass_circuit(account=mine, at=LATER))
        except CircuitOpenError:
            went.append(None)
        finally:
            connection.close()

    threads = [Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(went, key=str) == [None] * 7 + [Pass.PROBE]
