"""The whole life of a voice by somebody who has a token and nothing else: from a recording to a confirmed deletion.

Beside REST only the vendor's side is moved: its clock, and somebody who deletes the voice over there. Worker and
beat run in between, as they do by themselves.
"""

from collections import Counter
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT
from django.utils.dateparse import parse_datetime

from accounts import clock
from accounts.flows.verify import verify_ledger
from accounts.ids import new_id
from providers.probe import probe
from tests.cast import make_team
from tests.studio import SAMPLE
from tests.voicelib.conftest import wav
from tests.voicelib.life_stage import Controls

VOICE = "/voices/ada"
HOME = f"{VOICE}/homes/main"
WORDS = "The lift stops at every floor."


class Newcomer:
    """Somebody with a token, a vendor's key, and a worker that does what is due."""

    def __init__(self, drain):
        self.key, self.drain = f"key-{new_id()}", drain
        cast = make_team()
        cast.account.delete()
        self.token, self.vendor = cast.api("owner"), Controls(self.key)

    def get(self, path, **query):
        return self._read(self.token.get(f"/api/v1{path}", query), 200)

    def post(self, path, status, **wish):
        return self._read(self.token.post(f"/api/v1{path}", wish), status)

    def upload(self, path, content, filename, **wish):
        file = SimpleUploadedFile(filename, content)
        return self._read(self.token.post(f"/api/v1{path}", {"file": file, **wish}, MULTIPART_CONTENT), 201)

    def hear(self, path):
        """The sound of an address: long enough to be one, and not silent."""
        answer = self.token.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.content
        heard = probe(answer.getvalue())
        assert heard.duration_ms > 500
        assert heard.silence_ratio < 0.9
        return heard

    def say(self, text, status=202):
        """A finished clip of the voice."""
        asked = self.post("/clips", status, voice="ada", text=text)
        self.drain()
        clip = self.get(f"/clips/{asked['id']}")
        assert (clip["state"], clip["error"]) == ("ready", None)
        self.hear(f"/clips/{asked['id']}/audio")
        return clip

    def homes(self):
        return self.get(VOICE)["homes"]

    def pass_time(self, *, hours):
        clock.follow_offset(self.vendor.advance(hours=hours)["offset_seconds"])
        self.drain()

    def somebody_deletes(self, voice_id):
        """In the vendor's console, say."""
        httpx.post(
            f"{settings.SANDBOX_URL}/minimax/v1/delete_voice",
            headers={"Authorization": f"Bearer {self.key}"},
            json={"voice_type": "voice_cloning", "voice_id": voice_id},
            trust_env=False,
        ).raise_for_status()

    def _read(self, answer, status):
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def me(transactional_db, sandbox, drain):
    return Newcomer(drain)


def test_a_voice_is_made_kept_lost_made_again_and_deleted(me):
    first = _made_and_heard(me)
    _kept_by_decision(me)
    spoken = me.say(WORDS)
    assert spoken["spoken_by"][0]["generation"] == 1
    assert me.say(WORDS, status=201)["billed_characters"] == 0

    _lost_by_two_proofs(me, first["provider_voice_id"])
    again = _there_again(me)
    spoken_again = me.say(WORDS)
    assert [home["generation"] for home in spoken_again["spoken_by"]] == [2]
    assert spoken_again["spoken_by"][0]["provider_voice_id"] == again["provider_voice_id"]
    assert spoken_again["billed_characters"] > 0

    _told_with_what_it_cost(me)
    _retired_in_the_end(me, clips=3)
    _books_are_the_bill(me)


def _made_and_heard(me):
    account = {"slug": "main", "name": "Main", "provider": "minimax", "key": me.key}
    me.post("/provider-accounts", 201, **account, base_url=f"{settings.SANDBOX_URL}/minimax")
    assert me.post("/provider-accounts/main/check", 200)["ok"]

    sample = me.upload("/samples", SAMPLE.read_bytes(), "ada.mp3", name="Ada, studio")
    assert me.hear(f"/samples/{sample['id']}/audio").duration_ms == pytest.approx(sample["duration_ms"], abs=100)
    consent = me.post("/consents", 201, speaker="Ada Speaker", statement="I allow it.", locale="en-GB")
    me.upload(f"/consents/{consent['id']}/files", wav(12), "said.wav", kind="spoken", name="What Ada said")
    voice = {"name": "Ada", "slug": "ada", "language": "en-GB", "consent": consent["id"], "sample": sample["id"]}
    assert me.post("/voices", 201, **voice)["state"] == "draft"

    order = {"policy": "always", "preview_text": "This is how I sound."}
    assert me.post(f"{VOICE}/clone/check", 200, **order)["ok"]
    assert me.post(f"{VOICE}/clone", 202, **order)["state"] == "cloning"
    me.drain()
    (home,) = me.homes()
    assert (home["state"], home["has_preview"], home["deletion"]) == ("temporary", True, None)
    me.hear(f"{HOME}/preview")
    return home


