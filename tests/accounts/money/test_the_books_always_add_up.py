"""Whatever calls do, in whatever order: meters, holds, attempts and entries agree, and holds pass no hard budget."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import clock
from accounts.errors import BudgetExceededError
from accounts.flows import attempts
from accounts.flows.attempts import PaidOrder
from accounts.flows.holds import Fee, place_hold, release_hold
from accounts.flows.verify import verify_ledger
from accounts.ids import new_id
from accounts.models import Budget, LedgerEntry, Meter
from accounts.money import Money
from accounts.payer import Payer
from providers.errors import Category, ProviderError
from tests.cast import make_team

LIMIT = 500
ENDS = (
    "settled",
    "estimated",
    "released",
    "given_back",
    "unknown",
    "resolved_charged",
    "resolved_not_charged",
    "waits",
)
CALLS = st.lists(
    st.tuples(st.sampled_from(ENDS), st.integers(1, 200), st.integers(0, 200), st.booleans()), min_size=1, max_size=12
)
LOST = ProviderError("lost", category=Category.TIMEOUT_UNKNOWN_OUTCOME, possibly_charged=True)


class BooksAlwaysAddUp(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(calls=CALLS)
    def test_books_always_add_up(self, calls):
        cast = make_team()
        Budget.objects.create(team=cast.team, scope="team", target_id=cast.team.id, characters=LIMIT)
        billed = 0
        for end, estimated, reported, may_be_first_use in calls:
            before = self._used(cast)
            try:
                billed += self._call(cast, end, estimated, reported, may_be_first_use)
            except BudgetExceededError:
                assert before + estimated > LIMIT
        assert verify_ledger() == []
        entries = LedgerEntry.objects.filter(team_id=cast.team.id)
        assert sum(entry.billed_characters for entry in entries) == billed
        assert entries.filter(kind="activation_fee").count() <= 1

    @staticmethod
    def _used(cast):
        meter = Meter.objects.filter(scope="team", target_id=cast.team.id, unit="characters").first()
        return meter.held + meter.spent if meter else 0

    @staticmethod
    def _call(cast, end, estimated, reported, may_be_first_use):
        """Make one call that ends as told; returns the characters that must be in the books for it."""
        fee = Fee(f"activation:{cast.team.id}", Money(1_500_000, "USD")) if may_be_first_use else None
        hold = place_hold(
            payer=Payer(cast.team.id, cast.project.id),
            key=new_id(),
            characters=estimated,
            amount=Money(estimated * 100, "USD"),
            at=clock.now(),
            fee=fee,
        )
        order = PaidOrder(
            hold_id=hold.id,
            kind="speech",
            subject="test",
            account=cast.account,
            model="speech-2.8-hd",
            voice_slug="v",
            vendor_voice_id="v1",
            estimated_characters=estimated,
        )
        attempt = attempts.prepare(order)
        if end == "waits":
            return 0
        attempts.mark_sent(attempt, lambda: None)
        if end in ("settled", "estimated"):
            characters = reported if end == "settled" else None
            attempts.settle(
                attempt_id=attempt.id, billed_characters=characters, trace_id="t", on_settled=lambda attempt: None
            )
            return estimated if characters is None else characters
        if end in ("released", "given_back"):
            attempts.release(attempt.id)
            if end == "given_back":
                release_hold(hold_id=hold.id)
            return 0
        attempts.mark_unknown(attempt.id, LOST)
        if end == "unknown":
            return 0
        charged = end == "resolved_charged"
        attempts.book_resolution(attempt_id=attempt.id, charged=charged, billed_characters=reported, reason="bill")
        return reported if charged else 0
