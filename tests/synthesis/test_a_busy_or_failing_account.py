"""What gate and breaker mean for clips: they wait, say why, cost nothing, and are made when their time comes."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, ProviderAccount
from synthesis.flows.rendering import render
from synthesis.models import Clip, Rendering


@pytest.fixture
def limited(cast):
    """`limited(rpm=1)` limits the speech of the cast's account."""

    def limit(**limits):
        cast.account.limits = {"speech": {"rpm": None, "concurrency": None, **limits}}
        cast.account.save(update_fields=["limits"])

    return limit


@pytest.fixture
def pause_over(cast):
    """`pause_over()`: the next call may be the probe."""

    def end():
        ProviderAccount.objects.filter(id=cast.account.id).update(circuit_probe_at=clock.real_now())

    return end


def circuit(cast):
    return ProviderAccount.objects.get(id=cast.account.id).circuit


def shown(cast, clip):
    return cast.api("viewer").get(f"/api/v1/clips/{clip.id}").json()


def test_a_clip_beyond_the_limit_waits_and_says_so(cast, ask, render_all, vendor, limited):
    limited(rpm=1)
    ask("First.")
    render_all()
    second = ask("Second.")
    render_all()

    waiting = Rendering.objects.get(state="queued")
    assert waiting.tries == 0
    assert set(Hold.objects.values_list("state", flat=True)) == {Hold.State.SETTLED, Hold.State.OPEN}
    assert waiting.due_at > clock.real_now() + timedelta(seconds=30)
    assert Attempt.objects.count() == 1
    assert vendor.requests() == 1
    clip = shown(cast, second)
    assert (clip["state"], clip["waits_for"]["code"], clip["error"]) == ("queued", "rate_gate_full", None)

    limited()
    render_all()

    clip = shown(cast, second)
    assert (clip["state"], clip["waits_for"]) == ("ready", None)
    assert verify_ledger() == []


def test_a_rate_limit_of_the_vendor_slows_the_model_and_is_told_once(ask, render_all, vendor, limited):
    limited(concurrency=8)
    vendor.fail("rate_limit", count=3)
    ask("Too fast.")
    for _ in range(4):
        render_all()

    assert Clip.objects.get().state == "ready"
    event = Event.objects.get(kind="provider_account.slowed")
    assert event.data == {"family": "speech", "model": Clip.objects.get().model, "share": 0.5, "code": "1002"}


@pytest.mark.parametrize("fault", ["http_500", "close_connection"])
def test_failures_open_the_circuit_and_nothing_more_is_sent(cast, ask, render_all, vendor, settings, fault):
    settings.CIRCUIT_FAILURES = 3
    vendor.fail(fault, count=20)
    for number in range(3):
        ask(f"Number {number}.")
        render_all()
    waiting = ask("Later.")
    render_all()

    assert circuit(cast) == "open"
    assert vendor.requests() == 3
    clip = shown(cast, waiting)
    assert (clip["state"], clip["waits_for"]["code"]) == ("queued", "provider_circuit_open")
    assert Rendering.objects.get(state="queued").tries == 0
    assert Attempt.objects.count() == 3
    assert verify_ledger() == []


def test_a_wrong_key_opens_the_circuit_at_once(cast, ask, render_all, vendor):
    vendor.fail("error_in_200", status_code=1004)
    first = ask("First.")
    render_all()
    second = ask("Second.")
    render_all()

    assert shown(cast, first)["error"]["code"] == "provider_auth"
    assert "1004" in shown(cast, second)["waits_for"]["message"]
    assert Event.objects.get(kind="provider_account.circuit_opened").data["verdict"] == "locked"


def test_a_wrong_text_does_not_open_it(cast, ask, render_all, vendor, settings):
    settings.CIRCUIT_FAILURES = 1
    vendor.fail("error_in_200", status_code=1026)
    ask("Not this.")
    render_all()
    assert circuit(cast) == "closed"


def test_the_probe_that_works_closes_and_the_waiting_clips_are_made(
    cast, ask, render_all, vendor, settings, pause_over
):
    settings.CIRCUIT_FAILURES = 1
    vendor.fail("http_500")
    ask("Down.")
    render_all()
    clips = [ask(f"Number {number}.") for number in range(3)]
    render_all()
    assert vendor.requests() == 1

    pause_over()
    render_all()
    render_all()

    assert circuit(cast) == "closed"
    assert [shown(cast, clip)["state"] for clip in clips] == ["ready"] * 3
    assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_one_probe(cast, ask, render_all, vendor, settings, pause_over):
    settings.CIRCUIT_FAILURES = 1
    vendor.fail("http_500", count=2)
    ask("Down.")
    render_all()
    for number in range(5):
        ask(f"Number {number}.")
    pause_over()
    waiting = list(Rendering.objects.filter(state="queued").values_list("id", flat=True))
    start = threading.Barrier(len(waiting))

    def work(rendering_id):
        start.wait()
        try:
            render(rendering_id=rendering_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[rendering_id]) for rendering_id in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert vendor.requests() == 2
    assert circuit(cast) == "open"
    assert Rendering.objects.filter(state="queued", tries=0).count() == 4


def test_a_probe_for_a_clip_that_may_not_be_spoken_leaves_the_next_one_free(
    cast, ask, render_all, vendor, voice, settings, pause_over
):
    settings.CIRCUIT_FAILURES = 1
    vendor.fail("http_500")
    ask("Down.")
    render_all()
    clip = ask("Suspended.")
    voice.suspended_at, voice.suspended_reason = clock.now(), "consent_revoked"
    voice.save()
    pause_over()
    render_all()

    assert shown(cast, clip)["state"] == "failed"
    assert ProviderAccount.objects.filter(id=cast.account.id, circuit_probe_at__lte=clock.real_now()).exists()
    assert vendor.requests() == 1
