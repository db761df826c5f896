"""A provider may answer with an address of the audio although none was asked for; such addresses end within a day."""

import httpx
from django.conf import settings

from accounts.flows.verify import verify_ledger
from accounts.models import Attempt
from providers.probe import probe
from synthesis.models import Clip, Rendering


def test_the_audio_is_copied_before_its_address_ends(cast, ask, render_all, vendor):
    vendor.fail("audio_as_url")
    clip = ask("Fetched at once.")
    render_all()
    clip.refresh_from_db()
    assert clip.state == Clip.State.READY

    body = {"advance_seconds": 25 * 3600}
    httpx.post(f"{settings.SANDBOX_URL}/_sandbox/clock", json=body, trust_env=False).raise_for_status()
    answer = cast.api().get(f"/api/v1/clips/{clip.id}/audio")
    audio = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert probe(audio).duration_ms == Rendering.objects.get().duration_ms
    assert "/download/" not in str(Rendering.objects.values().get()) + str(Attempt.objects.values().get())
    assert verify_ledger() == []
