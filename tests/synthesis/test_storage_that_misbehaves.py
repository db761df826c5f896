"""Audio that is paid for is not lost, and not paid again, when the store is down, slow or confused."""

from datetime import timedelta

import pytest

from accounts import clock, spool
from accounts.flows.verify import verify_ledger
from synthesis.flows import recovery, rendering
from synthesis.flows.storing import clip_storage, store_audio
from tests.synthesis.storages import RefusingStorage

S3 = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": "clips",
        "endpoint_url": "http://127.0.0.1:9",
        "region_name": "us-east-1",
        "access_key": "access",
        "secret_key": "secret",
        "addressing_style": "path",
        "signature_version": "s3v4",
    },
}


@pytest.fixture
def store_in(settings):
    """`store_in(name)` puts clips into another store from now on."""

    def put(options):
        settings.STORAGES = {**settings.STORAGES, "clips": options}

    return put


def _double(name, settings):
    location = settings.STORAGES["clips"]["OPTIONS"]["location"]
    return {"BACKEND": f"tests.synthesis.storages.{name}", "OPTIONS": {"location": location}}


def test_a_store_that_is_down_delays_a_clip_and_costs_nothing_more(ask, store_in, settings, vendor):
    store_in(_double("RefusingStorage", settings))
    RefusingStorage.refusals = 2
    clip = ask("Where to put it?")

    with pytest.raises(OSError, match="busy"):
        rendering.render(rendering_id=clip.segments.get().rendering_id)
    assert len(list(spool.kept())) == 1
    for minutes in (1, 10, 20):
        recovery.render_tick(at=clock.real_now() + timedelta(minutes=minutes))

    clip.refresh_from_db()
    assert clip.state == "ready"
    assert vendor.requests() == 1
    assert list(spool.kept()) == []
    assert verify_ledger() == []


def test_two_that_store_the_same_at_once_leave_one_file(cast, store_in, settings):
    first = store_audio(team_id=cast.team.id, audio=b"sound", container="mp3")
    store_in(_double("RenamingStorage", settings))

    second = store_audio(team_id=cast.team.id, audio=b"sound", container="mp3")

    assert first == second
    assert clip_storage().listdir(cast.team.id)[1] == [first.key.partition("/")[2]]


def test_an_object_store_gives_out_its_own_urls(cast, ask, render_all, store_in, settings, client):
    asked = ask("From the bucket.")
    render_all()
    store_in(S3)

    answer = cast.api().get(f"/api/v1/clips/{asked.id}/audio")

    made = asked.segments.get().rendering
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"http://127.0.0.1:9/clips/{made.storage_key}?")
    for part in ("X-Amz-Signature=", "X-Amz-Expires=60", "response-content-type=audio%2Fmpeg"):
        assert part in answer["Location"]
    assert (answer["X-Billed-Characters"], answer["Cache-Control"]) == ("16", "private, no-cache")
    shown = cast.api().get(f"/api/v1/clips/{asked.id}").json()["audio_url"]
    # Our own link, which a suspension ends at once; it leads on to the store.
    assert shown.startswith(f"{settings.PUBLIC_URL}/audio/")
    led_on = client.get(shown.removeprefix(settings.PUBLIC_URL))
    assert (led_on.status_code, led_on["Cache-Control"]) == (302, "private, no-store")
    assert led_on["Location"].startswith(f"http://127.0.0.1:9/clips/{made.storage_key}?")
