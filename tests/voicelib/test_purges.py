"""Purging what was made under an ended consent, and a certificate that claims nothing it does not know."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages

from accounts import clock
from accounts.errors import ConflictError, NotFoundError
from accounts.models import Event
from tests.studio import SAMPLE
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.deletion import delete_home
from voicelib.flows.purges import ask_purge, certificate_of, purge_files, purge_tick
from voicelib.flows.samples import add_sample, is_stored
from voicelib.flows.voices import create_voice
from voicelib.models import Deletion, ProviderVoice, Purge, Sample


@pytest.fixture
def ended(cast, actor, consent):
    """`ended()` revokes the consent."""

    def end():
        revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)

    return end


@pytest.fixture
def ask(cast, actor, consent):
    return lambda: ask_purge(team=cast.team, consent_id=consent.id, actor=actor, reason="She asked for it.")


def work():
    for deletion in Deletion.objects.filter(due_at__isnull=False):
        Deletion.objects.filter(id=deletion.id).update(due_at=clock.real_now() - timedelta(seconds=1))
        delete_home(deletion_id=deletion.id)
    for purge in Purge.objects.filter(due_at__lte=clock.real_now()):
        purge_files(purge_id=purge.id)


def test_nothing_is_purged_under_a_valid_consent(ask, clone):
    clone()
    with pytest.raises(ConflictError) as refusal:
        ask()
    assert refusal.value.code == "consent_still_valid"


def test_without_a_purge_there_is_no_certificate(consent):
    with pytest.raises(NotFoundError):
        certificate_of(consent=consent)


def test_voices_samples_and_previews_are_gone_and_the_certificate_says_so(ask, clone, ended, consent, sample, vendor):
    home = clone(preview_text="Hello there.")
    preview = home.preview_key
    assert preview
    assert storages["samples"].exists(preview)
    ended()
    ask()
    assert certificate_of(consent=consent).state == "pending"
    work()
    told = certificate_of(consent=consent)
    assert told.state == "done"
    assert [(line["outcome"], line["existed"], line["why"]) for line in told.homes] == [("deleted", True, "")]
    assert {(line["kind"], line["outcome"]) for line in told.files} == {("sample", "deleted"), ("preview", "deleted")}
    assert all("key" not in line for line in told.files)
    assert vendor.voices()[home.vendor_voice_id]["state"] == "deleted"
    assert not is_stored(sample)
    assert not storages["samples"].exists(preview)
    assert ProviderVoice.objects.get(id=home.id).preview_key == ""
    assert Event.objects.filter(kind__in=["consent.purge_asked", "consent.files_purged"]).count() == 2


def test_a_provider_that_refuses_the_key_leaves_it_pending_and_says_why(ask, clone, ended, consent, vendor):
    clone()
    ended()
    vendor.fail("delete_voice", "error_in_200", status_code=1004, count=5)
    ask()
    work()
    told = certificate_of(consent=consent)
    assert (told.state, told.ended_at, told.homes[0]["outcome"]) == ("pending", None, "pending")
    assert told.homes[0]["why"]
    vendor.heal()
    work()
    assert certificate_of(consent=consent).state == "done"


def test_a_recording_of_a_voice_under_another_consent_is_kept_and_named(
    cast, actor, ask, clone, ended, consent, sample
):
    clone()
    other = give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada",
        company="",
        statement="Yes.",
        locale="en",
        valid_until=None,
        scope={},
    )
    create_voice(
        team=cast.team, actor=actor, name="Other", slug="other", language="en", consent=other.id, sample=sample.id
    )
    ended()
    ask()
    work()
    line = next(line for line in certificate_of(consent=consent).files if line["kind"] == "sample")
    assert (line["outcome"], line["why"]) == ("kept", "used by other under another consent")
    assert is_stored(sample)


def test_a_storage_that_fails_is_tried_again(ask, clone, ended):
    clone()
    ended()
    purge = ask()
    Purge.objects.filter(id=purge.id).update(files=[{"key": "../outside", "kind": "sample", "outcome": "pending"}])
    with pytest.raises(Exception, match="outside"):
        purge_files(purge_id=purge.id)
    purge.refresh_from_db()
    assert (purge.tries, purge.files_ended_at) == (1, None)
    assert purge.due_at > clock.real_now()
    assert purge_tick() == 0


def test_what_a_recording_was_made_of_and_what_was_made_of_it_goes_too(cast, actor, ask, clone, ended, sample, consent):
    clone()
    shape = {"team": cast.team, "size": 1, "format": "wav", "sample_rate": 32000, "channels": 1, "duration_ms": 1}
    raw = Sample.objects.create(name="Raw", sha256="1" * 64, storage_key=f"{cast.team.id}/raw.wav", **shape)
    Sample.objects.filter(id=sample.id).update(parent=raw, recipe_key="a")
    cut = Sample.objects.create(
        name="Cut", sha256="2" * 64, storage_key=f"{cast.team.id}/cut.wav", parent=sample, recipe_key="b", **shape
    )
    ended()
    ask()
    work()
    told = {line["id"]: line["outcome"] for line in certificate_of(consent=consent).files}
    assert told == dict.fromkeys((raw.id, sample.id, cut.id), "deleted")


def test_asked_twice_it_is_one_purge(ask, clone, ended, vendor):
    clone()
    ended()
    assert ask().id == ask().id
    work()
    work()
    assert vendor.requests("delete_voice") == 1


def test_a_purged_recording_can_be_added_again_for_a_new_consent(cast, actor, ask, clone, ended, sample):
    clone()
    ended()
    ask()
    work()
    with SAMPLE.open("rb") as file:
        again = add_sample(team=cast.team, actor=actor, file=file, name="Ada, again")
    assert again.id == sample.id
    assert is_stored(again)


def test_over_rest_it_is_asked_for_and_read(cast, clone, ended, consent):
    clone()
    ended()
    api, path = cast.api(), f"/api/v1/consents/{consent.id}/purge"
    assert api.get(path).json()["code"] == "purge_not_found"
    answer = api.post(path, {"reason": "She asked for it."})
    assert (answer.status_code, answer.json()["state"], answer.json()["asked_by"][:5]) == (202, "pending", "Owner")
    work()
    told = api.get(path).json()
    assert (told["state"], told["homes"][0]["outcome"], told["files"][0]["outcome"]) == ("done", "deleted", "deleted")
