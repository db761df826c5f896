"""Named statement texts: published per locale, in versions that never change, and filled in for a consent."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from accounts import clock, events
from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.models import Team
from accounts.payer import Actor
from accounts.slugs import checked_slug
from voicelib.built_in_statements import BUILT_IN
from voicelib.consent_scope import LOCALE
from voicelib.models import StatementText
from voicelib.statement_texts import checked_words

# What the column holds.
_MOST_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """A text that comes with the product."""

    name: str
    locale: str
    text: str


def publish_statement_text(
    *, team: Team, actor: Actor, name: str, locale: str, text: str = "", message: str = ""
) -> StatementText:
    """Publish the next version of a text in a locale; without `text`, the built-in one of that name and locale.

    Consents that were given stand on the version they were given with. Raises InvalidInputError (field):
    `statement_text_invalid`, `statement_text_unknown` where nothing is built in; ConflictError
    `statement_text_unchanged`.
    """
    name = _checked_name(name)
    if not LOCALE.match(locale):
        raise InvalidInputError("A locale is written like en, en-GB or zh-Hans-CN.", field="locale")
    words = checked_words(text) if text.strip() else _built_in(name, locale)
    with transaction.atomic():
        # One at a time in a team, so that versions count up.
        Team.objects.select_for_update(no_key=True).get(id=team.id)
        newest = _in_locale(team, name, locale).order_by("-version").first()
        if newest is not None and newest.words == words:
            raise ConflictError(f"Nothing changed since version {newest.version}.", code="statement_text_unchanged")
        published = StatementText.objects.create(
            team=team,
            name=name,
            locale=locale if newest is None else newest.locale,
            version=1 if newest is None else newest.version + 1,
            words=words,
            message=message.strip(),
            published_at=clock.now(),
            published_by=actor.name,
        )
        events.record(
            team_id=team.id,
            kind="statement_text.published",
            subject_type="statement_text",
            subject_id=published.id,
            subject_title=str(published),
            actor=actor,
            data={"name": name, "locale": published.locale, "version": published.version},
        )
        return published


def statement_versions(*, team: Team, name: str) -> QuerySet[StatementText]:
    """Every published version of a text, in all locales. Raises NotFoundError `statement_text_not_found`."""
    versions = StatementText.objects.filter(team=team, name=name)
    if not versions.exists():
        raise NotFoundError(f"There is no statement text {name!r}.", code="statement_text_not_found")
    return versions


def statement_for_consent(*, team: Team, name: str, locale: str, version: int | None) -> StatementText:
    """The version a consent is given with: the newest of the locale, or the one that is named.

    Raises InvalidInputError with the field: `statement_text_unknown`, `statement_locale_unknown` (`locales` lists
    those there are), `statement_version_unknown`.
    """
    if not StatementText.objects.filter(team=team, name=name).exists():
        raise InvalidInputError(
            f"The team has published no statement text {name!r}.",
            code="statement_text_unknown",
            field="statement_text",
        )
    versions = _in_locale(team, name, locale).order_by("-version")
    if not versions.exists():
        locales = sorted(set(StatementText.objects.filter(team=team, name=name).values_list("locale", flat=True)))
        raise InvalidInputError(
            f"{name!r} is not published in {locale!r}, but in {', '.join(locales)}.",
            code="statement_locale_unknown",
            field="locale",
            data={"locales": locales},
        )
    found = versions.first() if version is None else versions.filter(version=min(version, _MOST_VERSION)).first()
    if found is None:
        raise InvalidInputError(
            f"{name!r} has no version {version} in {locale!r}.",
            code="statement_version_unknown",
            field="statement_version",
        )
    return found


def built_in_texts() -> list[BuiltIn]:
    """What comes with the product, to be published or to begin with."""
    return [
        BuiltIn(name=name, locale=locale, text=text)
        for name, locales in BUILT_IN.items()
        for locale, text in locales.items()
    ]


def _in_locale(team: Team, name: str, locale: str) -> QuerySet[StatementText]:
    return StatementText.objects.filter(team=team, name=name, locale__iexact=locale)


def _checked_name(name: str) -> str:
    try:
        return checked_slug(name)
    except InvalidInputError as refusal:
        raise InvalidInputError(refusal.detail, field="name") from None


def _built_in(name: str, locale: str) -> str:
    words = BUILT_IN[name].get(locale) if name in BUILT_IN else None
    if words is None:
        raise InvalidInputError(
            f"No {name!r} in {locale!r} comes with the product: write its text.",
            code="statement_text_unknown",
            field="text",
        )
    return words
