"""Clips spoken by WaveSpeed: submitted once and paid once, whatever dies or gets lost between submission and result."""

import pytest
from django.conf import settings

from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from synthesis.flows import recovery, rendering
from synthesis.models import Clip
from tests.synthesis.conftest import make_voice

TEXT = "Once, and 处理 twice."


class Died(BaseException):
    """The end of a process."""


@pytest.fixture
def clip(cast, vendor, ask):
    """A clip of a voice that WaveSpeed has, ordered and not begun."""
    cast.account.provider = "wavespeed"
    cast.account.base_url = f"{settings.SANDBOX_URL}/wavespeed"
    cast.account.price_list = "wavespeed"
    cast.account.options = {"poll_every_seconds": 0.02}
    cast.account.save()
    make_voice(cast, "wise", "Wise_Woman")
    vendor._ask("POST", "/pace", json={"async_task_seconds": 0.2})
    yield ask(TEXT, voice_slug="wise", model="speech-02-turbo")
    vendor._ask("POST", "/pace", json={"async_task_seconds": 2})


def _fail(vendor, fault):
    order = {"provider": "wavespeed", "operation": "t2a", "fault": fault, "count": 1, "key": vendor.key}
    vendor._ask("POST", "/faults", json=order)


def _is_ready_and_paid_once(clip: Clip, vendor):
    clip.refresh_from_db()
    assert (clip.state, clip.error) == ("ready", None)
    (line,) = vendor.bill()
    assert (vendor.requests(), LedgerEntry.objects.count()) == (1, 1)
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.trace_id, attempt.vendor_task) == ("settled", line["trace_id"], line["trace_id"])
    assert (line["provider"], line["characters"]) == ("wavespeed", len(TEXT))
    assert LedgerEntry.objects.get().amount_micros == line["amount_micros"] == len(TEXT) * 30
    assert Hold.objects.get().state == "settled"
    assert verify_ledger() == []


def test_a_clip_is_spoken(clip, render_all, vendor):
    render_all()
    _is_ready_and_paid_once(clip, vendor)


@pytest.mark.parametrize("step", ["accepted", "answered", "spooled", "settled", "stored"])
def test_a_worker_that_died_after_the_submission_submits_no_second_time(clip, step, at_step, render_all, vendor):
    def die(ids):
        raise Died

    at_step(step, die)
    with pytest.raises(Died):
        rendering.render(rendering_id=clip.segments.get().rendering_id)
    recovery.recover_after_restart()
    render_all()
    _is_ready_and_paid_once(clip, vendor)


def test_a_gateway_that_gave_up_and_told_the_id_costs_nothing_more(clip, render_all, vendor):
    _fail(vendor, "gateway_timeout_with_id")
    render_all()
    _is_ready_and_paid_once(clip, vendor)


def test_a_gateway_that_gave_up_without_a_word_is_an_unknown_outcome_and_is_not_submitted_again(
    clip, render_all, vendor
):
    _fail(vendor, "gateway_timeout")
    for _ in range(3):
        render_all()
        recovery.recover_after_restart()
    assert Attempt.objects.get().state == "unknown"
    assert Hold.objects.get().state == "open"
    assert (vendor.requests(), len(vendor.bill()), LedgerEntry.objects.count()) == (1, 1, 0)


def test_a_task_that_failed_at_the_provider_may_have_been_charged(clip, render_all, vendor):
    _fail(vendor, "task_failed")
    for _ in range(3):
        render_all()
    assert Attempt.objects.get().state == "unknown"
    assert vendor.requests() == 1
