"""Locks that PostgreSQL takes for foreign keys and locks of ours do not wait for each other in a circle."""

import threading

import pytest
from django.db import connection, transaction

from synthesis.models import Rendering
from voicelib.flows.voices import guard_use
from voicelib.models import ProviderVoice

pytestmark = pytest.mark.services


def _unlocked_elsewhere(work):
    """Run `work()` in a transaction of another connection that waits for no lock longer than a moment."""
    failures: list[BaseException] = []

    def run():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return failures


def test_asking_for_a_clip_does_not_hold_up_the_guard_of_a_call(stage):
    home = ProviderVoice.objects.get(voice__team=stage.cast.team)
    with transaction.atomic():
        Rendering.objects.create(
            team=stage.cast.team,
            provider_voice=home,
            fingerprint="f" * 64,
            request={},
            payer={},
            estimated_characters=1,
        )
        # What its commit does first: lock the rows that its foreign keys name.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert _unlocked_elsewhere(lambda: guard_use(provider_voice_id=home.id)) == []
        transaction.set_rollback(True)
