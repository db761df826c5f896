"""A consent is revoked while many clips are queued and being rendered: spending stops within one call."""

import pytest

from accounts.errors import PermissionDeniedError
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from accounts.payer import Actor
from synthesis.flows.clips import clip_of
from synthesis.flows.delivery import audio_of, audio_url, signed_path
from synthesis.models import Clip
from voicelib.flows.consents import revoke_consent
from voicelib.models import Consent

CLIPS, SPOKEN = 50, 7


@pytest.fixture
def consent(cast, voice):
    voice.consent = Consent.objects.create(team=cast.team, speaker="Ann", statement="I agree.", locale="en")
    voice.save()
    return voice.consent


def test_what_is_queued_is_not_spoken_and_what_was_paid_stays_visible(
    cast, consent, ask, at_step, render_all, vendor, client
):
    clips = [ask(f"Sentence number {number}.") for number in range(CLIPS)]
    owner = Actor(user_id=cast.owner.id, name="Owner")
    sent = []

    def revoke_at_the_last(ids):
        sent.append(ids)
        if len(sent) < SPOKEN:
            at_step("sent", revoke_at_the_last)
        else:
            revoke_consent(team=cast.team, consent_id=consent.id, actor=owner)

    at_step("sent", revoke_at_the_last)
    render_all()

    assert len(vendor.bill("t2a")) == SPOKEN
    assert list(Attempt.objects.filter(state="settled").values_list("state", flat=True)) == ["settled"] * SPOKEN
    booked = LedgerEntry.objects.filter(kind="speech")
    assert sum(booked.values_list("billed_characters", flat=True)) == sum(
        line["characters"] for line in vendor.bill("t2a")
    )
    states = list(Clip.objects.values_list("state", flat=True))
    assert (states.count("ready"), states.count("failed")) == (SPOKEN, CLIPS - SPOKEN)
    assert {(clip.error or {}).get("code") for clip in Clip.objects.filter(state="failed")} == {"voice_suspended"}
    assert not Hold.objects.filter(state="open").exists()
    assert verify_ledger() == []
    paid = cast.api().get(f"/api/v1/clips/{clips[0].id}").json()
    assert (paid["state"], paid["billed_characters"] > 0, paid["audio_url"]) == ("ready", True, None)


def test_a_cache_hit_the_audio_and_links_given_out_before_are_refused(cast, consent, ask, render_all, client):
    clip = ask("Once.")
    render_all()
    clip = clip_of(team=cast.team, clip_id=clip.id)
    link, etag = signed_path(clip), f'"{audio_of(clip).sha256}"'
    assert b"".join(client.get(link).streaming_content)

    revoke_consent(team=cast.team, consent_id=consent.id, actor=Actor(name="Owner"))

    clip = clip_of(team=cast.team, clip_id=clip.id)
    assert audio_url(clip) is None
    with pytest.raises(PermissionDeniedError):
        audio_of(clip)
    for headers in ({}, {"Range": "bytes=0-9"}, {"If-None-Match": etag}):
        answer = client.get(link, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "voice_suspended")
    api = cast.api()
    assert api.get(f"/api/v1/clips/{clip.id}/audio").status_code == 403
    again = api.post("/api/v1/clips", {"voice": clip.voice.slug, "text": "Once."})
    assert (again.status_code, again.json()["code"]) == (409, "voice_suspended")
