"""Comparing with the provider's list, adopting and unfreezing, over REST."""

import secrets

import pytest

from accounts import clock
from accounts.flows.freezing import freeze_account
from accounts.models import LedgerEntry
from accounts.provider_clients import adapter, driver, wire_account
from providers.types import CloneRequest
from tests.studio import SAMPLE
from tests.voicelib.conftest import speech_request
from voicelib.models import ProviderVoice

ACCOUNT = "/api/v1/provider-accounts/sandbox"


@pytest.fixture
def foreign(cast, vendor):
    """A voice that somebody cloned and used at the provider, without us."""
    account = wire_account(cast.account)
    voice_id = f"foreign{secrets.token_hex(4)}1"
    request = CloneRequest(
        voice_id=voice_id, sample=SAMPLE.read_bytes(), sample_name="ada.mp3", sample_type="audio/mpeg"
    )
    driver().run(adapter(cast.account).clone(account, request))
    home = ProviderVoice(vendor_voice_id=voice_id)
    driver().run(adapter(cast.account).speech(account, speech_request(home)))
    return voice_id


def test_a_comparison_tells_seen_hidden_and_foreign(cast, clone, foreign):
    api = cast.api("editor")
    before = api.get(f"{ACCOUNT}/sync").json()
    assert (before["at"], before["homes"]) == (None, [])
    hidden = clone(policy="let_lapse")
    report = api.post(f"{ACCOUNT}/sync").json()
    assert report["homes"] == [
        {
            "voice": "ada",
            "provider_voice_id": hidden.vendor_voice_id,
            "state": "temporary",
            "sighting": "cannot_tell",
        }
    ]
    assert [voice["voice_id"] for voice in report["unknown"]] == [foreign]
    assert api.get(f"{ACCOUNT}/sync").json() == report


def test_a_voice_used_outside_is_permanent_and_its_fee_waits_for_the_bill(cast, clone):
    home = clone(policy="let_lapse")
    driver().run(adapter(cast.account).speech(wire_account(cast.account), speech_request(home)))
    report = cast.api("editor").post(f"{ACCOUNT}/sync").json()
    assert report["used_outside"] == ["ada"]
    home.refresh_from_db()
    assert (home.state, home.activated_by, home.expires_at) == ("permanent", "outside", None)
    assert not LedgerEntry.objects.exists()


def test_a_foreign_voice_is_adopted_with_consent(cast, foreign, consent, sample):
    api = cast.api("editor")
    wish = {"voice_id": foreign, "slug": "brand", "name": "Brand", "language": "en", "sample": sample.id}
    assert api.post(f"{ACCOUNT}/adopt", wish).json()["code"] == "invalid_input"
    adopted = api.post(f"{ACCOUNT}/adopt", {**wish, "consent": consent.id})
    assert adopted.status_code == 201, adopted.content
    home = adopted.json()["homes"][0]
    assert (adopted.json()["state"], home["provider_voice_id"], home["activated_by"]) == (
        "permanent",
        foreign,
        "adopted",
    )
    again = api.post(f"{ACCOUNT}/adopt", {**wish, "slug": "other", "consent": consent.id})
    assert (again.status_code, again.json()["code"]) == (409, "voice_adopted")
    assert api.post(f"{ACCOUNT}/sync").json()["unknown"] == []


def test_nothing_is_adopted_without_a_valid_consent(cast, foreign, consent):
    api = cast.api("editor")
    api.post(f"/api/v1/consents/{consent.id}/revoke", {"reason": "No more."})
    wish = {"voice_id": foreign, "slug": "brand", "name": "Brand", "language": "en", "consent": consent.id}
    refused = api.post(f"{ACCOUNT}/adopt", wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_revoked")
    assert api.get("/api/v1/voices/brand").status_code == 404


def test_a_frozen_account_shows_why_and_is_unfrozen(cast):
    freeze_account(account=cast.account, reason="Too many are missing.", at=clock.now())
    api = cast.api("owner")
    assert api.get(ACCOUNT).json()["frozen"]["reason"] == "Too many are missing."
    assert api.post(f"{ACCOUNT}/unfreeze", {"accept_losses": True}).json() == {"lost": []}
    assert api.get(ACCOUNT).json()["frozen"] is None
    assert api.post(f"{ACCOUNT}/unfreeze").json()["code"] == "account_not_frozen"
