"""Real parallel requests against a web server and workers on PostgreSQL: limits hold at every moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.flows.verify import verify_ledger
from accounts.models import Meter
from synthesis.models import Clip
from tests.services.stage import VOICE, clip_ends

pytestmark = pytest.mark.services

PARALLEL = 20
LIMIT = 1_000


class Watcher:
    """Reads held + spent of one project's characters as often as it can, until stopped."""

    def __init__(self, project_id: str):
        self._project_id = project_id
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: list[int] = []

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        from django.db import connection  # noqa: PLC0415 - of this thread

        try:
            while not self._stop.wait(0.005):
                row = Meter.objects.filter(
                    scope="project", target_id=self._project_id, unit=Meter.CHARACTERS
                ).values_list("held", "spent")
                self.seen.extend(sum(pair) for pair in row)
        finally:
            connection.close()


def _in_parallel(work, arguments):
    """Run `work` for every argument in a thread of its own, all let go at the same moment."""
    arguments = list(arguments)
    start = threading.Barrier(len(arguments))

    def run(argument):
        start.wait()
        return work(argument)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def _hundred_characters(number: int) -> str:
    return f"Clip {number:02d} " + "a" * 92


def test_of_twenty_parallel_clips_the_budget_lets_ten_through(stage, deploy):
    deployment = deploy("redis")
    deployment.worker()
    project = stage.cast.project
    with stage.client(deployment.web()) as api:
        limit = {"scope": "project", "target": project.slug, "period": "month", "characters": LIMIT, "hard": True}
        budget = api.post("/budgets", json=limit | {"name": "Website in autumn"}).raise_for_status().json()

        def ask(number):
            body = {"voice": VOICE, "text": _hundred_characters(number), "project": project.slug}
            return api.post("/clips", json=body)

        with Watcher(project.id) as watcher:
            answers = _in_parallel(ask, range(PARALLEL))
            accepted = [answer.json() for answer in answers if answer.is_success]
            clips = [clip_ends(api, clip["id"]) for clip in accepted]
        refused = [answer for answer in answers if not answer.is_success]

    assert [clip["state"] for clip in clips] == ["ready"] * 10, deployment.output()
    assert {answer.status_code for answer in refused} == {402}
    assert {answer.json()["code"] for answer in refused} == {"budget_exceeded"}
    assert {answer.json()["budget"]["id"] for answer in refused} == {budget["id"]}
    assert all("Website in autumn" in answer.json()["detail"] for answer in refused)
    assert watcher.seen
    assert max(watcher.seen) <= LIMIT
    assert sum(line["characters"] for line in stage.spoken()) == LIMIT
    assert verify_ledger() == []


def test_twenty_parallel_posts_with_one_idempotency_key_make_one_clip_and_one_charge(stage, deploy):
    deployment = deploy("redis")
    deployment.worker()
    body = {"voice": VOICE, "text": "Only once, however often it is asked for."}
    with stage.client(deployment.web()) as api:
        answers = _in_parallel(
            lambda _: api.post("/clips", json=body, headers={"Idempotency-Key": "order-66"}), range(PARALLEL)
        )
        made = [answer.json() for answer in answers if answer.is_success]
        waiting = [answer for answer in answers if not answer.is_success]
        assert made
        again = api.post("/clips", json=body, headers={"Idempotency-Key": "order-66"}).raise_for_status().json()
        clip = clip_ends(api, again["id"])

    # Who comes while the first is still at it is told to come again.
    assert {(answer.status_code, answer.json()["code"]) for answer in waiting} <= {(409, "idempotency_in_progress")}
    assert {each["id"] for each in made} == {again["id"]}
    assert clip["state"] == "ready", (clip["error"], deployment.output())
    assert Clip.objects.filter(team=stage.cast.team).count() == 1
    assert len(stage.spoken()) == 1
    assert stage.attempts() == ["settled"]
