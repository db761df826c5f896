"""Drafts change, published versions do not."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.errors import ConflictError, NotFoundError
from voicelib import triggers
from voicelib.errors import RuleRefusedError
from voicelib.flows.dictionaries import add_rule, create_dictionary, publish, remove_rule
from voicelib.models import DictionaryVersion


@pytest.fixture
def dictionary(cast, actor):
    return create_dictionary(team=cast.team, actor=actor, name="House words", slug="house", language="en")


@pytest.fixture
def add(dictionary, actor):
    def add(source, replacement, kind="respelling"):
        return add_rule(dictionary=dictionary, actor=actor, source=source, replacement=replacement, kind=kind)

    return add


def test_publishing_freezes_the_draft_in_the_order_it_applies(dictionary, actor, add):
    add("SQL", "sequel")
    add("处理", "chu3 li3", "pinyin")
    add("PostgreSQL", "post gress")
    version = publish(dictionary=dictionary, actor=actor, message="first")
    assert (version.number, version.message, version.published_by) == (1, "first", "Owner")
    assert [rule["source"] for rule in version.rules] == ["PostgreSQL", "SQL", "处理"]


def test_a_change_after_publishing_changes_the_draft_only(dictionary, actor, add):
    rule = add("SQL", "sequel")
    first = publish(dictionary=dictionary, actor=actor, message="")
    remove_rule(dictionary=dictionary, actor=actor, rule_id=rule.id)
    add("SQL", "squeal")
    second = publish(dictionary=dictionary, actor=actor, message="")
    first.refresh_from_db()
    assert first.rules[0]["replacement"] == "sequel"
    assert (second.number, second.rules[0]["replacement"]) == (2, "squeal")


def test_nothing_new_is_not_published_again(dictionary, actor, add):
    with pytest.raises(ConflictError) as refusal:
        publish(dictionary=dictionary, actor=actor, message="")
    assert refusal.value.code == "dictionary_empty"
    add("SQL", "sequel")
    publish(dictionary=dictionary, actor=actor, message="")
    with pytest.raises(ConflictError) as refusal:
        publish(dictionary=dictionary, actor=actor, message="")
    assert refusal.value.code == "dictionary_unchanged"


@pytest.mark.parametrize("column", ["rules", "number", "message"])
def test_the_database_refuses_to_change_a_published_version(dictionary, actor, add, column):
    add("SQL", "sequel")
    version = publish(dictionary=dictionary, actor=actor, message="")
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        DictionaryVersion.objects.filter(id=version.id).update(**{column: 7})


def test_installing_the_trigger_again_is_harmless(db):
    triggers.install(connection)
    triggers.install(connection)


def test_one_source_has_one_rule(add):
    add("SQL", "sequel")
    with pytest.raises(ConflictError) as refusal:
        add("SQL", "squeal")
    assert refusal.value.code == "rule_exists"


def test_what_the_provider_cannot_express_is_refused_by_name(add):
    with pytest.raises(RuleRefusedError) as refusal:
        add("and/or", "and or")
    assert (refusal.value.code, refusal.value.field) == ("rule_unsupported", "source")
    assert "minimax" in refusal.value.detail


def test_a_rule_of_another_dictionary_is_not_found(cast, actor, add):
    rule = add("SQL", "sequel")
    other = create_dictionary(team=cast.team, actor=actor, name="Other", slug="other", language="")
    with pytest.raises(NotFoundError):
        remove_rule(dictionary=other, actor=actor, rule_id=rule.id)


def test_a_slug_is_taken_once(cast, actor, dictionary):
    with pytest.raises(ConflictError) as refusal:
        create_dictionary(team=cast.team, actor=actor, name="House", slug="house", language="")
    assert refusal.value.code == "slug_taken"
