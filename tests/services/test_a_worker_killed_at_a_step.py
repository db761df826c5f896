"""A worker is parked at one step of a render and killed with -9; another worker and the tick finish the work.

Between *sent* and *spooled* nobody can know whether it was paid: the clip says so, and only a person asks to pay again.
At every other step the clip becomes ready without a second paid call. Where the provider takes work on under an id, the
unknown ends with the commit of that id: what was accepted is asked for.
"""

import json

import pytest

from accounts.flows.verify import verify_ledger
from accounts.models import Attempt
from tests.services.processes import until
from tests.services.stage import VOICE, Stage, clip_ends

pytestmark = pytest.mark.services

# So short that its claims have run out when the next worker comes; that one has the usual lease.
SHORT_LEASE = {"WORK_LEASE_SECONDS": "2"}

# Step → how many calls the provider had charged when the worker died.
FINISHED_BY_THE_NEXT = {"claimed": 0, "held": 0, "committed": 0, "spooled": 1, "settled": 1, "stored": 1}
LEFT_UNKNOWN = {"sent": 0, "answered": 1}
ASKED_FOR_BY_THE_NEXT = ("accepted", "answered", "spooled", "settled", "stored")


def _clip_of_a_worker_killed_at(step, *, stage: Stage, deployment, api):
    """Ask for a clip, kill the only worker when it is at `step`, and let another one and the beat end the work."""
    worker, marker = deployment.parked_worker(step, **SHORT_LEASE)
    clip = api.post("/clips", json={"voice": VOICE, "text": f"Parked after it was {step}."}).raise_for_status().json()
    until(marker.exists, f"the render to reach {step}: {worker.output()}")
    assert json.loads(marker.read_text())
    worker.kill()
    return clip["id"]


def _others_take_over(deployment):
    deployment.ticks()
    deployment.worker()


def _books_hold(stage):
    assert verify_ledger() == []
    assert stage.unexplained() == []


@pytest.mark.parametrize("step", FINISHED_BY_THE_NEXT)
def test_the_clip_becomes_ready_without_a_second_paid_call(step, stage, deploy):
    deployment = deploy("redis")
    with stage.client(deployment.web()) as api:
        clip_id = _clip_of_a_worker_killed_at(step, stage=stage, deployment=deployment, api=api)
        assert len(stage.spoken()) == FINISHED_BY_THE_NEXT[step]

        _others_take_over(deployment)
        clip = clip_ends(api, clip_id)

        assert clip["state"] == "ready", (clip["error"], deployment.output())
        [paid] = stage.spoken()
        assert (clip["billed_characters"], clip["trace_ids"]) == (paid["characters"], [paid["trace_id"]])
        assert stage.attempts().count("settled") == 1
        assert set(stage.attempts()) <= {"settled", "released"}
        assert api.get(f"/clips/{clip_id}/audio", follow_redirects=True).raise_for_status().content
    _books_hold(stage)


@pytest.mark.parametrize("step", LEFT_UNKNOWN)
def test_what_may_have_been_paid_is_unknown_and_paid_again_only_when_asked(step, stage, deploy):
    deployment = deploy("redis")
    with stage.client(deployment.web()) as api:
        clip_id = _clip_of_a_worker_killed_at(step, stage=stage, deployment=deployment, api=api)

        _others_take_over(deployment)
        clip = clip_ends(api, clip_id)

        assert (clip["state"], clip["error"]["code"]) == ("failed", "outcome_unknown"), deployment.output()
        assert stage.attempts() == ["unknown"]
        assert len(stage.spoken()) == LEFT_UNKNOWN[step]
        _books_hold(stage)

        api.post(f"/clips/{clip_id}/retry").raise_for_status()
        clip = clip_ends(api, clip_id)

        assert clip["state"] == "ready", (clip["error"], deployment.output())
        assert stage.attempts() == ["unknown", "settled"]
        assert len(stage.spoken()) == LEFT_UNKNOWN[step] + 1
    _books_hold(stage)


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
def test_a_request_on_the_wire_is_unknown_when_its_worker_is_killed(broker, stage, sandbox, deploy):
    deployment = deploy(broker)
    sandbox.fail(operation="t2a", fault="slow_first_byte", seconds=300, count=1, key=stage.key)
    worker = deployment.worker(**SHORT_LEASE)
    with stage.client(deployment.web()) as api:
        clip_id = api.post("/clips", json={"voice": VOICE, "text": "Charged, and never heard."}).json()["id"]
        [charged] = until(stage.spoken, f"the provider to charge: {worker.output()}")
        worker.kill()

        _others_take_over(deployment)
        clip = clip_ends(api, clip_id)

    assert (clip["state"], clip["error"]["code"]) == ("failed", "outcome_unknown"), deployment.output()
    assert stage.spoken() == [charged]
    [attempt] = Attempt.objects.filter(team=stage.cast.team, kind=Attempt.Kind.SPEECH)
    assert (attempt.state, attempt.hold.state) == ("unknown", "open")
    _books_hold(stage)


@pytest.mark.parametrize("step", ASKED_FOR_BY_THE_NEXT)
def test_accepted_work_is_asked_for_and_never_submitted_again(step, wavespeed_stage, deploy):
    stage, deployment = wavespeed_stage, deploy("redis")
    with stage.client(deployment.web()) as api:
        clip_id = _clip_of_a_worker_killed_at(step, stage=stage, deployment=deployment, api=api)
        [charged] = stage.charged()

        _others_take_over(deployment)
        clip = clip_ends(api, clip_id)

        assert clip["state"] == "ready", (clip["error"], deployment.output())
        assert stage.charged() == [charged]
        assert (clip["billed_characters"], clip["billed_source"]) == (charged["characters"], "estimated")
        assert stage.attempts() == ["settled"]
        assert api.get(f"/clips/{clip_id}/audio", follow_redirects=True).raise_for_status().content
    _books_hold(stage)


def test_work_whose_id_died_with_the_worker_is_unknown(wavespeed_stage, deploy):
    stage, deployment = wavespeed_stage, deploy("redis")
    with stage.client(deployment.web()) as api:
        clip_id = _clip_of_a_worker_killed_at("sent", stage=stage, deployment=deployment, api=api)

        _others_take_over(deployment)
        clip = clip_ends(api, clip_id)

    assert (clip["state"], clip["error"]["code"]) == ("failed", "outcome_unknown"), deployment.output()
    assert stage.attempts() == ["unknown"]
    assert stage.charged() == []
