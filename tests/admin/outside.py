"""What happens at the provider without us: somebody clones, uses and deletes there, and its clock goes on."""

import secrets

import httpx
from django.conf import settings

from accounts import clock
from accounts.provider_clients import adapter, driver, wire_account
from providers.types import CloneRequest
from tests.studio import SAMPLE
from tests.voicelib.conftest import speech_request
from voicelib.models import ProviderVoice


def make_there(account) -> str:
    """Clone a voice at the account and use it once; its id there."""
    voice_id = f"foreign{secrets.token_hex(4)}1"
    request = CloneRequest(
        voice_id=voice_id, sample=SAMPLE.read_bytes(), sample_name="ada.mp3", sample_type="audio/mpeg"
    )
    driver().run(adapter(account).clone(wire_account(account), request))
    use_there(account, voice_id)
    return voice_id


def use_there(account, voice_id) -> None:
    home = ProviderVoice(vendor_voice_id=voice_id)
    driver().run(adapter(account).speech(wire_account(account), speech_request(home)))


def delete_there(account, voice_id) -> None:
    driver().run(adapter(account).delete_voice(wire_account(account), voice_id, "cloned"))


def let_pass(*, hours) -> None:
    """Move the provider's clock and our business time together."""
    with httpx.Client(trust_env=False, verify=False, timeout=30) as client:
        url = f"{settings.SANDBOX_URL}/_sandbox/clock"
        moved = client.post(url, json={"advance_seconds": hours * 3600}).raise_for_status().json()
    clock.follow_offset(moved["offset_seconds"])
