"""A provider that clones may have to hear the consent's statement first; what it heard is a fact, what it did not is
none."""

import hashlib
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from accounts.errors import ConflictError, InvalidInputError, PlatformError
from accounts.models import Attempt, Event, Hold
from tests.cast import make_account
from tests.voicelib.conftest import wav
from tests.voicelib.crashes import WorkerDiedError, lease_runs_out
from voicelib.clone_options import CloneOptions
from voicelib.flows.clone_orders import ask_clone, check_clone
from voicelib.flows.cloning import clone_home
from voicelib.flows.consent_files import add_consent_file
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.purges import ask_purge, certificate_of, purge_files
from voicelib.flows.samples import is_stored, read_sample
from voicelib.flows.statement_samples import files_of, make_statement_sample
from voicelib.flows.voices import change_voice
from voicelib.models import ProviderVoice, Sample, StatementHearing

State = ProviderVoice.State
HEARD = CloneOptions(verify_statement=True)


@pytest.fixture
def give(cast, actor, voice):
    """`give("words")` puts the voice under a consent with these words."""

    def make(statement):
        consent = give_consent(
            team=cast.team, actor=actor, speaker="Ada", company="", statement=statement, locale="en",
            valid_until=None, scope={},
        )  # fmt: skip
        change_voice(voice=voice, actor=actor, changes={"consent": consent.id})
        voice.refresh_from_db()
        return consent

    return make


@pytest.fixture
def spoken(consent, actor):
    """`spoken(seconds)` adds a spoken statement to the consent."""

    def make(seconds=12, kind="spoken", content=None):
        file = io.BytesIO(content or wav(seconds))
        return add_consent_file(consent=consent, actor=actor, file=file, kind=kind, name="Statement, spoken")

    return make


def refused(call):
    with pytest.raises(PlatformError) as refusal:
        call()
    return refusal.value


def test_the_words_of_the_consent_are_heard_and_it_is_recorded(clone, vendor, consent, sample):
    vendor.tell(read_sample(sample), "I allow my voice to be cloned.")
    home = clone(options=HEARD)
    (body,) = vendor.bodies("voice_clone")
    assert (body["text_validation"], body["accuracy"]) == (consent.statement, 0.7)
    assert home.state == State.TEMPORARY
    hearing, attempt = StatementHearing.objects.get(), Attempt.objects.get()
    assert (hearing.consent, hearing.home_id, hearing.voice) == (consent, home.id, "ada")
    assert (hearing.provider, hearing.provider_account) == ("minimax", "sandbox")
    assert hearing.provider_voice_id == home.vendor_voice_id
    assert (hearing.sample_id, hearing.sample_sha256) == (sample.id, sample.sha256)
    assert (hearing.accuracy, hearing.attempt_id) == (0.7, attempt.id)
    assert hearing.trace_id == attempt.trace_id != ""
    event = Event.objects.get(kind="consent.statement_verified")
    assert (event.subject_id, event.data["hearing"], event.data["trace_id"]) == (
        consent.id, hearing.id, hearing.trace_id,
    )  # fmt: skip


def test_the_accuracy_is_the_one_that_is_given_and_zero_is_the_providers(clone, order_clone, make_voice):
    clone(options=CloneOptions(verify_statement=True, accuracy=0.9))
    clone(of=make_voice("zero"), options=CloneOptions(verify_statement=True, accuracy=0.0))
    assert list(StatementHearing.objects.order_by("id").values_list("accuracy", flat=True)) == [0.9, 0.7]


def test_other_words_fail_the_clone_cost_nothing_and_are_noted(clone, vendor, consent, sample):
    vendor.tell(read_sample(sample), "Tomorrow the weather will be fine.")
    home = clone(options=HEARD, preview_text="Hello.")
    assert home.state == State.FAILED
    assert (home.last_error["code"], home.last_error["provider_code"]) == ("statement_not_heard", "1043")
    assert not StatementHearing.objects.exists()
    assert vendor.voices() == {}
    assert vendor.bill() == []
    assert not Hold.objects.filter(state="open").exists()
    event = Event.objects.get(kind="consent.statement_not_heard")
    assert (event.subject_id, event.data["error"]["provider_code"], event.data["sample"]) == (
        consent.id, "1043", sample.id,
    )  # fmt: skip
    assert Event.objects.get(kind="voice.clone_failed").data["error"]["code"] == "statement_not_heard"


