"""Clips from request to ear with their audio in a real S3 server."""

import copy
import hashlib
from datetime import timedelta

import httpx
import pytest
from botocore.exceptions import ClientError
from django.conf import settings as live_settings
from django.core.files.storage import storages

from accounts import clock, spool
from accounts.models import Attempt
from synthesis.flows.recovery import render_tick
from synthesis.models import Clip, Rendering
from tests.drain import drain
from tests.services.stage import VOICE

pytestmark = pytest.mark.services


def _ask(api, text: str):
    answer = api.post("/api/v1/clips", {"voice": VOICE, "text": text})
    assert answer.status_code in (201, 202), answer.content
    return answer.json()["id"]


def _attempt_of(stage) -> Attempt:
    return Attempt.objects.get(team=stage.cast.team, kind=Attempt.Kind.SPEECH)


def test_a_rendered_clip_lies_in_the_store_and_is_given_out_by_a_presigned_url(stage):
    api = stage.cast.api()
    clip_id = _ask(api, "Kept in a bucket.")
    drain()

    clip = api.get(f"/api/v1/clips/{clip_id}").json()
    sent_on = api.get(f"/api/v1/clips/{clip_id}/audio")
    audio = httpx.get(sent_on["Location"], trust_env=False)
    part = httpx.get(sent_on["Location"], headers={"Range": "bytes=0-99"}, trust_env=False)

    assert clip["state"] == "ready", clip["error"]
    assert clip["audio_url"].startswith(live_settings.PUBLIC_URL)
    link = api.get(clip["audio_url"].removeprefix(live_settings.PUBLIC_URL))
    assert (link.status_code, httpx.get(link["Location"], trust_env=False).content) == (302, audio.content)
    assert "X-Amz-Expires=60" in link["Location"]
    assert sent_on.status_code == 302
    assert sent_on["Location"].startswith(live_settings.S3_ENDPOINT_URL)
    assert audio.headers["content-type"] == "audio/mpeg"
    assert hashlib.sha256(audio.content).hexdigest() == clip["sha256"]
    assert (part.status_code, part.content) == (206, audio.content[:100])
    assert storages["clips"].size(Rendering.objects.get(segments__clip=clip_id).storage_key) == clip["size"]


def test_a_store_that_refuses_our_keys_costs_a_wait_and_no_second_payment(stage, settings):
    good = settings.STORAGES
    bad = copy.deepcopy(good)
    bad["clips"]["OPTIONS"]["secret_key"] = "not-the-secret"
    api = stage.cast.api()
    clip_id = _ask(api, "Paid once, stored late.")

    settings.STORAGES = bad
    with pytest.raises(ClientError, match=r"403.*Forbidden|SignatureDoesNotMatch"):
        drain(ticks=False)
    assert api.get(f"/api/v1/clips/{clip_id}").json()["state"] == "rendering"
    assert spool.find(_attempt_of(stage).id) is not None

    settings.STORAGES = good
    render_tick(at=clock.real_now() + timedelta(minutes=1))

    clip = Clip.objects.get(id=clip_id)
    assert clip.state == "ready", clip.error
    assert len(stage.spoken()) == 1
    assert stage.attempts() == ["settled"]
    assert spool.find(_attempt_of(stage).id) is None
