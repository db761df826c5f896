"""What speakers are asked to agree to is published in versions that never change, and copied into their consent."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import ConflictError, InvalidInputError
from accounts.models import Event
from providers.minimax.limits import VALIDATION_LIMIT
from voicelib import triggers
from voicelib.built_in_statements import BUILT_IN
from voicelib.flows.consents import consents_of, give_consent
from voicelib.flows.statement_texts import built_in_texts, publish_statement_text
from voicelib.models import Consent, StatementText
from voicelib.statement_texts import PLACEHOLDERS, SPEAKABLE_CHARACTERS, checked_words, filled

WORDS = "I, {speaker}, allow {company} to clone my voice."


@pytest.fixture
def publish(cast, actor):
    def make(text=WORDS, *, name="cloning", locale="en", team=None, **details):
        return publish_statement_text(
            team=team or cast.team, actor=actor, name=name, locale=locale, text=text, **details
        )

    return make


@pytest.fixture
def give(cast, actor):
    def make(**wish):
        told: dict[str, Any] = {
            "speaker": "Ada",
            "company": "Example Ltd",
            "locale": "en",
            "valid_until": None,
            "scope": {},
        }
        return give_consent(team=cast.team, actor=actor, **(told | wish))

    return make


def code_of(refusal):
    return refusal.value.code, refusal.value.field


def test_versions_count_up_within_a_locale(publish):
    first, second = publish(message="First."), publish("Other words.")
    german = publish("Ich, {speaker}, stimme zu.", locale="de")
    assert [str(text) for text in (first, second, german)] == ["cloning en v1", "cloning en v2", "cloning de v1"]
    assert set(StatementText.objects.newest()) == {second, german}
    event = Event.objects.filter(kind="statement_text.published").order_by("id")[0]
    assert (event.subject_title, event.data) == (
        "cloning en v1",
        {"name": "cloning", "locale": "en", "version": 1},
    )


def test_another_spelling_of_a_locale_is_the_same_locale(publish):
    publish(locale="zh-Hans", text="一")
    assert str(publish(locale="ZH-HANS", text="二")) == "cloning zh-Hans v2"


def test_nothing_new_is_not_published_again(publish):
    publish()
    with pytest.raises(ConflictError) as refusal:
        publish(f" {WORDS} ")
    assert refusal.value.code == "statement_text_unchanged"


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"text": "I, {name}, agree."}, "statement_text_invalid", "text"),
        ({"text": "I, {speaker, agree."}, "statement_text_invalid", "text"),
        ({"text": "a" * 2001}, "statement_text_invalid", "text"),
        ({"text": "", "name": "release"}, "statement_text_unknown", "text"),
        ({"name": "Über uns"}, "invalid_input", "name"),
        ({"locale": "English"[:-1] + "_"}, "invalid_input", "locale"),
    ],
)
def test_what_cannot_be_published_is_refused_with_its_field(publish, wish, code, field):
    with pytest.raises(InvalidInputError) as refusal:
        publish(**wish)
    assert code_of(refusal) == (code, field)


def test_a_text_that_comes_with_the_product_is_published_by_its_name(publish):
    assert publish("", locale="ja").words == BUILT_IN["cloning"]["ja"]


@pytest.mark.parametrize("text", built_in_texts(), ids=lambda text: f"{text.name}-{text.locale}")
def test_every_built_in_text_can_be_spoken_within_what_a_provider_checks(text):
    words = filled(checked_words(text.text), speaker="Wilhelmina Featherstone", company="Northern Light Media")
    assert len(words) <= SPEAKABLE_CHARACTERS == VALIDATION_LIMIT
    assert ("Northern Light Media" in words) == (text.name == "cloning")


def test_built_in_texts_speak_the_same_languages():
    assert [set(locales) for locales in BUILT_IN.values()] == [{"en", "zh-Hans", "de", "fr", "es", "ja"}] * 2


def test_a_name_is_never_read_as_a_placeholder():
    assert PLACEHOLDERS == ("speaker", "company")
    assert filled(WORDS, speaker="{company}", company="ACME") == "I, {company}, allow ACME to clone my voice."


def test_a_consent_copies_the_newest_words_with_the_names(give, publish):
    publish()
    newest = publish("I, {speaker}, agree. {company} may speak with my voice.")
    consent = give(statement_text="cloning")
    assert consent.statement == "I, Ada, agree. Example Ltd may speak with my voice."
    assert (consent.statement_text, consent.locale) == (newest, "en")
    given = Event.objects.get(kind="consent.given")
    assert given.data == {"statement_text": {"name": "cloning", "locale": "en", "version": 2}}


def test_a_consent_may_be_given_with_an_older_version(give, publish):
    publish()
    publish("Newer.")
    assert (
        give(statement_text="cloning", statement_version=1).statement == "I, Ada, allow Example Ltd to clone my voice."
    )


def test_free_words_are_taken_as_before(give):
    consent = give(statement=" Yes, {speaker}. ")
    assert (consent.statement, consent.statement_text) == ("Yes, {speaker}.", None)


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"statement_text": "release"}, "statement_text_unknown", "statement_text"),
        ({"statement_text": "cloning", "locale": "fr"}, "statement_locale_unknown", "locale"),
        ({"statement_text": "cloning", "statement_version": 9}, "statement_version_unknown", "statement_version"),
        ({"statement_text": "cloning", "statement_version": 2**40}, "statement_version_unknown", "statement_version"),
        ({"statement_text": "cloning", "company": " "}, "statement_placeholder_empty", "company"),
        ({"statement_text": "cloning", "statement": "Yes."}, "statement_twice", "statement"),
        ({"statement": "Yes.", "statement_version": 1}, "invalid_input", "statement_text"),
        ({}, "invalid_input", "statement"),
    ],
)
def test_a_consent_that_names_no_clear_words_is_refused(give, publish, wish, code, field):
    publish()
    with pytest.raises(InvalidInputError) as refusal:
        give(**wish)
    assert code_of(refusal) == (code, field)
    assert not Consent.objects.exists()


def test_a_locale_that_is_not_published_lists_those_that_are(give, publish):
    publish()
    publish("Ja.", locale="de")
    with pytest.raises(InvalidInputError) as refusal:
        give(statement_text="cloning", locale="fr")
    assert refusal.value.data == {"locales": ["de", "en"]}
    assert "de, en" in refusal.value.detail


def test_texts_of_another_team_are_not_there(cast, give, publish):
    publish(team=cast.other_team)
    with pytest.raises(InvalidInputError) as refusal:
        give(statement_text="cloning")
    assert refusal.value.code == "statement_text_unknown"


def test_consents_on_an_older_version_are_found(cast, give, publish):
    publish()
    old, free = give(statement_text="cloning"), give(statement="Yes.")
    publish("Ja.", locale="de")
    assert not consents_of(team=cast.team, is_outdated=True)
    publish("Newer words.")
    new = give(statement_text="cloning")
    assert set(consents_of(team=cast.team, is_outdated=True)) == {old}
    assert set(consents_of(team=cast.team, is_outdated=False)) == {free, new}


@pytest.mark.parametrize("column", ["words", "version", "locale", "published_by"])
def test_the_database_refuses_to_change_a_published_text(publish, column):
    text = publish()
    changed = {"version": 7}.get(column, "changed")
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        StatementText.objects.filter(id=text.id).update(**{column: changed})


@pytest.mark.parametrize(
    "change", [{"statement": "Other."}, {"speaker": "Eve"}, {"scope": {"projects": ["ads"]}}, {"statement_text": None}]
)
def test_the_database_refuses_to_rewrite_what_a_speaker_agreed_to(give, publish, change):
    publish()
    consent = give(statement_text="cloning")
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Consent.objects.filter(id=consent.id).update(**change)
    consent.save()


def test_the_triggers_stand_again_after_they_were_dropped(publish):
    text = publish()
    with connection.cursor() as cursor:
        on = " ON voicelib_statementtext" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER voicelib_statementtext_no_update{on}")
    triggers.install(connection)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        StatementText.objects.filter(id=text.id).update(words="changed")


def test_over_rest_texts_are_published_listed_and_named_in_consents(cast):
    api = cast.api()
    built_in = api.get("/api/v1/statement-texts/built-in").json()["results"]
    assert {"name": "cloning", "locale": "de", "text": BUILT_IN["cloning"]["de"]} in built_in
    made = api.post("/api/v1/statement-texts", {"name": "cloning", "locale": "de"})
    assert (made.status_code, made.json()["version"], made.json()["text"]) == (201, 1, BUILT_IN["cloning"]["de"])
    wish = {"speaker": "Ada", "company": "Example GmbH", "locale": "de", "statement_text": "cloning"}
    consent = api.post("/api/v1/consents", wish).json()
    assert consent["statement"].startswith("Ich, Ada, stimme zu, dass Example GmbH")
    assert consent["statement_text"] == {"name": "cloning", "locale": "de", "version": 1}
    assert (consent["is_outdated"], consent["verified"]) == (False, None)
    api.post(
        "/api/v1/statement-texts", {"name": "cloning", "locale": "de", "text": "Ich stimme zu.", "message": "Kurz"}
    )
    assert [row["version"] for row in api.get("/api/v1/statement-texts?name=cloning").json()["results"]] == [2]
    versions = api.get("/api/v1/statement-texts/cloning/versions?locale=DE").json()["results"]
    assert [(row["version"], row["message"]) for row in versions] == [(2, "Kurz"), (1, "")]
    outdated = api.get("/api/v1/consents?outdated=true").json()["results"]
    assert [(row["id"], row["is_outdated"]) for row in outdated] == [(consent["id"], True)]
    assert api.get("/api/v1/consents?outdated=false").json()["results"] == []
    refused = api.post("/api/v1/consents", {**wish, "locale": "fr"})
    assert (refused.status_code, refused.json()["code"], refused.json()["locales"]) == (
        400, "statement_locale_unknown", ["de"],
    )  # fmt: skip
    missing = api.get("/api/v1/statement-texts/release/versions")
    assert (missing.status_code, missing.json()["code"]) == (404, "statement_text_not_found")


def test_a_longer_list_of_consents_asks_no_more_queries(cast, give, publish, django_assert_num_queries):
    publish()
    api = cast.api()
    give(statement_text="cloning")
    api.get("/api/v1/consents")
    with CaptureQueriesContext(connection) as few:
        api.get("/api/v1/consents")
    for _ in range(3):
        give(statement_text="cloning")
    with django_assert_num_queries(len(few)):
        api.get("/api/v1/consents")
