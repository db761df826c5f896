"""WaveSpeed's webhooks: the first genuine one about a call lets us ask now. Nothing else comes of any of them."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from accounts import clock, keyring
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, LedgerEntry
from synthesis.flows import rendering
from synthesis.models import Rendering
from tests.cast import make_account
from tests.hooks import body_of, heard, hint, listening_account, pace, send, signed
from tests.synthesis.conftest import make_voice
from tests.synthesis.vendor import Vendor
from voicelib.models import ProviderVoice

TEXT = "Tell me when it is done."
SLOW_SECONDS = 600


@pytest.fixture
def account(cast, sandbox):
    yield listening_account(cast)
    pace(1)


@pytest.fixture
def wise(cast, account):
    voice = make_voice(cast, "wise", "Wise_Woman")
    ProviderVoice.objects.filter(voice=voice).update(provider_account=account)
    return voice


@pytest.fixture
def order(ask, wise):
    return lambda: ask(TEXT, voice_slug="wise", model="speech-02-turbo")


@pytest.fixture
def vendor_there(account):
    return Vendor(keyring.decrypt(account.key_encrypted))


@pytest.fixture
def waiting(order, django_capture_on_commit_callbacks):
    """The attempt of a clip that goes on at the provider for a long time; the sandbox's own webhook never comes."""
    pace(SLOW_SECONDS)
    clip = order()
    with django_capture_on_commit_callbacks():
        rendering.render(rendering_id=clip.segments.get().rendering_id)
    attempt = Attempt.objects.get()
    assert (attempt.state, bool(attempt.vendor_task)) == ("sent", True)
    return attempt


def _is_due():
    return Rendering.objects.get().due_at <= clock.real_now()


def _questions(vendor):
    asked = vendor._ask("GET", "/requests", params={"key": vendor.key, "operation": "prediction_query", "limit": 500})
    return len(asked["requests"])


def _is_ready_and_paid_once(clip, vendor):
    clip.refresh_from_db()
    assert (clip.state, clip.error) == ("ready", None)
    assert vendor.requests() == len(vendor.bill()) == LedgerEntry.objects.count() == 1
    assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
def test_a_clip_is_ready_soon_after_the_webhook_and_not_at_the_next_question(
    settings, live_server, order, drain, vendor_there
):
    settings.PUBLIC_URL = live_server.url
    pace(1)
    clip = order()
    with hint() as rang:
        drain(ticks=False)
        waits = Rendering.objects.get()
        assert waits.state == "queued"
        assert waits.due_at > clock.real_now() + timedelta(seconds=10)
        assert rang.wait(20)
    drain(ticks=False)
    assert clock.real_now() < waits.due_at
    _is_ready_and_paid_once(clip, vendor_there)
    assert Attempt.objects.get().hinted_at is not None
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_comes_before_the_id_is_kept_loses_nothing(
    settings, live_server, order, drain, render_all, vendor_there, account
):
    settings.PUBLIC_URL = live_server.url
    pace(0)
    fault = {"provider": "wavespeed", "operation": "t2a", "fault": "slow_first_byte", "seconds": 2, "count": 1}
    vendor_there._ask("POST", "/faults", json=fault | {"key": vendor_there.key})
    before = heard("unknown")
    clip = order()
    drain(ticks=False)
    assert heard("unknown") == before + 1
    assert Attempt.objects.get().hinted_at is None
    render_all()
    _is_ready_and_paid_once(clip, vendor_there)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_secret_that_was_changed_is_told_once_and_asked_for_anew(
    settings, live_server, order, drain, render_all, vendor_there, account
):
    settings.PUBLIC_URL = live_server.url
    right = account.hook_secret_encrypted
    account.hook_secret_encrypted = keyring.encrypt("whsec_of_yesterday")
    account.save()
    pace(0.5)
    before = heard("mismatch")
    clip = order()
    drain(ticks=False)
    ends = time.monotonic() + 20
    while heard("mismatch") == before and time.monotonic() < ends:
        threading.Event().wait(0.02)
    assert Event.objects.filter(kind="provider_account.hook_mismatch", subject_id=account.id).count() == 1
    # Asking goes on as ever.
    render_all()
    _is_ready_and_paid_once(clip, vendor_there)
    drain(ticks=False)
    account.refresh_from_db()
    assert keyring.decrypt(account.hook_secret_encrypted) == keyring.decrypt(right)
    connection.close()


def test_a_genuine_one_makes_it_due_now_and_rings_once(waiting, account, django_capture_on_commit_callbacks):
    body = body_of(waiting.vendor_task)
    assert not _is_due()
    with django_capture_on_commit_callbacks() as rung:
        assert send(account, body, signed(account, body)).status_code == 202
    assert (_is_due(), len(rung)) == (True, 1)


