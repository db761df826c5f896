"""Clips of a provider that takes work on and finishes it later: paid once, whatever dies when."""

from datetime import timedelta

import pytest

from accounts import clock, spool
from accounts.errors import ConflictError
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from accounts.payer import Actor
from providers.errors import Category, ProviderError
from synthesis.flows import recovery, rendering
from synthesis.flows.clips import cancel_clip
from synthesis.models import Rendering
from tests.later import AGAIN_SECONDS


class Died(BaseException):
    """The end of a process."""


@pytest.fixture
def die_at(at_step):
    def crash(ids):
        raise Died

    def die(step, clip):
        at_step(step, crash)
        with pytest.raises(Died):
            rendering.render(rendering_id=clip.segments.get().rendering_id)

    return die


@pytest.fixture
def sweep(render_all):
    def sweep():
        recovery.recover_after_restart()
        render_all()

    return sweep


def _is_ready_and_paid_once(clip, vendor):
    clip.refresh_from_db()
    assert (clip.state, clip.error) == ("ready", None)
    assert vendor.requests() == len(vendor.bill()) == LedgerEntry.objects.count() == 1
    assert Attempt.objects.get().trace_id == vendor.bill()[0]["trace_id"]
    assert Hold.objects.get().state == "settled"
    assert list(spool.kept()) == []
    assert verify_ledger() == []


def test_a_clip_waits_until_its_work_is_done(later, ask, render_all, vendor):
    clip = ask("Later.")
    for _ in range(3):
        render_all()
    clip.refresh_from_db()
    waiting = Rendering.objects.get()
    attempt = Attempt.objects.get()
    assert (clip.state, waiting.state, waiting.tries) == ("rendering", "queued", 0)
    assert (attempt.state, attempt.vendor_task, Hold.objects.get().state) == ("sent", "task-1", "open")
    assert waiting.due_at > clock.real_now() + timedelta(seconds=AGAIN_SECONDS / 2)

    later.finished = True
    render_all()

    _is_ready_and_paid_once(clip, vendor)


def test_work_that_is_done_at_once_waits_for_nothing(later, ask, render_all, vendor):
    later.finished = True
    clip = ask("At once.")
    render_all()
    _is_ready_and_paid_once(clip, vendor)


@pytest.mark.parametrize("step", ["accepted", "answered", "spooled", "settled", "stored"])
def test_a_worker_that_died_after_the_id_was_kept_costs_nothing(step, later, ask, die_at, sweep, vendor):
    later.finished = True
    clip = ask("It dies.")
    die_at(step, clip)
    sweep()
    _is_ready_and_paid_once(clip, vendor)


@pytest.mark.parametrize("step", ["claimed", "held", "answered", "spooled", "settled", "stored"])
def test_a_worker_that_died_while_asking_costs_nothing(step, later, ask, die_at, sweep, render_all, vendor):
    clip = ask("It dies later.")
    render_all()
    later.finished = True
    Rendering.objects.update(due_at=clock.real_now())
    die_at(step, clip)
    sweep()
    _is_ready_and_paid_once(clip, vendor)


def test_a_worker_that_died_before_the_id_was_kept_leaves_it_unknown(later, ask, die_at, sweep, vendor):
    clip = ask("Nobody knows.")
    die_at("sent", clip)
    sweep()
    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "outcome_unknown")


def test_what_is_being_paid_cannot_be_cancelled(later, cast, ask, render_all, vendor):
    clip = ask("Too late.")
    render_all()
    with pytest.raises(ConflictError) as refused:
        cancel_clip(team=cast.team, clip_id=clip.id, actor=Actor(user_id=cast.owner.id, name="Owner"))
    assert refused.value.code == "clip_not_queued"
    later.finished = True
    render_all()
    _is_ready_and_paid_once(clip, vendor)


def test_one_that_joins_meanwhile_shares_the_result(later, ask, render_all, vendor):
    payer = ask("Two wait.")
    render_all()
    joined = ask("Two wait.")
    later.finished = True
    render_all()
    joined.refresh_from_db()
    assert (joined.state, joined.segments.get().saved_characters) == ("ready", 9)
    payer.refresh_from_db()
    assert payer.state == "ready"
    assert vendor.requests() == 1


def test_work_that_failed_without_a_charge_is_submitted_anew(later, ask, render_all, vendor):
    clip = ask("Again.")
    render_all()
    later.outcome = ProviderError("the task failed", category=Category.PROVIDER_DOWN, retryable=True)
    render_all()
    later.outcome, later.finished = None, True
    render_all()
    clip.refresh_from_db()
    assert clip.state == "ready"
    assert sorted(Attempt.objects.values_list("state", flat=True)) == ["released", "settled"]
    assert vendor.requests() == 2


def test_work_of_which_nothing_is_known_any_more_is_unknown_and_not_paid_again(later, ask, render_all, vendor):
    clip = ask("Expired.")
    render_all()
    Attempt.objects.update(sent_at=clock.now() - timedelta(hours=169))
    for _ in range(2):
        render_all()
    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "outcome_unknown")
    assert (Attempt.objects.get().state, Hold.objects.get().state) == ("unknown", "open")
    assert vendor.requests() == 1
