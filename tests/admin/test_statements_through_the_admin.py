"""Statement texts are published, filled in, renewed and heard through the admin alone."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import clock
from accounts.payer import Actor
from tests.access.wav import recording
from voicelib.built_in_statements import BUILT_IN
from voicelib.flows.statement_texts import publish_statement_text
from voicelib.models import Consent, Sample, StatementHearing, StatementText, Voice


def at(name, *args):
    return reverse(f"admin:{name}", args=args)


@pytest.fixture
def text(cast):
    return publish_statement_text(
        team=cast.team, actor=Actor(name="Owner"), name="cloning", locale="de", text="Ich, {speaker}, stimme zu."
    )


def test_a_built_in_text_is_published_as_it_is(cast, browse):
    client = browse(cast.editor)
    add = at("voicelib_statementtext_add")
    assert "cloning-own (ja)" in client.get(add).content.decode()
    client.post(add, {"team": cast.team.id, "built_in": "cloning/fr", "message": "First."})
    text = StatementText.objects.get()
    assert (str(text), text.words, text.message) == ("cloning fr v1", BUILT_IN["cloning"]["fr"], "First.")
    shown = client.get(at("voicelib_statementtext_change", text.id)).content.decode()
    assert "crée une copie de synthèse" in shown


def test_the_next_version_begins_with_the_words_of_the_last(cast, browse, text):
    client, page = browse(cast.editor), at("voicelib_statementtext_publish", text.id)
    assert "Ich, {speaker}, stimme zu." in client.get(page).content.decode()
    unchanged = client.post(page, {"text": text.words})
    assert "statement_text_unchanged" in unchanged.content.decode()
    client.post(page, {"text": "Ich, {name}."})
    assert StatementText.objects.count() == 1
    client.post(page, {"text": "Ich, {speaker}, erlaube es.", "message": "Shorter"})
    assert StatementText.objects.get(version=2).words == "Ich, {speaker}, erlaube es."


def test_a_consent_is_given_with_a_text_and_shows_when_it_is_outdated(cast, browse, text):
    client = browse(cast.editor)
    wish = {"team": cast.team.id, "speaker": "Ada", "text": text.id, "locale": "en"}
    answer = client.post(at("voicelib_consent_add"), wish)
    consent = Consent.objects.get()
    assert answer.status_code == 302
    assert (consent.statement, consent.locale, consent.statement_text) == ("Ich, Ada, stimme zu.", "de", text)
    page = at("voicelib_consent_change", consent.id)
    assert "cloning de v1" in client.get(page).content.decode()
    listed = at("voicelib_consent_changelist")
    assert consent.id not in client.get(f"{listed}?outdated=true").content.decode()
    publish_statement_text(team=cast.team, actor=Actor(), name="cloning", locale="de", text="Neu.")
    assert "Newer" in client.get(page).content.decode()
    assert consent.id in client.get(f"{listed}?outdated=true").content.decode()
    assert consent.id not in client.get(f"{listed}?outdated=false").content.decode()
    answer = client.get(at("voicelib_statementtext_consents", text.id))
    assert consent.id in client.get(answer["Location"]).content.decode()


def test_a_consent_without_words_is_refused_on_the_form(cast, browse, text):
    client = browse(cast.editor)
    wish = {"team": cast.team.id, "speaker": "Ada", "locale": "en"}
    client.post(at("voicelib_consent_add"), wish)
    twice = client.post(at("voicelib_consent_add"), {**wish, "text": text.id, "statement": "Yes."})
    assert "statement_twice" in twice.content.decode()
    assert not Consent.objects.exists()


def test_a_text_of_another_team_cannot_be_chosen(cast, browse):
    theirs = publish_statement_text(team=cast.other_team, actor=Actor(), name="theirs", locale="en", text="Yes.")
    client = browse(cast.editor)
    client.post(at("voicelib_consent_add"), {"team": cast.team.id, "speaker": "A", "text": theirs.id, "locale": "en"})
    assert not Consent.objects.exists()


def test_a_revoked_consent_is_renewed_and_its_voices_speak_again(cast, shelf, browse):
    client, old = browse(cast.owner), shelf.consent
    old.revoked_at = clock.now()
    old.save()
    Voice.objects.update(suspended_at=clock.now(), suspended_reason="consent_revoked")
    page = at("voicelib_consent_renew", old.id)
    assert shelf.voice.name in client.get(page).content.decode()
    client.post(page, {"statement": "I agree again.", "locale": "en"})
    fresh = Consent.objects.exclude(id=old.id).get()
    shelf.voice.refresh_from_db()
    assert (fresh.speaker, fresh.statement) == (old.speaker, "I agree again.")
    assert (shelf.voice.consent, shelf.voice.suspended_at) == (fresh, None)


def test_a_sample_is_made_of_a_spoken_statement(cast, shelf, browse):
    client, consent = browse(cast.owner), shelf.consent
    make = at("voicelib_consent_make_sample", consent.id)
    assert make not in client.get(at("voicelib_consent_change", consent.id)).content.decode()
    client.post(at("voicelib_consent_add_proof", consent.id), {"kind": "spoken", "name": "Said", "file": recording()})
    paper = SimpleUploadedFile("contract.pdf", b"%PDF-1.7", "application/pdf")
    client.post(at("voicelib_consent_add_proof", consent.id), {"kind": "evidence", "name": "Contract", "file": paper})
    assert "Contract" not in re.sub(r"(?s)<nav.*?</nav>", "", client.get(make).content.decode())
    client.post(make, {"file": consent.files.get(kind="spoken").id})
    assert Sample.objects.get(name="Said").sha256 == consent.files.get(kind="spoken").sha256


def test_the_page_of_a_consent_tells_who_heard_it(cast, shelf, browse):
    StatementHearing.objects.create(
        consent=shelf.consent, home_id=shelf.home.id, voice="narrator", provider="minimax", provider_account="main",
        provider_voice_id="v", sample_id=shelf.sample.id, sample_sha256="0" * 64, accuracy=0.7, attempt_id="a",
        trace_id="trace-of-the-hearing",
    )  # fmt: skip
    shown = browse(cast.viewer).get(at("voicelib_consent_change", shelf.consent.id)).content.decode()
    for words in ("narrator @ main", "0.7", "trace-of-the-hearing", "Heard"):
        assert words in shown


def test_the_clone_page_asks_to_hear_the_statement(sandbox, cast, shelf, browse):
    client = browse(cast.owner)
    page = at("voicelib_voice_clone", shelf.voice.id)
    assert "verify_statement" in client.get(page).content.decode()


def test_the_preview_of_a_suspended_voice_is_not_played(cast, shelf, browse):
    client = browse(cast.viewer)
    shelf.home.preview_key = shelf.sample.storage_key
    shelf.home.save()
    preview = at("voicelib_providervoice_preview", shelf.home.id)
    assert b"".join(client.get(preview).streaming_content)
    shelf.consent.revoked_at = clock.now()
    shelf.consent.save()
    assert client.get(preview).status_code == 404
    assert preview not in client.get(at("voicelib_voice_change", shelf.voice.id)).content.decode()
