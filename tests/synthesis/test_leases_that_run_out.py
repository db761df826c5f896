"""A worker that is slower than its lease: the sweep was there before it went on."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt
from synthesis.flows import recovery, rendering
from synthesis.models import Rendering


@pytest.fixture
def sweep_at(at_step, render_all):
    """`sweep_at(step)`: when the worker reaches the step, its lease is over, and others are at work."""

    def sweep(_ids):
        recovery.render_tick(at=clock.real_now() + timedelta(hours=1))
        render_all()

    return lambda step: at_step(step, sweep)


@pytest.mark.parametrize("step", ["claimed", "held", "committed"])
def test_who_has_not_sent_yet_leaves_it_to_the_other(step, ask, sweep_at, vendor):
    clip = ask("Slow worker.")
    sweep_at(step)

    rendering.render(rendering_id=clip.segments.get().rendering_id)

    clip.refresh_from_db()
    assert clip.state == "ready"
    assert vendor.requests() == 1
    assert verify_ledger() == []


@pytest.mark.parametrize("step", ["sent", "answered"])
def test_an_answer_after_the_sweep_gave_it_up_is_booked_and_finishes_the_clip(step, ask, sweep_at, vendor):
    clip = ask("Slow provider.")
    sweep_at(step)

    rendering.render(rendering_id=clip.segments.get().rendering_id)

    clip.refresh_from_db()
    assert (clip.state, clip.error) == ("ready", None)
    assert vendor.requests() == 1
    assert Attempt.objects.get().state == Attempt.State.SETTLED
    assert verify_ledger() == []


@pytest.mark.parametrize("step", ["spooled", "settled", "stored"])
def test_who_is_overtaken_after_the_answer_finds_it_done(step, ask, sweep_at, vendor):
    clip = ask("Overtaken.")
    sweep_at(step)

    rendering.render(rendering_id=clip.segments.get().rendering_id)

    clip.refresh_from_db()
    assert (clip.state, Rendering.objects.get().state) == ("ready", "ready")
    assert clip.segments.get().billed_characters == 10
    assert vendor.requests() == 1
    assert verify_ledger() == []