def test_what_it_says_is_not_believed(waiting, account, vendor_there, drain):
    body = body_of(waiting.vendor_task)
    send(account, body, signed(account, body))
    asked = _questions(vendor_there)
    rendering.render(rendering_id=Rendering.objects.get().id)
    # It was asked for once, and is still being made.
    assert _questions(vendor_there) == asked + 1
    assert (Rendering.objects.get().state, Attempt.objects.get().state) == ("queued", "sent")
    assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize("message_id", ["msg_1", "msg_2"])
def test_a_second_one_about_the_same_call_wakes_nobody(
    message_id, waiting, account, django_capture_on_commit_callbacks
):
    body = body_of(waiting.vendor_task)
    send(account, body, signed(account, body))
    later = clock.real_now() + timedelta(seconds=15)
    Rendering.objects.update(due_at=later)
    with django_capture_on_commit_callbacks() as rung:
        for _ in range(3):
            assert send(account, body, signed(account, body, message_id=message_id)).status_code == 202
    assert (Rendering.objects.get().due_at, len(rung)) == (later, 0)


def _late(account, body):
    return signed(account, body, late=301)


def _ahead(account, body):
    return signed(account, body, late=-310)


def _other_key(account, body):
    return signed(account, body, key="whsec_of_nobody")


def _other_body(account, body):
    return signed(account, body + b" ")


def _no_headers(account, body):
    return {}


def _without_signature(account, body):
    return signed(account, body) | {"webhook-signature": ""}


@pytest.mark.parametrize(
    ("headers_of", "outcome"),
    [
        (_late, "stale"),
        (_ahead, "stale"),
        (_other_key, "mismatch"),
        (_other_body, "mismatch"),
        (_no_headers, "malformed"),
        (_without_signature, "malformed"),
    ],
)
def test_what_is_not_the_providers_changes_nothing_and_is_answered_alike(headers_of, outcome, waiting, account):
    body = body_of(waiting.vendor_task)
    before = heard(outcome)
    genuine_about_nothing = send(account, body_of("pred-nobody"), signed(account, body_of("pred-nobody")))
    answer = send(account, body, headers_of(account, body))
    assert (answer.status_code, answer.content) == (202, b"")
    assert (answer.status_code, answer.content) == (genuine_about_nothing.status_code, genuine_about_nothing.content)
    assert heard(outcome) == before + 1
    waiting.refresh_from_db()
    assert (waiting.hinted_at, _is_due()) == (None, False)


def test_a_call_of_another_account_is_not_hinted_at(cast, waiting, account):
    stranger = listening_account(cast, slug="stranger")
    body = body_of(waiting.vendor_task)
    assert send(stranger, body, signed(stranger, body)).status_code == 202
    # Nor by the other account's address with the signature of the right one.
    assert send(stranger, body, signed(account, body)).status_code == 202
    waiting.refresh_from_db()
    assert (waiting.hinted_at, _is_due()) == (None, False)


@pytest.mark.parametrize("state", ["settled", "unknown", "released"])
def test_a_call_that_has_ended_is_left_alone(state, waiting, account):
    Attempt.objects.update(state=state)
    body = body_of(waiting.vendor_task)
    send(account, body, signed(account, body))
    waiting.refresh_from_db()
    assert (waiting.hinted_at, _is_due()) == (None, False)


def test_a_call_without_an_id_is_not_found_by_a_webhook_without_one(waiting, account):
    Attempt.objects.update(vendor_task="")
    for body in (body_of(""), b"{}", b"[]", b"\xff", b'{"id": {"$ne": ""}}', b"[" * 100_000):
        assert send(account, body, signed(account, body)).status_code == 202
    waiting.refresh_from_db()
    assert waiting.hinted_at is None


def test_a_rendering_that_was_ordered_anew_is_not_hurried(waiting, account):
    Rendering.objects.update(hold=None)
    body = body_of(waiting.vendor_task)
    send(account, body, signed(account, body))
    assert not _is_due()


def test_a_mismatch_is_an_event_once_an_hour(waiting, account):
    body = body_of(waiting.vendor_task)
    for _ in range(3):
        send(account, body, _other_key(account, body))
    assert Event.objects.filter(kind="provider_account.hook_mismatch").count() == 1


def test_a_webhook_without_end_is_refused(account, client):
    body = body_of("pred-1", input="x" * 300_000)
    answer = send(account, body, signed(account, body))
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_an_address_that_is_not_ours_is_not_found(cast, account, client):
    minimax = make_account(cast.team, slug="other", is_default=False)
    forged = f"/hooks/wavespeed/{account.id}.forged"
    elsewhere = f"/hooks/minimax/{minimax.id}.forged"
    for path in (forged, elsewhere, "/hooks/wavespeed/x"):
        answer = client.post(path, data=b"{}", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (404, "hook_unknown")
