"""A consent is revoked over REST while real workers render fifty clips of its voice."""

from collections import Counter

import pytest

from accounts.models import Hold, LedgerEntry
from tests.services.processes import until
from tests.services.stage import OPEN_STATES, VOICE

pytestmark = [pytest.mark.services, pytest.mark.parametrize("broker", ["redis", "rabbitmq"])]

CLIPS, THREADS = 50, 2


def test_spending_stops_within_the_calls_that_were_under_way(broker, sandbox, stage, deploy):
    deployment = deploy(broker)
    # A provider slow enough that clips still wait when the consent ends.
    sandbox.fail(operation="t2a", fault="slow_first_byte", seconds=0.3, key=stage.key)
    with stage.client(deployment.web()) as api:
        consent = api.get(f"/voices/{VOICE}").json()["consent"]
        for number in range(CLIPS):
            api.post("/clips", json={"voice": VOICE, "text": f"Sentence number {number}."}).raise_for_status()
        deployment.worker(concurrency=THREADS)
        until(lambda: len(stage.spoken()) >= 3, f"the first clips: {deployment.output()}")

        before = len(stage.spoken())
        api.post(f"/consents/{consent}/revoke", json={"reason": "She left."}).raise_for_status()
        at_most = len(stage.spoken()) + THREADS

        def at_rest():
            clips = api.get("/clips", params={"limit": CLIPS}).json()["results"]
            return clips if not any(clip["state"] in OPEN_STATES for clip in clips) else None

        clips = until(at_rest, f"all clips to end: {deployment.output()}", seconds=60)
    sandbox.behave()

    spoken = len(stage.spoken())
    assert before <= spoken <= at_most < CLIPS
    states = Counter(clip["state"] for clip in clips)
    assert states == {"ready": spoken, "failed": CLIPS - spoken}, deployment.output()
    assert {clip["error"]["code"] for clip in clips if clip["state"] == "failed"} == {"voice_suspended"}
    assert all(clip["audio_url"] is None for clip in clips)
    assert sum(clip["billed_characters"] or 0 for clip in clips) == sum(line["characters"] for line in stage.spoken())
    assert stage.unexplained() == []
    assert LedgerEntry.objects.filter(team_id=stage.cast.team.id, kind="speech").count() == spoken
    assert not Hold.objects.filter(team=stage.cast.team, state="open").exists()
    verified = deployment.manage("verify_ledger")
    assert verified.returncode == 0, verified.stderr
