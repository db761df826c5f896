"""`Prefer: wait=N`: an answer held back until the clip is finished, bounded in time and in number."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db import connection

from synthesis.api.waiting import wished_seconds
from synthesis.flows import rendering
from synthesis.models import Clip
from tests.cast import make_token


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("wait=5", 5),
        ("wait=600", 30),
        ("respond-async, wait=10", 10),
        ("Wait = 7 ; x=1", 7),
        ("wait=-3", 0),
        ("await=3", 0),
        ("wait=soon", 0),
    ],
)
def test_the_header_is_read_and_bounded(header, seconds):
    assert wished_seconds(header) == seconds


def test_without_a_worker_the_answer_comes_when_the_time_is_over(cast, voice):
    answer = cast.api().post(
        "/api/v1/clips", {"voice": "narrator", "text": "Nobody works."}, headers={"Prefer": "wait=1"}
    )
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")


@pytest.mark.django_db(transaction=True)
def test_a_clip_that_gets_ready_meanwhile_is_answered_201(cast, voice, live_server):
    secret = make_token(cast.owner, cast.team)

    def post():
        with httpx.Client(base_url=live_server.url, timeout=60, trust_env=False) as client:
            return client.post(
                "/api/v1/clips",
                json={"voice": "narrator", "text": "Wait for me."},
                headers={"Authorization": f"Bearer {secret}", "Prefer": "wait=30"},
            )

    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(post)
        while not Clip.objects.exists():
            threading.Event().wait(0.01)
        rendering.render(rendering_id=Clip.objects.get().segments.get().rendering_id)
        got = answer.result()
    connection.close()

    assert (got.status_code, got.json()["state"]) == (201, "ready")
    assert (got.headers["X-Cache"], got.headers["X-Billed-Characters"]) == ("miss", "12")