def test_words_of_ones_own_that_are_not_heard_say_nothing_of_the_consent(clone, sample, vendor):
    vendor.tell(read_sample(sample), "Tomorrow the weather will be fine.")
    home = clone(options=CloneOptions(text_validation="I allow my voice to be cloned."))
    assert home.last_error["code"] == "provider_transcript_mismatch"
    assert not Event.objects.filter(kind="consent.statement_not_heard").exists()


def test_words_of_ones_own_that_are_heard_verify_no_consent(clone):
    assert clone(options=CloneOptions(text_validation="Hello.")).state == State.TEMPORARY
    assert not StatementHearing.objects.exists()


def test_a_lost_answer_verifies_nothing_even_when_the_voice_speaks(clone, vendor, advance):
    vendor.fail("voice_clone", "timeout_after_charge")
    home = clone(options=HEARD)
    assert home.state == State.UNPROVEN
    advance(hours=1, step_hours=0.25)
    home.refresh_from_db()
    assert home.state == State.PERMANENT
    assert not StatementHearing.objects.exists()
    assert not Event.objects.filter(kind="consent.statement_verified").exists()


def test_an_answer_that_outlived_its_worker_verifies_once(order_clone, die_at, vendor):
    home = order_clone(options=HEARD)
    die_at("spooled")
    with pytest.raises(WorkerDiedError):
        clone_home(provider_voice_id=home.id)
    lease_runs_out(home)
    clone_home(provider_voice_id=home.id)
    clone_home(provider_voice_id=home.id)
    assert vendor.requests("voice_clone") == 1
    assert StatementHearing.objects.get().home_id == home.id


def test_another_consent_in_between_is_not_what_was_to_be_heard(order_clone, give, vendor):
    home = order_clone(options=HEARD)
    give("Other words.")
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert (home.state, home.last_error["code"]) == (State.FAILED, "consent_changed")
    assert vendor.requests("voice_clone") == 0
    assert not StatementHearing.objects.exists()


def test_a_clone_made_again_hears_the_statement_that_holds_then(order_clone, give):
    first = order_clone(options=HEARD)
    ProviderVoice.objects.filter(id=first.id).update(state=State.FAILED)
    other = give("Other words.")
    again = order_clone(options=CloneOptions(**first.options))
    assert again.options["statement_of"] == other.id


@pytest.mark.parametrize(
    ("options", "statement", "code"),
    [
        (CloneOptions(verify_statement=True, text_validation="Hello."), "Yes, I do.", "statement_check_twice"),
        (HEARD, "a" * 201, "statement_too_long"),
    ],
)
def test_a_check_that_cannot_be_made_is_refused_by_name_before_anything_is_spent(
    cast, actor, payer, voice, give, vendor, options, statement, code
):
    give(statement)
    order = {"voice": voice, "account": cast.account, "actor": actor, "payer": payer, "options": options}
    refusal = refused(lambda: ask_clone(**order))
    assert isinstance(refusal, InvalidInputError)
    assert (refusal.code, refusal.field) == (code, "verify_statement")
    errors = [(found.code, found.field) for found in check_clone(**order) if found.severity == "error"]
    assert errors == [(code, "verify_statement")]
    assert not ProviderVoice.objects.exists()
    assert not Hold.objects.exists()
    assert vendor.requests("voice_clone") == 0


def test_two_hundred_characters_are_heard(clone, give):
    give("a " * 99 + "ab")
    assert clone(options=HEARD).state == State.TEMPORARY


@pytest.mark.parametrize("provider", ["wavespeed", "ppio"])
def test_a_provider_that_proves_no_words_is_refused(cast, actor, payer, voice, provider):
    account = make_account(cast.team, slug=provider, provider=provider, is_default=False)
    found = check_clone(voice=voice, account=account, actor=actor, payer=payer, options=HEARD)
    assert ("statement_check_unsupported", "verify_statement") in [(row.code, row.field) for row in found]


def test_without_a_consent_there_is_no_statement(cast, actor, payer, voice):
    voice.consent = None
    found = check_clone(voice=voice, account=cast.account, actor=actor, payer=payer, options=HEARD)
    assert [row.code for row in found if row.severity == "error"] == ["consent_missing"]


def test_the_database_refuses_to_change_what_was_heard(clone):
    clone(options=HEARD)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        StatementHearing.objects.update(accuracy=1.0)


