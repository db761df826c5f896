"""With a real queue and worker: a rate limit is waited out by the worker itself, without a tick."""

import threading
import time

import pytest
from celery.contrib.testing.worker import start_worker

from accounts.models import Attempt
from config.celery import app
from synthesis.models import Clip
from tests.drain import forget_doorbells

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_rate_limited_clip_becomes_ready_by_itself(ask, vendor):
    forget_doorbells()
    app.loader.import_default_modules()
    vendor.fail("rate_limit")

    with start_worker(app, pool="threads", concurrency=1, perform_ping_check=False, shutdown_timeout=30):
        clip = ask("Busy over there.")
        ends = time.monotonic() + 60
        while not Clip.objects.filter(id=clip.id, state="ready").exists() and time.monotonic() < ends:
            threading.Event().wait(0.05)

    assert Clip.objects.get().state == "ready"
    assert sorted(Attempt.objects.values_list("state", flat=True)) == ["released", "settled"]
