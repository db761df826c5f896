"""The voice library over REST alone, as a service would use it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT

from accounts import clock
from accounts.models import Event
from tests.cast import make_account
from tests.studio import SAMPLE
from tests.voicelib.conftest import wav

pytestmark = pytest.mark.django_db(transaction=True)


def upload(api, content=None, name="Ada", filename="ada.mp3"):
    file = SimpleUploadedFile(filename, SAMPLE.read_bytes() if content is None else content)
    return api.post("/api/v1/samples", {"file": file, "name": name}, content_type=MULTIPART_CONTENT)


def made_voice(api, slug="narrator"):
    consent = api.post("/api/v1/consents", {"speaker": "Ada", "statement": "I allow it.", "locale": "en"}).json()
    wish = {
        "name": "Narrator",
        "slug": slug,
        "language": "en",
        "consent": consent["id"],
        "sample": upload(api).json()["id"],
    }
    answer = api.post("/api/v1/voices", wish)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_voice_from_recording_to_permanent(cast, sandbox, drain):
    api = cast.api("editor")
    voice = made_voice(api)
    assert (voice["slug"], voice["state"], voice["homes"], voice["suspended"]) == ("narrator", "draft", [], None)

    asked = api.post("/api/v1/voices/narrator/clone", {"provider_account": "sandbox", "policy": "let_lapse"})
    assert (asked.status_code, asked.json()["id"], asked.json()["state"]) == (202, voice["id"], "cloning")
    drain()
    home = api.get("/api/v1/voices/narrator").json()["homes"][0]
    assert set(home) >= {
        "provider_account",
        "provider_voice_id",
        "state",
        "policy",
        "on_silence",
        "created_at",
        "activated_at",
        "expires_at",
        "keepalive_due_at",
        "generation",
        "last_error",
    }
    assert (home["state"], home["provider_account"], home["keepalive_due_at"]) == ("temporary", "sandbox", None)
    assert home["expires_at"].endswith("Z")

    assert api.post("/api/v1/voices/narrator/activate", {}).status_code == 202
    drain()
    shown = api.get("/api/v1/voices/narrator").json()
    assert (shown["state"], shown["homes"][0]["expires_at"]) == ("permanent", None)


def test_eight_days_with_nothing_but_the_beat(cast, sandbox, drain, advance):
    api = cast.api("editor")
    for slug, policy in (("kept", "always"), ("dropped", "let_lapse")):
        made_voice(api, slug)
        api.post(f"/api/v1/voices/{slug}/clone", {"provider_account": "sandbox", "policy": policy})
    drain()
    for _ in range(16):
        advance(hours=12, ticks=False)
        drain()
    assert api.get("/api/v1/voices/kept").json()["state"] == "permanent"
    assert api.get("/api/v1/voices/dropped").json()["state"] == "lapsed"
    assert [voice["slug"] for voice in api.get("/api/v1/voices?state=lapsed").json()["results"]] == ["dropped"]
    fees = cast.api("owner").get("/api/v1/ledger?kind=activation_fee").json()["results"]
    assert [fee["voice"] for fee in fees] == ["kept"]


def test_one_key_clones_once(cast, sandbox):
    api = cast.api("editor")
    made_voice(api)
    answers = [
        api.post("/api/v1/voices/narrator/clone", {"provider_account": "sandbox"}, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert Event.objects.filter(kind="voice.clone_asked").count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no audio", "sample_format_unsupported"), (wav(3), "sample_too_short")],
)
def test_a_bad_sample_is_a_problem_with_a_field(cast, content, code):
    answer = upload(cast.api("editor"), content)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, code, "file")


def test_a_sample_is_answered_with_what_was_found(cast):
    api = cast.api("editor")
    answer = upload(api)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["format"], body["findings"], len(body["sha256"])) == ("mp3", [], 64)
    assert api.get(f"/api/v1/samples/{body['id']}").json() == body
    assert api.get("/api/v1/samples").json()["results"] == [body]


def test_a_revoked_consent_shows_in_the_voice(cast):
    api = cast.api("editor")
    voice = made_voice(api)
    revoked = api.post(f"/api/v1/consents/{voice['consent']}/revoke", {"reason": "asked to"})
    assert revoked.status_code == 200
    assert revoked.json()["revoked_at"]
    shown = api.get("/api/v1/voices/narrator").json()
    assert shown["suspended"]["reason"] == "consent_revoked"
    refused = api.post("/api/v1/voices/narrator/clone", {"provider_account": "sandbox"})
    assert (refused.status_code, refused.json()["code"]) == (409, "voice_suspended")
    assert [found["slug"] for found in api.get("/api/v1/voices?suspended=true").json()["results"]] == ["narrator"]


def test_a_consent_can_be_bounded(cast):
    api = cast.api("editor")
    until = (clock.now() + timedelta(days=30)).isoformat()
    made = api.post(
        "/api/v1/consents",
        {
            "speaker": "Ada",
            "company": "Example Ltd",
            "statement": "For ads.",
            "locale": "en",
            "valid_until": until,
            "scope": {"projects": ["ads"]},
        },
    )
    assert made.status_code == 201
    assert api.get(f"/api/v1/consents/{made.json()['id']}").json()["scope"] == {"projects": ["ads"]}
    assert len(api.get("/api/v1/consents").json()["results"]) == 1


def test_a_dictionary_from_rule_to_version(cast):
    api = cast.api("editor")
    assert api.post("/api/v1/dictionaries", {"name": "House", "slug": "house"}).status_code == 201
    rule = api.post("/api/v1/dictionaries/house/rules", {"source": "处理", "replacement": "chu3 li3", "kind": "pinyin"})
    assert rule.status_code == 201
    published = api.post("/api/v1/dictionaries/house/publish", {"message": "first"})
    assert (published.status_code, published.json()["version"]) == (201, 1)
    assert api.delete(f"/api/v1/dictionaries/house/rules/{rule.json()['id']}").status_code == 204
    assert api.get("/api/v1/dictionaries/house/rules").json()["results"] == []
    assert api.get("/api/v1/dictionaries/house/versions/1").json()["rules"][0]["source"] == "处理"
    assert len(api.get("/api/v1/dictionaries/house/versions").json()["results"]) == 1
    assert api.get("/api/v1/dictionaries/house").json()["version"] == 1
    assert api.get("/api/v1/dictionaries?q=HOU").json()["results"][0]["slug"] == "house"


def test_a_wrong_reading_is_refused_by_field(cast):
    api = cast.api("editor")
    api.post("/api/v1/dictionaries", {"name": "House", "slug": "house"})
    answer = api.post("/api/v1/dictionaries/house/rules", {"source": "x", "replacement": "chu9", "kind": "pinyin"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "rule_invalid", "replacement")


def test_another_team_sees_none_of_it(cast):
    voice = made_voice(cast.api("editor"))
    cast.api("editor").post("/api/v1/dictionaries", {"name": "House", "slug": "house"})
    stranger = cast.api("outsider")
    for path in (
        "/api/v1/voices/narrator",
        f"/api/v1/samples/{voice['sample']}",
        f"/api/v1/consents/{voice['consent']}",
        "/api/v1/dictionaries/house",
        "/api/v1/dictionaries/house/rules",
    ):
        assert stranger.get(path).status_code == 404, path
    for path in ("voices", "samples", "consents", "dictionaries"):
        assert stranger.get(f"/api/v1/{path}").json()["results"] == []
    wish = {"name": "Theft", "slug": "theft", "language": "en", "consent": voice["consent"], "sample": voice["sample"]}
    assert stranger.post("/api/v1/voices", wish).json()["code"] == "consent_unknown"


def test_the_account_is_one_of_the_team(cast):
    api = cast.api("editor")
    made_voice(api)
    make_account(cast.other_team, slug="theirs")
    answer = api.post("/api/v1/voices/narrator/clone", {"provider_account": "theirs"})
    assert (answer.status_code, answer.json()["field"]) == (404, "provider_account")


def test_lists_are_paged_and_searched(cast):
    api = cast.api("editor")
    for number in range(3):
        api.post("/api/v1/voices", {"name": f"Voice {number}", "slug": f"voice-{number}", "language": "en"})
    page = api.get("/api/v1/voices?limit=2").json()
    rest = api.get(page["next"]).json()
    assert [voice["slug"] for voice in page["results"] + rest["results"]] == ["voice-2", "voice-1", "voice-0"]
    assert rest["next"] is None
    assert [voice["slug"] for voice in api.get("/api/v1/voices?q=ICE 1").json()["results"]] == ["voice-1"]
    assert len(api.get("/api/v1/voices?state=draft").json()["results"]) == 3
    assert api.get("/api/v1/voices?state=permanent").json()["results"] == []


def test_a_voice_is_changed_but_for_its_slug(cast):
    api = cast.api("editor")
    made_voice(api)
    changed = api.patch("/api/v1/voices/narrator", {"name": "The narrator", "language": "en-GB"})
    assert (changed.status_code, changed.json()["name"]) == (200, "The narrator")
    assert api.patch("/api/v1/voices/narrator", {"slug": "other"}).status_code == 400


def test_the_policy_is_decided_anew(cast, sandbox, drain):
    api = cast.api("editor")
    made_voice(api)
    api.post("/api/v1/voices/narrator/clone", {"provider_account": "sandbox"})
    drain()
    answer = api.post("/api/v1/voices/narrator/policy", {"policy": "ask", "on_silence": "lapse"})
    home = answer.json()["homes"][0]
    assert (answer.status_code, home["policy"], home["on_silence"]) == (200, "ask", "lapse")
    assert api.post("/api/v1/voices/narrator/policy", {"policy": "perhaps"}).status_code == 400


def test_a_slug_is_taken_once(cast):
    api = cast.api("editor")
    made_voice(api)
    again = api.post("/api/v1/voices", {"name": "Again", "slug": "narrator", "language": "en"})
    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
