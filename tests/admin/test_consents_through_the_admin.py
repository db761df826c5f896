"""A consent from its proof to its certificate, and what members are told, through the admin alone."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import clock
from accounts.models import Membership, Team
from tests.access.wav import recording
from voicelib.models import Purge


def at(name, *args):
    return reverse(f"admin:{name}", args=args)


def test_proofs_are_added_heard_and_saved(cast, shelf, browse):
    client, consent = browse(cast.owner), shelf.consent
    paper = SimpleUploadedFile("contract.pdf", b"%PDF-1.7", "application/pdf")
    add = at("voicelib_consent_add_proof", consent.id)
    client.post(add, {"kind": "evidence", "name": "Contract", "file": paper})
    client.post(add, {"kind": "spoken", "name": "Statement", "file": recording()})
    spoken, contract = consent.files.get(kind="spoken"), consent.files.get(kind="evidence")
    shown = client.get(at("voicelib_consent_change", consent.id)).content.decode()
    assert at("voicelib_consent_audio", consent.id, spoken.id) in shown
    assert client.get(at("voicelib_consent_file", consent.id, contract.id))["Content-Disposition"].startswith("attach")
    heard = client.get(at("voicelib_consent_audio", consent.id, spoken.id))
    assert b"".join(heard.streaming_content)
    assert browse(cast.outsider).get(at("voicelib_consent_file", consent.id, contract.id)).status_code == 404


def test_an_ended_consent_is_purged_and_the_certificate_shows_it(cast, shelf, browse):
    client, consent = browse(cast.owner), shelf.consent
    page = at("voicelib_consent_change", consent.id)
    purge = at("voicelib_consent_purge", consent.id)
    assert purge not in client.get(page).content.decode()
    consent.revoked_at = clock.now()
    consent.save()
    assert purge in client.get(page).content.decode()
    client.post(purge, {"name": "somebody else"})
    assert not Purge.objects.exists()
    client.post(purge, {"name": consent.speaker, "reason": "She asked."})
    assert Purge.objects.get().asked_by
    shown = client.get(page).content.decode()
    assert "Pending" in shown
    assert purge not in shown


def test_the_clips_of_a_consent_are_one_click_away(cast, shelf, browse):
    client = browse(cast.owner)
    answer = client.get(at("voicelib_consent_clips", shelf.consent.id))
    assert answer["Location"].endswith(f"?consent__id__exact={shelf.consent.id}")
    assert client.get(answer["Location"]).status_code == 200


def test_members_and_the_digest_are_switched(cast, browse):
    client = browse(cast.owner)
    member = Membership.objects.get(team=cast.team, user=cast.admin)
    client.post(at("accounts_membership_mails", member.id), {"digest": "on"})
    member.refresh_from_db()
    assert (member.gets_alerts, member.gets_digest) == (False, True)
    client.post(at("accounts_team_digest", cast.team.id), {"digest_at": "06:30"})
    assert f"{Team.objects.get(id=cast.team.id).digest_at:%H:%M}" == "06:30"