@pytest.mark.django_db(transaction=True)
def test_over_rest_the_consent_says_who_heard_it(cast, vendor, voice, consent, drain):
    api = cast.api()
    asked = api.post("/api/v1/voices/ada/clone", {"provider_account": "sandbox", "verify_statement": True})
    assert asked.status_code == 202, asked.content
    assert asked.json()["homes"][0]["options"]["verify_statement"] is True
    drain()
    verified = api.get(f"/api/v1/consents/{consent.id}").json()["verified"]
    hearing = StatementHearing.objects.get()
    assert verified | {"at": ""} == {
        "at": "", "provider": "minimax", "provider_account": "sandbox", "voice": "ada",
        "provider_voice_id": hearing.provider_voice_id, "sample": hearing.sample_id,
        "sample_sha256": hearing.sample_sha256, "accuracy": 0.7, "trace_id": hearing.trace_id,
    }  # fmt: skip
    refused = api.post("/api/v1/voices/ada/clone/check", {"verify_statement": True, "text_validation": "Hello."})
    assert "statement_check_twice" in [found["code"] for found in refused.json()["findings"]]


def test_the_certificate_of_a_purge_tells_the_words_and_where_they_were_heard(cast, actor, clone, consent):
    clone(options=HEARD)
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    purge = ask_purge(team=cast.team, consent_id=consent.id, actor=actor)
    told = certificate_of(consent=purge.consent)
    assert (told.speaker, told.statement, told.statement_text) == ("Ada Speaker", consent.statement, None)
    assert told.hearings == list(StatementHearing.objects.all())
    shown = cast.api().get(f"/api/v1/consents/{consent.id}/purge").json()
    assert [row["voice"] for row in shown["hearings"]] == ["ada"]
    assert json.dumps(shown["statement"]) == json.dumps(consent.statement)


def test_a_spoken_statement_becomes_a_sample_that_hears_it(cast, actor, clone, consent, voice, spoken, vendor):
    kept = spoken()
    sample = make_statement_sample(consent=consent, kept=kept, actor=actor)
    assert (sample.sha256, sample.name, sample.purpose) == (kept.sha256, "Statement, spoken", "voice")
    assert make_statement_sample(consent=consent, kept=kept, actor=actor).id == sample.id
    event = Event.objects.get(kind="consent.sample_made")
    assert (event.subject_id, event.data) == (consent.id, {"file": kept.id, "sample": sample.id})
    assert [row.sample_id for row in files_of(consent=consent)] == [sample.id]
    change_voice(voice=voice, actor=actor, changes={"sample": sample.id})
    voice.refresh_from_db()
    vendor.tell(read_sample(sample), consent.statement)
    clone(options=HEARD)
    assert StatementHearing.objects.get().sample_sha256 == kept.sha256


def test_what_cannot_be_a_sample_is_refused_with_the_reason(cast, actor, consent, spoken):
    paper, short = spoken(kind="evidence", content=b"%PDF-1.7 signed"), spoken(3)
    of = {"consent": consent, "actor": actor}
    assert refused(lambda: make_statement_sample(kept=paper, **of)).code == "consent_file_not_spoken"
    assert refused(lambda: make_statement_sample(kept=short, **of)).code == "sample_too_short"
    assert not Sample.objects.exists()


def test_nothing_is_made_of_a_statement_that_was_taken_back(cast, actor, consent, spoken):
    kept = spoken()
    revoked = revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    refusal = refused(lambda: make_statement_sample(consent=revoked, kept=kept, actor=actor))
    assert isinstance(refusal, ConflictError)
    assert refusal.code == "consent_revoked"
    assert not Sample.objects.exists()


def test_a_purge_deletes_the_sample_of_a_statement_and_leaves_the_proof(cast, actor, consent, spoken):
    kept = spoken()
    sample = make_statement_sample(consent=consent, kept=kept, actor=actor)
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    purge = ask_purge(team=cast.team, consent_id=consent.id, actor=actor)
    purge_files(purge_id=purge.id)
    assert not is_stored(sample)
    told = certificate_of(consent=purge.consent)
    assert [(line["id"], line["outcome"]) for line in told.files] == [(sample.id, "deleted")]
    content = cast.api().get(f"/api/v1/consents/{consent.id}/files/{kept.id}").content
    assert hashlib.sha256(content).hexdigest() == kept.sha256


def test_over_rest_a_spoken_statement_becomes_a_sample(cast, consent):
    api, path = cast.api(), f"/api/v1/consents/{consent.id}/files"
    body = {"file": SimpleUploadedFile("s.wav", wav(12), "audio/wav"), "kind": "spoken", "name": "Spoken"}
    kept = super(type(api), api).post(path, body).json()
    assert kept["sample"] is None
    made = api.post(f"{path}/{kept['id']}/sample")
    assert (made.status_code, made.json()["sha256"]) == (201, kept["sha256"])
    assert [row["sample"] for row in api.get(path).json()["results"]] == [made.json()["id"]]
