"""The provider's clock is ahead of ours or behind it: lifetimes are counted by each side on its own clock."""

from datetime import datetime, timedelta

import httpx
import pytest
from django.conf import settings

from accounts import clock
from accounts.flows.verify import verify_ledger
from voicelib.models import ProviderVoice

State = ProviderVoice.State
HOUR = 3600.0


class TwoClocks:
    """Ours and the provider's, moved apart and then together. A clock only goes forward, so the other one stays."""

    def __init__(self, tick):
        self._tick = tick

    def provider_jumps(self, hours: float) -> None:
        self._provider(hours * HOUR)

    def ours_jumps(self, hours: float) -> None:
        clock.follow_offset(clock.offset().total_seconds() + hours * HOUR)

    def pass_hours(self, hours: int, *, step_hours: int) -> None:
        for _ in range(0, hours, step_hours):
            self._provider(step_hours * HOUR)
            self.ours_jumps(step_hours)
            self._tick()

    def agree_again(self) -> None:
        ahead = clock.offset().total_seconds() - self._provider(0)
        if ahead > 0:
            self._provider(ahead)
        clock.follow_offset(self._provider(0))

    def _provider(self, seconds: float) -> float:
        url = f"{settings.SANDBOX_URL}/_sandbox/clock"
        with httpx.Client(trust_env=False, timeout=30) as client:
            answer = client.post(url, json={"advance_seconds": seconds}) if seconds else client.get(url)
        offset: float = answer.raise_for_status().json()["offset_seconds"]
        return offset


@pytest.fixture
def clocks(sandbox, tick):
    clocks = TwoClocks(tick)
    yield clocks
    clocks.agree_again()


def was_kept_in_time(home, vendor) -> bool:
    """By the provider's own clock."""
    there = vendor.voices()[home.vendor_voice_id]
    born = datetime.fromisoformat(there["created_at"])
    return datetime.fromisoformat(there["activated_at"]) < born + timedelta(hours=168)


@pytest.mark.parametrize("hours", [30, 5, 1])
@pytest.mark.parametrize("who", ["provider", "ours"])
def test_clocks_that_disagree_by_hours_keep_every_voice(who, hours, clocks, clone, make_voice, vendor):
    getattr(clocks, f"{who}_jumps")(hours)
    kept, dropped = clone(), clone(of=make_voice("passing"), policy="let_lapse")
    clocks.pass_hours(186, step_hours=6)
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert (kept.state, dropped.state) == (State.PERMANENT, State.LAPSED)
    assert was_kept_in_time(kept, vendor)
    assert len(vendor.bill("t2a")) == len(vendor.bill("clone_fee")) == 1
    assert verify_ledger() == []


@pytest.mark.parametrize("jump", [3, 17])
def test_a_clock_of_the_provider_that_is_put_forward_costs_some_of_the_margin_and_no_voice(jump, clocks, clone, vendor):
    home = clone()
    clocks.pass_hours(24, step_hours=6)
    clocks.provider_jumps(jump)
    clocks.pass_hours(132, step_hours=6)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert was_kept_in_time(home, vendor)


def test_a_clock_of_ours_that_is_put_forward_makes_the_call_early(clocks, clone, vendor):
    home = clone()
    clocks.ours_jumps(150)
    clocks.pass_hours(1, step_hours=1)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert was_kept_in_time(home, vendor)


def test_a_clock_of_ours_that_passed_the_deadline_pays_nothing_and_leaves_the_voice_to_be_cloned_again(
    clocks, clone, vendor
):
    """By our clock it lapsed and nobody knows better: it is not called any more."""
    home = clone()
    clocks.ours_jumps(169)
    clocks.pass_hours(1, step_hours=1)
    home.refresh_from_db()
    assert (home.state, home.revival_due_at is not None) == (State.LAPSED, True)
    assert vendor.bill("t2a") == []
