"""A voice is taken out of use: what depends on it is shown, its homes are deleted, until then it can be undone."""

import pytest

from accounts import clock
from accounts.models import Event
from tests.drain import drain
from voicelib.models import Deletion, ProviderVoice

pytestmark = pytest.mark.django_db(transaction=True)
VOICE = "/api/v1/voices/ada"


@pytest.fixture
def api(cast):
    return cast.api("editor")


def test_what_depends_on_it_is_shown_first(api, clone, advance, vendor):
    home = clone()
    advance(hours=150, step_hours=10)
    shown = api.get(f"{VOICE}/dependents").json()
    assert (shown["clips"], shown["dictionaries"], shown["waiting_renderings"]) == ({}, [], 0)
    assert [row["provider_voice_id"] for row in shown["homes"]] == [home.vendor_voice_id]
    assert shown["homes"][0]["fee"]["amount_micros"] == vendor.bill("clone_fee")[0]["amount_micros"]


def test_a_retired_voice_speaks_no_more_and_is_deleted_at_the_provider(api, clone, vendor, voice):
    home = clone()
    answer = api.post(f"{VOICE}/retire", {"reason": "The contract ended.", "undo_hours": 0})
    assert answer.status_code == 200, answer.content
    assert answer.json()["retired_at"] is not None
    drain()
    home.refresh_from_db()
    assert home.state == "deleted"
    assert Deletion.objects.get().outcome == "deleted"
    assert vendor.voices()[home.vendor_voice_id]["deleted_at"] is not None
    assert api.post(f"{VOICE}/clone").json()["code"] == "voice_retired"
    assert api.post(f"{VOICE}/restore").json()["code"] == "deletion_under_way"
    assert api.post(f"{VOICE}/retire").json()["code"] == "voice_retired"
    kinds = Event.objects.filter(subject_id=voice.id).values_list("kind", flat=True)
    assert {"voice.retired", "voice.deletion_asked", "voice.deleted"} <= set(kinds)


def test_until_the_provider_is_asked_it_can_be_undone(api, clone, vendor):
    home = clone()
    assert api.post(f"{VOICE}/retire", {"undo_hours": 24}).json()["state"] == "deleting"
    drain()
    assert vendor.requests("delete_voice") == 0
    restored = api.post(f"{VOICE}/restore").json()
    assert (restored["retired_at"], restored["state"]) == (None, "temporary")
    home.refresh_from_db()
    assert home.expires_at > clock.now()
    assert home.keepalive_due_at is not None
    assert api.post(f"{VOICE}/restore").json()["code"] == "voice_not_retired"


def test_a_retirement_that_was_undone_once_says_nothing_about_the_next(api, clone):
    clone()
    api.post(f"{VOICE}/retire", {"undo_hours": 24})
    assert api.post(f"{VOICE}/restore").status_code == 200
    api.post(f"{VOICE}/retire", {"undo_hours": 0})
    drain()
    assert api.post(f"{VOICE}/restore").json()["code"] == "deletion_under_way"


def test_a_voice_that_was_lost_once_is_told_to_be_deleted(api, clone, actor):
    home = clone()
    ProviderVoice.objects.filter(id=home.id).update(state="lapsed", ended_at=clock.now())
    clone()
    api.post(f"{VOICE}/retire", {"undo_hours": 24})
    assert api.post("/api/v1/clips", {"voice": "ada", "text": "Too late."}).json()["code"] == "voice_deleted"


def test_a_draft_is_retired_and_restored_too(api, voice):
    assert api.post(f"{VOICE}/retire").status_code == 200
    assert api.post(f"{VOICE}/restore").json()["state"] == "draft"
