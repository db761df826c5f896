"""Every provider from its account to its bill, over REST alone: a clip by a voice of its own, a clone where it makes
any, the clone's first use. Our books then say what the sandbox billed this key there, line by line."""

from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from django.conf import settings as product
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT

from accounts.flows.verify import verify_ledger
from accounts.ids import new_id
from accounts.models import LedgerEntry
from providers.probe import probe
from providers.registry import adapter_for, provider_names
from tests.cast import make_team
from tests.providers.loopback import Loopback, http
from tests.studio import SAMPLE
from tests.voicelib.vendor import Vendor

# Both count differently where a rule counts Han characters twice.
WORDS = "Every provider says this once: 你好。"
# What the sandbox calls a line, and what our books call it.
KINDS = {
    "t2a": "speech",
    "clone_preview": "preview",
    "clone_fee": "activation_fee",
}


@dataclass(frozen=True)
class Place:
    """A provider as the team's owner meets it: where the sandbox speaks its wire, a voice of its own, and whether it
    tells what it billed. `told` is about speech by its default model; no provider tells of a clone's preview but
    MiniMax."""

    voice: str
    told: bool = False
    mount: str = ""
    options: tuple[tuple[str, object], ...] = ()


PLACES = {
    "minimax": Place("English_expressive_narrator", told=True),
    "ppio": Place("English_expressive_narrator", told=True),
    "umodelverse": Place("English_expressive_narrator", told=True),
    "wavespeed": Place("Wise_Woman", options=(("poll_every_seconds", 0.05),)),
    "clore": Place("Wise_Woman"),
    "openai": Place("coral", mount="openai"),
    "kokoro": Place("af_bella"),
    "f5": Place("Emilia"),
    "chatterbox": Place("Emily.wav"),
    # Everything it lists was uploaded by somebody; the account names what may be used without a consent.
    "chatterbox_api": Place("anna", options=(("voices", ["anna"]),)),
    "qwen3": Place("Vivian"),
    "speaches": Place("af_bella"),
    "kani": Place("katie", options=(("voices", ["katie"]),)),
}


class Owner:
    """The owner of a fresh team, who has nothing but the REST interface."""

    def __init__(self, provider):
        self.provider, self.place, self.key = provider, PLACES[provider], f"key-{provider}-{new_id()}"
        self.cast = make_team()
        self.cast.account.delete()
        self.api = self.cast.api("owner")
        self.vendor = Vendor(self.key)

    def done(self, answer, status):
        assert answer.status_code == status, answer.content
        return answer.json()

    def adds_the_account(self):
        mount = self.place.mount or (self.provider if _is_mounted_alone(self.provider) else f"openai/{self.provider}")
        wish = {"slug": "main", "name": "Main", "provider": self.provider, "key": self.key}
        wish |= {"base_url": f"{product.SANDBOX_URL}/{mount}", "options": dict(self.place.options)}
        self.done(self.api.post("/api/v1/provider-accounts", wish), 201)
        assert self.done(self.api.post("/api/v1/provider-accounts/main/check"), 200)["ok"]

    def adds_a_voice_of_the_provider(self):
        if "list" in adapter_for(self.provider).capabilities.operations:
            self.done(self.api.post("/api/v1/provider-accounts/main/system-voices/import"), 200)
        wish = {"name": "House", "slug": "house", "language": "en", "system_voice": {"voice_id": self.place.voice}}
        self.done(self.api.post("/api/v1/voices", wish), 201)

    def clones(self, drain):
        consent = {"speaker": "Ada Speaker", "statement": "I allow it.", "locale": "en"}
        file = SimpleUploadedFile("ada.mp3", SAMPLE.read_bytes())
        sample = {"file": file, "name": "Ada"}
        wish = {
            "name": "Ada",
            "slug": "ada",
            "language": "en",
            "consent": self.done(self.api.post("/api/v1/consents", consent), 201)["id"],
            "sample": self.done(self.api.post("/api/v1/samples", sample, content_type=MULTIPART_CONTENT), 201)["id"],
        }
        self.done(self.api.post("/api/v1/voices", wish), 201)
        self.done(self.api.post("/api/v1/voices/ada/clone", {"policy": "let_lapse"}), 202)
        drain()
        return self.done(self.api.get("/api/v1/voices/ada"), 200)["homes"][0]

    def speaks(self, voice, drain):
        asked = self.done(self.api.post("/api/v1/clips", {"voice": voice, "text": WORDS}), 202)
        drain()
        clip = self.done(self.api.get(f"/api/v1/clips/{asked['id']}"), 200)
        assert (clip["state"], clip["error"]) == ("ready", None)
        assert probe(self.api.get(f"/api/v1/clips/{asked['id']}/audio").getvalue()).duration_ms > 500
        return clip

    def books(self):
        return self.done(self.api.get("/api/v1/ledger", {"limit": 500}), 200)["results"]


def _is_mounted_alone(provider):
    return provider in ("minimax", "ppio", "umodelverse", "wavespeed", "clore")


@pytest.fixture(params=provider_names())
def owner(request, transactional_db, sandbox):
    return Owner(request.param)


@pytest.fixture
def drain(drain, sandbox):
    """Tasks end at once."""
    with httpx.Client(trust_env=False) as client:
        pace = f"{product.SANDBOX_URL}/_sandbox/pace"
        client.post(pace, json={"async_task_seconds": 0}).raise_for_status()
        yield drain
        client.post(pace, json={"async_task_seconds": 2}).raise_for_status()


@contextmanager
def _recordings_served(settings):
    """Our address, where providers that pull a recording find it."""
    with Loopback(http(SAMPLE.read_bytes(), headers=["Content-Type: audio/mpeg"])) as server:
        settings.PUBLIC_URL = server.url
        yield


def _as_booked(entry):
    return (entry["kind"], entry["billed_characters"], entry["amount"]["amount_micros"], entry["amount"]["currency"])


def _as_billed(line):
    return (KINDS[line["operation"]], line["characters"], line["amount_micros"], line["currency"])


def test_our_books_are_the_providers_bill(owner, drain, settings):
    capabilities = adapter_for(owner.provider).capabilities
    owner.adds_the_account()
    owner.adds_a_voice_of_the_provider()
    clips = [owner.speaks("house", drain)]
    if capabilities.clone is not None:
        with _recordings_served(settings):
            home = owner.clones(drain)
        assert home["last_error"] is None
        assert (home["expires_at"] is None) == (capabilities.retention.kind == "none")
        clips.append(owner.speaks("ada", drain))

    bill, books = owner.vendor.bill(), owner.books()
    assert {line["provider"] for line in bill} == {owner.provider}
    assert sorted(map(_as_booked, books)) == sorted(map(_as_billed, bill))
    assert len(books) == len({entry.key for entry in LedgerEntry.objects.filter(team_id=owner.cast.team.id)})
    assert [clip["billed_source"] for clip in clips] == ["provider" if owner.place.told else "estimated"] * len(clips)
    spoken = {entry["source"] for entry in books if entry["kind"] == "speech"}
    assert spoken == {"provider" if owner.place.told else "estimated"}
    assert verify_ledger() == []


def test_every_provider_has_its_place():
    assert set(PLACES) == set(provider_names())
