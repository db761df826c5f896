"""Consents: given, revoked, about to end, expired. A voice whose consent does not hold is suspended at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts import clock
from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.models import Team
from accounts.payer import PLATFORM, Actor
from voicelib.consent_notices import next_notice_at, notice_now
from voicelib.consent_scope import LOCALE, NARROWINGS
from voicelib.flows.history import note_consent
from voicelib.flows.statement_texts import statement_for_consent
from voicelib.flows.voices import suspend_voices
from voicelib.models import Consent, StatementText, Voice
from voicelib.names import checked_line
from voicelib.statement_texts import filled

_EXPIRE_AT_ONCE = _TELL_AT_ONCE = 500


def give_consent(
    *,
    team: Team,
    actor: Actor,
    speaker: str,
    company: str,
    locale: str,
    valid_until: datetime | None,
    scope: Mapping[str, Any],
    statement: str = "",
    statement_text: str | None = None,
    statement_version: int | None = None,
) -> Consent:
    """Record who allowed what, in which words, until when (None: until revoked).

    The words are `statement`, or those of the published text named by `statement_text` in this locale (its newest
    version, unless another is named) with the names filled in. `scope` narrows it: {"projects": […],
    "languages": […], "purposes": […]}, empty for not narrowed. Raises InvalidInputError with the field:
    `statement_twice`, `statement_placeholder_empty`, and what `statement_for_consent` raises.
    """
    at = clock.now()
    speaker, company = checked_line("speaker", speaker, 200), company.strip()
    if not LOCALE.match(locale):
        raise InvalidInputError("A locale is written like en, en-GB or zh-Hans-CN.", field="locale")
    text = _text_of(team, statement, statement_text, locale, statement_version)
    words = statement.strip() if text is None else filled(text.words, speaker=speaker, company=company)
    if valid_until is not None and valid_until <= at:
        raise InvalidInputError("It would have expired already.", field="valid_until")
    _check_scope(scope)
    with transaction.atomic():
        consent = Consent.objects.create(
            team=team,
            speaker=speaker,
            company=company,
            statement=words,
            statement_text=text,
            locale=locale if text is None else text.locale,
            scope=dict(scope),
            valid_from=at,
            valid_until=valid_until,
            expiry_due_at=valid_until,
            notice_due_at=next_notice_at(valid_until=valid_until, after=at),
        )
        note_consent(consent=consent, kind="consent.given", actor=actor, data=_given_with(text))
        return consent


def consents_of(*, team: Team, is_outdated: bool | None = None) -> QuerySet[Consent]:
    """The team's consents with all that is shown of them; `is_outdated` narrows to those on an older version than the
    newest of their text, or to the others."""
    consents = Consent.objects.filter(team=team)
    consents = consents.with_newest() if is_outdated is None else consents.outdated(is_outdated=is_outdated)
    return consents.prefetch_related("hearings")


def consent_of(*, team: Team, consent_id: str) -> Consent:
    """The team's consent. Raises NotFoundError."""
    consent = consents_of(team=team).filter(id=consent_id).first()
    if consent is None:
        raise NotFoundError("There is no such consent.", code="consent_not_found")
    return consent


def revoke_consent(*, team: Team, consent_id: str, actor: Actor, reason: str = "") -> Consent:
    """Take a consent back: every voice made under it is suspended in the same transaction. It cannot be undone.

    Raises NotFoundError, ConflictError `consent_already_revoked`.
    """
    at = clock.now()
    with transaction.atomic():
        consent = Consent.objects.select_for_update(no_key=True).filter(team=team, id=consent_id).first()
        if consent is None:
            raise NotFoundError("There is no such consent.", code="consent_not_found")
        if consent.revoked_at is not None:
            raise ConflictError("It was revoked already.", code="consent_already_revoked")
        consent.revoked_at, consent.expiry_due_at, consent.notice_due_at = at, None, None
        consent.save(update_fields=["revoked_at", "expiry_due_at", "notice_due_at"])
        suspended = suspend_voices(voices=_voices_of(consent), reason="consent_revoked", actor=actor, at=at)
        data = {"reason": reason, "voices_suspended": suspended}
        note_consent(consent=consent, kind="consent.revoked", actor=actor, data=data)
        return consent


def expire_consents(*, at: datetime) -> int:
    """Suspend the voices whose consent has run out; how many. Part of the tick: use is refused on time without it."""
    suspended = 0
    for consent in Consent.objects.filter(expiry_due_at__lte=at).order_by("expiry_due_at")[:_EXPIRE_AT_ONCE]:
        with transaction.atomic():
            if not Consent.objects.filter(id=consent.id, expiry_due_at__lte=at).update(
                expiry_due_at=None, notice_due_at=None
            ):
                continue
            voices = suspend_voices(voices=_voices_of(consent), reason="consent_expired", actor=PLATFORM, at=at)
            note_consent(consent=consent, kind="consent.expired", data={"voices_suspended": voices})
        suspended += voices
    return suspended


def tell_ending_consents(*, at: datetime) -> int:
    """Record that consents are about to run out, once for each notice; how many. Part of the tick.

    One under which no voice stands is not told of: nothing ends with it.
    """
    told = 0
    for consent in Consent.objects.filter(notice_due_at__lte=at).order_by("notice_due_at")[:_TELL_AT_ONCE]:
        told += _tell_of_end(consent, at)
    return told


def _tell_of_end(consent: Consent, at: datetime) -> bool:
    end = consent.valid_until
    following = None if consent.revoked_at is not None else next_notice_at(valid_until=end, after=at)
    with transaction.atomic():
        ours = Consent.objects.filter(id=consent.id, notice_due_at=consent.notice_due_at)
        if not ours.update(notice_due_at=following) or end is None or consent.refusal(at) is not None:
            return False
        days, voices = notice_now(valid_until=end, at=at), _voices_of(consent).filter(retired_at__isnull=True).count()
        if days is None or not voices:
            return False
        data = {"deadline": end.isoformat(), "days_left": days, "voices": voices}
        key = f"consent.expiring:{consent.id}:{days}"
        return note_consent(consent=consent, kind="consent.expiring", data=data, key=key) is not None


def _text_of(team: Team, statement: str, name: str | None, locale: str, version: int | None) -> StatementText | None:
    """The published text that a consent is given with; None where it is given in words of its own."""
    if name is None:
        if version is not None:
            raise InvalidInputError("A version is one of a statement text: name it.", field="statement_text")
        if not statement.strip():
            raise InvalidInputError("The statement is empty: record the words of the consent.", field="statement")
        return None
    if statement.strip():
        raise InvalidInputError(
            "The words come from the text that is named: send one of both.", code="statement_twice", field="statement"
        )
    return statement_for_consent(team=team, name=name, locale=locale, version=version)


def _given_with(text: StatementText | None) -> dict[str, Any]:
    if text is None:
        return {}
    return {"statement_text": {"name": text.name, "locale": text.locale, "version": text.version}}


def _voices_of(consent: Consent) -> QuerySet[Voice]:
    return Voice.objects.filter(consent=consent)


def _check_scope(scope: Mapping[str, Any]) -> None:
    for key, value in scope.items():
        if key not in NARROWINGS:
            raise InvalidInputError(f"A scope has {', '.join(NARROWINGS)}; {key!r} is none of them.", field="scope")
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise InvalidInputError(f"scope.{key} is a list of names.", field="scope")
        if key == "languages" and not all(LOCALE.match(item) for item in value):
            raise InvalidInputError("scope.languages are written like en, en-GB or zh-Hans-CN.", field="scope")