def _kept_by_decision(me):
    (home,) = me.post(f"{VOICE}/policy", 200, policy="ask", on_silence="lapse")["homes"]
    assert home["keepalive_due_at"] is None
    (expected,) = me.get("/forecast", days=8)["homes"]
    assert (expected["voice"], expected["will_be_kept"]) == ("ada", False)
    fee = expected["cost"]["amount_micros"]
    ends = parse_datetime(home["expires_at"])
    assert ends is not None
    assert [voice["slug"] for voice in me.get("/voices", expiring_before=home["expires_at"])["results"]] == []
    later = (ends + timedelta(minutes=1)).isoformat()
    assert [voice["slug"] for voice in me.get("/voices", expiring_before=later)["results"]] == ["ada"]

    me.pass_time(hours=97)
    kinds = [event["kind"] for event in me.get(f"{VOICE}/timeline")["results"]]
    assert "voice.decision_needed" in kinds
    me.post(f"{VOICE}/activate", 202)
    me.drain()
    assert [(home["state"], home["expires_at"]) for home in me.homes()] == [("permanent", None)]
    booked = me.get("/ledger/totals", group_by="kind")["rows"]
    assert sum(row["amount"]["amount_micros"] for row in booked if row["kind"] != "preview") == fee
    assert me.get("/forecast", days=8)["homes"] == []


def _lost_by_two_proofs(me, voice_id):
    assert me.post("/provider-accounts/main/sync", 200)["homes"][0]["sighting"] == "seen"
    me.somebody_deletes(voice_id)
    report = me.post("/provider-accounts/main/sync", 200)
    assert (report["homes"][0]["sighting"], report["doubted"], report["frozen"]) == ("not_seen", ["ada"], False)
    me.drain()
    (home,) = me.homes()
    assert home["state"] == "permanent"
    assert home["missing_since"] is not None
    assert [voice["slug"] for voice in me.get("/voices", missing="true")["results"]] == ["ada"]
    me.pass_time(hours=1.1)


def _there_again(me):
    again, lost = me.homes()
    assert (lost["state"], lost["generation"], lost["ended_at"] is not None) == ("lost", 1, True)
    assert (again["state"], again["generation"]) == ("temporary", 2)
    assert again["provider_voice_id"] != lost["provider_voice_id"]
    return again


def _told_with_what_it_cost(me):
    told = me.get(f"{VOICE}/timeline", limit=100)["results"][::-1]
    assert {event["data"]["voice"] for event in told} == {"ada"}
    life = [event["kind"] for event in told if event["kind"] in _LIFE]
    assert life == [*_LIFE, "voice.cloned", "voice.activated"]
    costs = [event["cost"]["amount_micros"] for event in told if event["kind"] == "voice.activated"]
    fees = me.vendor.bill("clone_fee")
    assert len(costs) == len(fees) == 2
    assert all(cost > fee["amount_micros"] for cost, fee in zip(costs, fees, strict=True))


_LIFE = (
    "voice.created",
    "voice.clone_asked",
    "voice.cloned",
    "voice.policy_changed",
    "voice.decision_needed",
    "voice.activation_asked",
    "voice.activated",
    "voice.missing_proven",
    "voice.lost",
    "voice.revival_asked",
)


def _retired_in_the_end(me, *, clips):
    found = me.get(f"{VOICE}/dependents")
    assert (found["clips"], len(found["homes"])) == ({"ready": clips}, 2)
    retired = me.post(f"{VOICE}/retire", 200, reason="A new voice comes.")
    assert (retired["state"], retired["homes"][0]["deletion"]["outcome"]) == ("deleting", "pending")
    assert me.token.post("/api/v1/clips", {"voice": "ada", "text": "Too late."}).json()["code"] == "voice_deleted"
    me.drain()
    restored = me.post(f"{VOICE}/restore", 200)
    assert (restored["state"], restored["retired_at"]) == ("permanent", None)

    me.post(f"{VOICE}/retire", 200, reason="Now.", undo_hours=0)
    me.drain()
    deletions = [(home["state"], home["deletion"]["outcome"], home["deletion"]["existed"]) for home in me.homes()]
    assert deletions == [("deleted", "deleted", True), ("deleted", "deleted", False)]
    assert all(home["deletion"]["trace_id"] for home in me.homes())
    assert {voice["state"] for voice in me.vendor.voices().values()} == {"deleted"}
    assert me.token.post(f"/api/v1{VOICE}/restore", {}).json()["code"] == "deletion_under_way"


def _books_are_the_bill(me):
    bill: Counter[str] = Counter()
    for line in me.vendor.bill():
        bill["characters"] += line["characters"]
        bill["micros"] += line["amount_micros"]
    totals = me.get("/ledger/totals", group_by="voice")["rows"]
    assert {row["amount"]["currency"] for row in totals} == {"USD"}
    assert sum(row["billed_characters"] for row in totals) == bill["characters"]
    assert sum(row["amount"]["amount_micros"] for row in totals) == bill["micros"]
    assert me.get("/attempts", state="unknown")["results"] == []
    assert verify_ledger() == []
