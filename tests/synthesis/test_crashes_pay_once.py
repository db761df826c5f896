"""A worker that dies at each step of a render: what is paid, what becomes of the clip. The same matrix runs with real
processes and kill -9 in the service tests."""

import pytest

from accounts import spool
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold
from accounts.payer import Actor
from synthesis.flows import recovery, rendering
from synthesis.flows.clips import retry_clip
from synthesis.flows.storing import clip_storage
from synthesis.models import Clip


class Crash(BaseException):
    """The end of a process, as far as one thread can act it."""


@pytest.fixture
def die_at(at_step):
    """`die_at(step, clip)`: a worker takes the clip and dies when it reached the step."""

    def die(step, clip):
        at_step(step, _crash)
        with pytest.raises(Crash):
            rendering.render(rendering_id=clip.segments.get().rendering_id)

    return die


@pytest.fixture
def sweep(render_all):
    """The sweep after a restart, and what it queued."""

    def sweep():
        recovery.recover_after_restart()
        render_all()

    return sweep


@pytest.mark.parametrize("step", ["claimed", "held", "committed", "spooled", "settled", "stored"])
def test_a_crash_outside_of_the_call_costs_nothing_and_the_clip_becomes_ready(step, ask, die_at, sweep, vendor):
    clip = ask("A worker dies.")
    die_at(step, clip)

    sweep()

    clip.refresh_from_db()
    assert (clip.state, clip.segments.get().billed_characters) == ("ready", 14)
    assert len(vendor.bill()) == 1
    assert vendor.requests() == 1
    assert list(Attempt.objects.filter(state="settled").values_list("trace_id", flat=True)) == [
        vendor.bill()[0]["trace_id"]
    ]
    assert set(Attempt.objects.values_list("state", flat=True)) <= {"settled", "released"}
    assert Hold.objects.get().state == Hold.State.SETTLED
    assert list(spool.kept()) == []
    assert verify_ledger() == []


@pytest.mark.parametrize(("step", "calls"), [("sent", 0), ("answered", 1)])
def test_a_crash_during_the_call_leaves_an_unknown_outcome_that_only_retry_pays_again(
    step, calls, ask, cast, die_at, sweep, vendor, render_all
):
    clip = ask("A worker dies.")
    die_at(step, clip)

    sweep()
    sweep()

    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "outcome_unknown")
    assert len(vendor.bill()) == vendor.requests() == calls
    assert Attempt.objects.get().state == Attempt.State.UNKNOWN
    assert Hold.objects.get().state == Hold.State.OPEN

    retry_clip(team=cast.team, clip_id=clip.id, payer=clip.payer(), actor=_actor(cast))
    render_all()

    clip.refresh_from_db()
    assert (clip.state, clip.error) == ("ready", None)
    assert vendor.requests() == calls + 1
    assert sorted(Attempt.objects.values_list("state", flat=True)) == ["settled", "unknown"]
    assert verify_ledger() == []


@pytest.mark.parametrize("step", ["claimed", "committed", "sent", "spooled", "stored"])
def test_a_joined_clip_shares_the_fate_of_the_rendering(step, ask, die_at, sweep, vendor):
    payer, joined = ask("Two wait."), ask("Two wait.")
    die_at(step, payer)

    sweep()

    payer.refresh_from_db()
    joined.refresh_from_db()
    assert payer.state == joined.state == ("failed" if step == "sent" else "ready")
    assert joined.segments.get().saved_characters == (0 if step == "sent" else 9)
    assert len(vendor.bill()) == (0 if step == "sent" else 1)


def test_a_lease_that_stands_is_left_alone(ask, die_at, vendor):
    clip = ask()
    die_at("claimed", clip)

    recovery.render_tick()

    clip.refresh_from_db()
    assert clip.state == Clip.State.RENDERING


def test_an_answer_that_turns_up_late_is_booked_and_finishes_the_clip(ask, die_at, sweep, vendor):
    clip = ask("It turns up.")
    die_at("spooled", clip)
    attempt = Attempt.objects.get()
    answer = spool.find(attempt.id)
    # The sweep ran on another machine, where the answer is not.
    assert answer is not None
    spool.drop(attempt.id)
    sweep()
    clip.refresh_from_db()
    assert clip.error["code"] == "outcome_unknown"

    spool.keep(attempt.id, answer)
    recovery.render_tick()

    clip.refresh_from_db()
    attempt.refresh_from_db()
    assert (clip.state, clip.error, attempt.state) == ("ready", None, "settled")
    assert clip.segments.get().billed_characters == 12
    assert len(vendor.bill()) == 1
    assert verify_ledger() == []


def test_a_late_answer_spares_a_retry_that_was_not_sent_yet(ask, cast, die_at, sweep, vendor):
    clip = ask("It turns up.")
    die_at("spooled", clip)
    attempt = Attempt.objects.get()
    answer = spool.find(attempt.id)
    assert answer is not None
    spool.drop(attempt.id)
    recovery.recover_after_restart()
    retry_clip(team=cast.team, clip_id=clip.id, payer=clip.payer(), actor=_actor(cast))

    spool.keep(attempt.id, answer)
    recovery.render_tick()

    clip.refresh_from_db()
    assert clip.state == "ready"
    assert vendor.requests() == 1
    assert sorted(Hold.objects.values_list("state", flat=True)) == ["released", "settled"]
    assert verify_ledger() == []


def test_paid_audio_that_is_on_no_disk_is_told_and_paid_again_only_by_retry(ask, die_at, sweep, vendor):
    clip = ask("It is gone.")
    die_at("settled", clip)
    spool.drop(Attempt.objects.get().id)

    sweep()

    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "audio_lost")
    assert clip.segments.get().billed_characters == 11
    assert vendor.requests() == 1
    assert verify_ledger() == []


def test_a_half_written_file_is_written_anew(ask, die_at, sweep):
    clip = ask("Half of it.")
    die_at("stored", clip)
    storage = clip_storage()
    [name] = storage.listdir(clip.team_id)[1]
    key = f"{clip.team_id}/{name}"
    whole = storage.size(key)
    with open(storage.path(key), "r+b") as file:
        file.truncate(whole // 2)

    sweep()

    assert clip.segments.get().rendering.size == whole == storage.size(key)


def _crash(ids):
    raise Crash


def _actor(cast):
    return Actor(user_id=cast.owner.id, name="Owner")
