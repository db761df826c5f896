"""A defect or a broken-off transaction in the middle of a render is looked at again soon, not after the whole lease."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.flows.verify import verify_ledger
from synthesis.flows import recovery, rendering


class SurpriseError(Exception):
    """Nothing that the flow expects."""


def _surprise(ids):
    raise SurpriseError


@pytest.mark.parametrize(("step", "state"), [("committed", "ready"), ("sent", "failed"), ("spooled", "ready")])
def test_the_sweep_of_the_next_minute_ends_it(step, state, ask, at_step, render_all, vendor):
    clip = ask("Something is wrong.")
    at_step(step, _surprise)
    with pytest.raises(SurpriseError):
        rendering.render(rendering_id=clip.segments.get().rendering_id)

    recovery.render_tick(at=clock.real_now() + timedelta(minutes=1))
    render_all()

    clip.refresh_from_db()
    assert clip.state == state, clip.error
    assert vendor.requests() == (0 if step == "sent" else 1)
    assert verify_ledger() == []
