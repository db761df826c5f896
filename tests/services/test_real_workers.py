"""Web server, workers and beat as processes of their own, on Redis and on RabbitMQ."""

import httpx
import pytest

from config.quickstart import SAMPLE
from synthesis.models import Rendering
from tests.services.processes import free_port, until
from tests.services.stage import VOICE, Stage, clip_ends, prepare_voice

pytestmark = [pytest.mark.services, pytest.mark.parametrize("broker", ["redis", "rabbitmq"])]


def _ask(api: httpx.Client, text: str):
    return api.post("/clips", json={"voice": VOICE, "text": text}).raise_for_status().json()["id"]


def _home(api: httpx.Client):
    return api.get(f"/voices/{VOICE}").raise_for_status().json()["homes"][0]


def _rendering_of(clip_id: str) -> Rendering:
    return Rendering.objects.get(segments__clip=clip_id)


def test_a_voice_is_cloned_and_kept_and_speaks(broker, sandbox, deploy):
    deployment = deploy(broker)
    stage = Stage.empty(sandbox)
    deployment.worker()
    with stage.client(deployment.web()) as api, SAMPLE.open("rb") as recording:
        sample = api.post("/samples", files={"file": recording}, data={"name": "Ada"}).raise_for_status().json()
        prepare_voice(lambda path, body: api.post(path, json=body).raise_for_status().json(), sample["id"])
        api.post(f"/voices/{VOICE}/clone", json={"provider_account": stage.cast.account.slug}).raise_for_status()
        until(lambda: _home(api)["state"] == "temporary", f"the clone: {deployment.output()}")
        api.post(f"/voices/{VOICE}/activate", json={}).raise_for_status()
        until(lambda: _home(api)["state"] == "permanent", f"the activation: {deployment.output()}")

        clip = clip_ends(api, _ask(api, "Spoken by real workers."))

        assert clip["state"] == "ready", (clip["error"], deployment.output())
        audio = api.get(f"/clips/{clip['id']}/audio", follow_redirects=True).raise_for_status()
        assert len(audio.content) == clip["size"]
    assert [line["operation"] for line in sandbox.bill(stage.key)].count("clone_fee") == 1
    assert stage.unexplained() == []
    verified = deployment.manage("verify_ledger")
    assert verified.returncode == 0, verified.stderr


def test_a_message_delivered_many_times_renders_once(broker, stage, deploy):
    deployment = deploy(broker)
    with stage.client(deployment.web()) as api:
        clip_id = _ask(api, "Rung again and again.")
        for _ in range(5):
            deployment.send("synthesis.tasks.render", _rendering_of(clip_id).id)

        deployment.worker()
        clip = clip_ends(api, clip_id)
        # Behind the others in the queue: when this one is ready, they have been heard.
        clip_ends(api, _ask(api, "And once more."))

    assert clip["state"] == "ready", (clip["error"], deployment.output())
    assert len(stage.spoken()) == 2
    assert stage.attempts() == ["settled", "settled"]


def test_a_doorbell_that_no_broker_heard_is_made_up_by_the_tick(broker, stage, deploy):
    deployment = deploy(broker)
    nobody = {"redis": "redis://127.0.0.1:{}/0", "rabbitmq": "amqp://guest:guest@127.0.0.1:{}//"}[broker]
    with stage.client(deployment.web(CELERY_BROKER_URL=nobody.format(free_port()))) as api:
        clip_id = _ask(api, "The broker is down.")
        deployment.worker()
        assert api.get(f"/clips/{clip_id}").json()["state"] == "queued"

        deployment.beat()
        clip = clip_ends(api, clip_id)

    assert clip["state"] == "ready", (clip["error"], deployment.output())
    assert len(stage.spoken()) == 1


def test_work_that_a_killed_worker_had_taken_off_the_queue_is_found_by_the_tick(broker, stage, deploy):
    deployment = deploy(broker)
    with stage.client(deployment.web()) as api:
        worker, marker = deployment.parked_worker("claimed", concurrency=1, WORK_LEASE_SECONDS="2")
        clip_ids = [_ask(api, f"Number {number} of three.") for number in range(3)]
        until(marker.exists, f"the first to be claimed: {worker.output()}")
        worker.kill()

        deployment.ticks()
        deployment.worker()
        clips = [clip_ends(api, clip_id) for clip_id in clip_ids]

    assert [clip["state"] for clip in clips] == ["ready"] * 3, deployment.output()
    assert len(stage.spoken()) == 3
    assert stage.unexplained() == []
