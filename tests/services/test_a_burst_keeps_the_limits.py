"""Forty clips at once, two workers, a vendor that counts: the shared gate keeps pace and slots, nothing is refused."""

import pytest

from accounts.flows.verify import verify_ledger
from accounts.models import Attempt
from synthesis.models import Clip
from tests.services.conftest import BROKERS
from tests.services.processes import until
from tests.services.stage import VOICE

pytestmark = [pytest.mark.services, pytest.mark.timeout(180)]

CLIPS, RPM, SLOTS = 40, 36, 3


def test_a_burst_of_forty_clips_meets_no_limit_of_the_vendor(stage, deploy):
    account = stage.cast.account
    account.limits = {"speech": {"rpm": RPM, "concurrency": SLOTS}}
    account.save(update_fields=["limits"])
    # One call more: the voice was kept a moment ago.
    stage.sandbox.limit(stage.key, rpm=RPM + 1, concurrency=SLOTS)
    deployment = deploy("redis")
    for _ in range(2):
        deployment.worker(RATE_GATE_URL=BROKERS["redis"])
    deployment.ticks()
    with stage.client(deployment.web()) as api:
        for number in range(CLIPS):
            api.post("/clips", json={"voice": VOICE, "text": f"Clip number {number}."}).raise_for_status()
        clips = Clip.objects.filter(team=stage.cast.team)
        until(lambda: clips.filter(state="ready").count() == CLIPS, "all clips to be ready", seconds=150)

    assert stage.attempts() == [Attempt.State.SETTLED] * CLIPS
    assert len(stage.spoken()) == CLIPS
    assert verify_ledger() == []
