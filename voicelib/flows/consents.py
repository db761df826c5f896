"""Consents: given, revoked, expired. A voice whose consent does not hold is suspended at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts import clock, events
from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.models import Team
from accounts.payer import PLATFORM, Actor
from voicelib.consent_scope import LOCALE, NARROWINGS
from voicelib.flows.voices import suspend_voices
from voicelib.models import Consent, Voice
from voicelib.names import checked_line

_EXPIRE_AT_ONCE = 500


def give_consent(
    *,
    team: Team,
    actor: Actor,
    speaker: str,
    company: str,
    statement: str,
    locale: str,
    valid_until: datetime | None,
    scope: Mapping[str, Any],
) -> Consent:
    """Record who allowed what, in which words, until when (None: until revoked).

    `scope` narrows it: {"projects": […], "languages": […], "purposes": […]}, empty for not narrowed. Raises
    InvalidInputError with the field.
    """
    at = clock.now()
    speaker = checked_line("speaker", speaker, 200)
    if not statement.strip():
        raise InvalidInputError("The statement is empty: record the words of the consent.", field="statement")
    if not LOCALE.match(locale):
        raise InvalidInputError("A locale is written like en, en-GB or zh-Hans-CN.", field="locale")
    if valid_until is not None and valid_until <= at:
        raise InvalidInputError("It would have expired already.", field="valid_until")
    _check_scope(scope)
    with transaction.atomic():
        consent = Consent.objects.create(
            team=team,
            speaker=speaker,
            company=company.strip(),
            statement=statement.strip(),
            locale=locale,
            scope=dict(scope),
            valid_from=at,
            valid_until=valid_until,
            expiry_due_at=valid_until,
        )
        _note(consent, "consent.given", actor)
        return consent


def consent_of(*, team: Team, consent_id: str) -> Consent:
    """The team's consent. Raises NotFoundError."""
    consent = Consent.objects.filter(team=team, id=consent_id).first()
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
        consent.revoked_at, consent.expiry_due_at = at, None
        consent.save(update_fields=["revoked_at", "expiry_due_at"])
        suspended = suspend_voices(voices=_voices_of(consent), reason="consent_revoked", actor=actor, at=at)
        _note(consent, "consent.revoked", actor, {"reason": reason, "voices_suspended": suspended})
        return consent


def expire_consents(*, at: datetime) -> int:
    """Suspend the voices whose consent has run out; how many. Part of the tick: use is refused on time without it."""
    suspended = 0
    for consent in Consent.objects.filter(expiry_due_at__lte=at).order_by("expiry_due_at")[:_EXPIRE_AT_ONCE]:
        with transaction.atomic():
            if not Consent.objects.filter(id=consent.id, expiry_due_at__lte=at).update(expiry_due_at=None):
                continue
            voices = suspend_voices(voices=_voices_of(consent), reason="consent_expired", actor=PLATFORM, at=at)
            _note(consent, "consent.expired", PLATFORM, {"voices_suspended": voices})
        suspended += voices
    return suspended


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


def _note(consent: Consent, kind: str, actor: Actor, data: dict[str, Any] | None = None) -> None:
    events.record(
        team_id=consent.team_id,
        kind=kind,
        subject_type="consent",
        subject_id=consent.id,
        subject_title=str(consent),
        actor=actor,
        data=data or {},
    )
