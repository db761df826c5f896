"""A clip spoken by a system voice of the library: the id goes out byte for byte, and it costs characters alone."""

import httpx
import pytest
from django.conf import settings

from accounts.models import LedgerEntry
from voicelib.models import ProviderVoice


def sent(vendor):
    """The bodies of this key's speech calls as the vendor received them."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        asked = client.get(
            f"{settings.SANDBOX_URL}/_sandbox/requests", params={"key": vendor.key, "operation": "t2a", "limit": 10}
        )
    return [entry["body"] for entry in asked.raise_for_status().json()["requests"]]


@pytest.mark.parametrize(
    "voice_id", ["Santa_Claus ", "Cantonese_ProfessionalHost\uff08F)", "French_Female_News Anchor"]
)
def test_an_awkward_id_reaches_the_vendor_as_it_is(cast, vendor, render_all, voice_id):
    api = cast.api("editor")
    made = api.post(
        "/api/v1/voices", {"name": "Odd", "slug": "odd", "language": "en", "system_voice": {"voice_id": voice_id}}
    )
    assert made.status_code == 201, made.content
    clip_id = api.post("/api/v1/clips", {"voice": "odd", "text": "Hello there."}).json()["id"]
    render_all()
    clip = api.get(f"/api/v1/clips/{clip_id}").json()
    assert (clip["state"], clip["error"]) == ("ready", None)
    assert [body["voice_setting"]["voice_id"] for body in sent(vendor)] == [voice_id]
    assert clip["billed_characters"] == 12


@pytest.mark.parametrize("kind", ["rolling", "fixed", "activation"])
def test_using_it_starts_no_deadline_whatever_the_account_does_to_clones(cast, vendor, render_all, kind):
    cast.account.retention = {"kind": kind, "hours": 24}
    cast.account.save()
    api = cast.api("editor")
    api.post("/api/v1/voices", {"name": "S", "slug": "s", "system_voice": {"voice_id": "Santa_Claus "}})
    api.post("/api/v1/clips", {"voice": "s", "text": "Hello there."})
    render_all()
    home = ProviderVoice.objects.get()
    assert home.last_used_at is not None
    assert (home.state, home.expires_at, home.keepalive_due_at, home.alert_due_at) == ("permanent", None, None, None)


def test_it_costs_its_characters_and_no_fee(cast, vendor, render_all):
    api = cast.api("editor")
    api.post("/api/v1/voices", {"name": "S", "slug": "s", "system_voice": {"voice_id": "Santa_Claus "}})
    wish = {"voice": "s", "text": "Hello there."}
    estimate = api.post("/api/v1/estimates", wish).json()
    api.post("/api/v1/clips", wish)
    render_all()
    api.post("/api/v1/clips", {**wish, "text": "And again."})
    render_all()
    assert {entry.kind for entry in LedgerEntry.objects.all()} == {"speech"}
    assert not estimate.get("fee")
    assert ProviderVoice.objects.get().expires_at is None
