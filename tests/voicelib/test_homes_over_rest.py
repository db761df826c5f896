"""One home of a voice over REST: its preview is heard, it is deleted and kept, and what became of it is told."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.utils.dateparse import parse_datetime

from accounts import clock
from accounts.models import Event
from providers.probe import probe
from tests.cast import make_account
from tests.drain import drain
from voicelib.flows.consents import revoke_consent
from voicelib.flows.purges import ask_purge
from voicelib.models import Deletion, ProviderVoice, Voice

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/api/v1/voices/ada/homes/sandbox"
WORDS = "This is how I sound."


class Store(InMemoryStorage):
    """A store that gives out presigned addresses."""

    def url(self, name, parameters=None, expire=None):
        return f"https://store.example/{name}?expires={expire}&type={(parameters or {}).get('ResponseContentType')}"


@pytest.fixture
def api(cast):
    return cast.api("editor")


def shown(api, number=0):
    return api.get("/api/v1/voices/ada").json()["homes"][number]


def test_the_preview_is_heard(api, clone, vendor):
    clone(preview_text=WORDS)
    assert shown(api)["has_preview"]
    answer = api.get(f"{HOME}/preview")
    content = answer.getvalue()
    assert (answer.status_code, answer["Content-Type"], answer["Accept-Ranges"]) == (200, "audio/mpeg", "bytes")
    assert answer["Content-Disposition"] == 'inline; filename="ada-preview-1.mp3"'
    heard = probe(content)
    assert heard.duration_ms > 500
    assert heard.silence_ratio < 0.9

    part = api.get(f"{HOME}/preview", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part["Content-Range"], part.getvalue()) == (
        206,
        f"bytes 10-19/{len(content)}",
        content[10:20],
    )
    assert api.get(f"{HOME}/preview", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert len(vendor.bill("clone_preview")) == 1


def test_an_object_store_gives_the_preview_out_itself(api, clone, settings):
    home = clone()
    settings.STORAGES = {**settings.STORAGES, "samples": {"BACKEND": f"{__name__}.Store"}}
    key = storages["samples"].save(f"{home.voice.team_id}/{'a' * 64}.mp3", ContentFile(b"ID3 not really"))
    ProviderVoice.objects.filter(id=home.id).update(preview_key=key)
    answer = api.get(f"{HOME}/preview")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"https://store.example/{key}?")
    assert answer["Location"].endswith("expires=60&type=audio/mpeg")
    assert answer["Cache-Control"] == "private, no-store"


def test_a_suspended_voice_is_not_heard(api, cast, clone, consent, actor):
    clone(preview_text=WORDS)
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    answer = api.get(f"{HOME}/preview")
    assert (answer.status_code, answer.json()["code"]) == (403, "voice_suspended")


def test_a_home_without_a_preview_says_so(api, cast, clone):
    clone()
    assert api.get(f"{HOME}/preview").json()["code"] == "preview_missing"
    assert api.get(f"{HOME}/preview?generation=2").json()["code"] == "home_not_found"
    assert api.get(f"{HOME}/preview?generation=x").json()["code"] == "invalid_input"
    make_account(cast.team, slug="other", is_default=False)
    assert api.get("/api/v1/voices/ada/homes/other/preview").json()["code"] == "home_not_found"


def test_a_preview_that_the_storage_lost_is_missing(api, clone):
    home = clone(preview_text=WORDS)
    storages["samples"].delete(home.preview_key)
    assert api.get(f"{HOME}/preview").json()["code"] == "preview_missing"


def test_one_home_is_deleted_and_the_certificate_tells_it(api, clone, vendor):
    home = clone()
    assert shown(api)["deletion"] is None
    answer = api.delete(f"{HOME}?undo_hours=0&reason=Too%20expensive.")
    assert answer.status_code == 202, answer.content
    asked = answer.json()["homes"][0]
    assert (asked["state"], asked["deletion"]["outcome"], asked["deletion"]["reason"]) == (
        "deleting",
        "pending",
        "Too expensive.",
    )
    drain()
    told = shown(api)["deletion"]
    assert (told["outcome"], told["existed"], told["last_error"]) == ("deleted", True, None)
    assert told["trace_id"]
    assert told["sent_at"] <= told["ended_at"]
    assert vendor.voices()[home.vendor_voice_id]["deleted_at"] is not None
    assert api.delete(HOME).status_code == 202
    assert Deletion.objects.count() == 1
    assert Event.objects.filter(kind="voice.deletion_asked").count() == 1


def test_it_is_kept_as_long_as_the_provider_was_not_asked(api, clone, vendor):
    clone()
    asked = api.delete(HOME).json()["homes"][0]
    ends = parse_datetime(asked["deletion"]["ends_undo_at"])
    assert ends is not None
    assert timedelta(hours=23) < ends - clock.real_now() <= timedelta(hours=24)
    drain()
    kept = api.post(f"{HOME}/undo")
    assert kept.status_code == 200, kept.content
    assert (kept.json()["homes"][0]["state"], kept.json()["homes"][0]["deletion"]) == ("temporary", None)
    assert vendor.requests("delete_voice") == 0
    assert api.post(f"{HOME}/undo").json()["code"] == "deletion_not_pending"


def test_it_is_not_kept_after_the_provider_was_asked(api, clone, vendor):
    clone()
    vendor.fail("delete_voice", "error_in_200", status_code=2042, count=5)
    api.delete(f"{HOME}?undo_hours=0")
    drain()
    deletion = shown(api)["deletion"]
    assert (deletion["outcome"], deletion["ends_undo_at"]) == ("pending", None)
    assert deletion["last_error"]["code"] == "provider_permission"
    assert api.post(f"{HOME}/undo").json()["code"] == "deletion_under_way"
    vendor.heal()


def test_a_home_of_a_retired_voice_is_kept_with_the_voice_only(api, clone):
    clone()
    api.post("/api/v1/voices/ada/retire")
    assert api.post(f"{HOME}/undo").json()["code"] == "voice_retired"
    assert api.post("/api/v1/voices/ada/restore").status_code == 200


def test_what_a_purge_deletes_is_kept_by_nobody(api, cast, clone, consent, actor):
    clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    ask_purge(team=cast.team, consent_id=consent.id, actor=actor)
    assert api.post(f"{HOME}/undo").json()["code"] == "deletion_under_way"


def test_bad_wishes_are_named(api, clone):
    clone()
    for query, field in (("undo_hours=-1", "undo_hours"), ("undo_hours=9999", "undo_hours"), ("why=x", "why")):
        answer = api.delete(f"{HOME}?{query}")
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert api.post(f"{HOME}/undo", {"generation": 0}).json()["field"] == "generation"


def test_an_older_generation_is_named_by_its_number(api, clone, order_clone, vendor):
    vendor.fail("voice_clone", "error_in_200", status_code=2042)
    clone()
    order_clone()
    drain()
    deleted = api.delete(f"{HOME}?generation=1&undo_hours=0").json()["homes"]
    assert [home["deletion"] is not None for home in deleted] == [False, True]
    drain()
    assert [home["state"] for home in api.get("/api/v1/voices/ada").json()["homes"]] == ["temporary", "deleted"]
    assert shown(api, 1)["deletion"]["outcome"] == "never_made"


def test_voices_are_found_by_what_matters(api, cast, clone, make_voice):
    second = make_account(cast.team, slug="second", is_default=False)
    near, far = clone(), clone(of=make_voice("bob"), account=second)
    Voice.objects.filter(slug="bob").update(language="en-GB")
    draft = make_voice("cleo")
    Voice.objects.filter(id=draft.id).update(language="de")
    soon = clock.now() + timedelta(hours=1)
    ProviderVoice.objects.filter(id=near.id).update(expires_at=soon)
    ProviderVoice.objects.filter(id=far.id).update(missing_since=clock.now())

    def found(**query):
        answer = api.get("/api/v1/voices", query)
        assert answer.status_code == 200, answer.content
        return [voice["slug"] for voice in answer.json()["results"]]

    assert found(language="en") == ["bob", "ada"]
    assert found(language="EN-gb") == ["bob"]
    assert found(language="e") == []
    assert found(provider_account="second") == ["bob"]
    assert found(expiring_before=(soon + timedelta(minutes=1)).isoformat()) == ["ada"]
    assert found(expiring_before=soon.isoformat()) == []
    assert found(missing="true") == ["bob"]
    assert found(missing="false") == ["cleo", "ada"]
    assert found(state="draft", language="de") == ["cleo"]
    assert api.get("/api/v1/voices?provider_account=nobody").status_code == 404
    assert api.get("/api/v1/voices?expiring_before=tomorrow").json()["field"] == "expiring_before"
