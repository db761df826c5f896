"""Pronunciation dictionaries: a draft of rules, and versions that are published and never change."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from accounts import clock, events
from accounts.errors import ConflictError, NotFoundError
from accounts.models import ProviderAccount, Team
from accounts.payer import Actor
from accounts.provider_clients import adapter
from accounts.slugs import checked_slug, unique_slug
from providers.errors import RefusedError
from providers.types import PronunciationRule
from voicelib.errors import RuleRefusedError
from voicelib.models import Dictionary, DictionaryVersion, Rule
from voicelib.names import checked_line
from voicelib.pronunciation import checked_rule, in_order, rules_of

MOST_RULES = 5000


def create_dictionary(*, team: Team, actor: Actor, name: str, slug: str, language: str) -> Dictionary:
    """An empty dictionary. Raises InvalidInputError (field), ConflictError `slug_taken`."""
    dictionary = Dictionary(
        team=team, slug=checked_slug(slug), name=checked_line("name", name, 200), language=language.strip()
    )
    with unique_slug(slug):
        dictionary.save(force_insert=True)
        _note(dictionary, "dictionary.created", actor, {})
    return dictionary


def dictionary_of(*, team: Team, slug: str) -> Dictionary:
    """The team's dictionary. Raises NotFoundError."""
    dictionary = Dictionary.objects.filter(team=team, slug=slug).first()
    if dictionary is None:
        raise NotFoundError(f"There is no dictionary {slug!r}.", code="dictionary_not_found")
    return dictionary


def version_of(*, dictionary: Dictionary, number: int) -> DictionaryVersion:
    """A published version. Raises NotFoundError."""
    # Beyond what the column holds there is none either.
    version = dictionary.versions.filter(number=number).first() if number < 2**31 else None
    if version is None:
        raise NotFoundError(f"There is no version {number} of {dictionary.slug}.", code="version_not_found")
    return version


def add_rule(*, dictionary: Dictionary, actor: Actor, source: str, replacement: str, kind: str) -> Rule:
    """Add a rule to the draft; it speaks once a version with it is published.

    Raises RuleRefusedError (field `source`, `replacement` or `kind`) where it is not written in its notation or none of
    the team's providers can express it, ConflictError `rule_exists` where the draft has a rule for this source.
    """
    checked = checked_rule(source, replacement, kind)
    _refuse_inexpressible(dictionary.team_id, [checked])
    try:
        with transaction.atomic():
            # One at a time, so that the count holds.
            Dictionary.objects.select_for_update(no_key=True).get(id=dictionary.id)
            if dictionary.rules.count() >= MOST_RULES:
                raise ConflictError(f"A dictionary holds at most {MOST_RULES} rules.", code="dictionary_full")
            rule = dictionary.rules.create(source=checked.source, replacement=checked.replacement, kind=checked.kind)
            _note(dictionary, "dictionary.rule_added", actor, {"source": rule.source, "replacement": rule.replacement})
    except IntegrityError:
        raise ConflictError(
            f"There is a rule for {checked.source!r} already; remove it first.", code="rule_exists", field="source"
        ) from None
    return rule


def remove_rule(*, dictionary: Dictionary, actor: Actor, rule_id: str) -> None:
    """Take a rule out of the draft; published versions keep it. Raises NotFoundError."""
    with transaction.atomic():
        rule = dictionary.rules.filter(id=rule_id).first()
        if rule is None:
            raise NotFoundError("There is no such rule in this dictionary.", code="rule_not_found")
        rule.delete()
        _note(dictionary, "dictionary.rule_removed", actor, {"source": rule.source})


def publish(*, dictionary: Dictionary, actor: Actor, message: str) -> DictionaryVersion:
    """Freeze the draft as the next version, in the order in which its rules apply.

    Raises ConflictError `dictionary_empty`, `dictionary_unchanged`; RuleRefusedError for a rule that no provider of the
    team can express any more.
    """
    with transaction.atomic():
        Dictionary.objects.select_for_update(no_key=True).get(id=dictionary.id)
        rules = in_order(_draft_of(dictionary))
        _refuse_inexpressible(dictionary.team_id, rules)
        stored = [{"source": rule.source, "replacement": rule.replacement, "kind": rule.kind} for rule in rules]
        newest = dictionary.versions.order_by("-number").first()
        if not stored and newest is None:
            raise ConflictError("There is no rule to publish.", code="dictionary_empty")
        if newest is not None and newest.rules == stored:
            raise ConflictError(f"Nothing changed since version {newest.number}.", code="dictionary_unchanged")
        version = dictionary.versions.create(
            number=1 if newest is None else newest.number + 1,
            rules=stored,
            message=message.strip(),
            published_at=clock.now(),
            published_by=actor.name,
        )
        _note(dictionary, "dictionary.published", actor, {"version": version.number, "rules": len(stored)})
        return version


def _draft_of(dictionary: Dictionary) -> tuple[PronunciationRule, ...]:
    return rules_of(
        {"source": rule.source, "replacement": rule.replacement, "kind": rule.kind} for rule in dictionary.rules.all()
    )


def _refuse_inexpressible(team_id: str, rules: Iterable[PronunciationRule]) -> None:
    """A rule must speak somewhere; which account renders a clip is decided later, and refused by name there."""
    providers = {account.provider: account for account in ProviderAccount.objects.filter(team_id=team_id)}
    for rule in rules:
        refusals = [_refusal(account, rule) for account in providers.values()]
        if refusals and all(refusals):
            raise next(refusal for refusal in refusals if refusal is not None)


def _refusal(account: ProviderAccount, rule: PronunciationRule) -> RuleRefusedError | None:
    try:
        adapter(account).compile_rule(rule)
    except RefusedError as error:
        return RuleRefusedError(
            f"{account.provider} cannot express {rule.source!r} → {rule.replacement!r}: {error.message}.",
            code="rule_unsupported",
            field=error.field,
        )
    return None


def _note(dictionary: Dictionary, kind: str, actor: Actor, data: dict[str, object]) -> None:
    events.record(
        team_id=dictionary.team_id,
        kind=kind,
        subject_type="dictionary",
        subject_id=dictionary.id,
        subject_title=dictionary.name,
        actor=actor,
        data={"dictionary": dictionary.slug, **data},
    )
