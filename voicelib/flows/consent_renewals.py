"""A new consent in the place of one that ends or has ended: how a consent is extended, since none is ever rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.errors import ConflictError, NotFoundError
from accounts.models import Team
from accounts.payer import Actor
from voicelib.flows.consents import give_consent
from voicelib.flows.history import note_consent
from voicelib.flows.voices import change_voice
from voicelib.models import Consent, Purge, Voice


def renew_consent(
    *,
    team: Team,
    consent_id: str,
    actor: Actor,
    valid_until: datetime | None,
    statement: str = "",
    statement_text: str | None = None,
    statement_version: int | None = None,
    locale: str | None = None,
    company: str | None = None,
    scope: Mapping[str, Any] | None = None,
) -> Consent:
    """Record what the same speaker allows from now on, and put every voice of the old consent under the new one, which
    ends their suspension. The old one stays as it is.

    Locale, company and scope are those of the old consent where none is given; the words are always said anew. Raises
    NotFoundError, ConflictError `consent_purged`, and what `give_consent` raises.
    """
    with transaction.atomic():
        old = Consent.objects.select_for_update(no_key=True).filter(team=team, id=consent_id).first()
        if old is None:
            raise NotFoundError("There is no such consent.", code="consent_not_found")
        if Purge.objects.filter(consent=old).exists():
            raise ConflictError("What was made under it is deleted: record another consent.", code="consent_purged")
        fresh = give_consent(
            team=team,
            actor=actor,
            speaker=old.speaker,
            company=old.company if company is None else company,
            statement=statement,
            statement_text=statement_text,
            statement_version=statement_version,
            locale=old.locale if locale is None else locale,
            valid_until=valid_until,
            scope=old.scope if scope is None else scope,
        )
        voices = list(Voice.objects.filter(consent=old).order_by("id"))
        for voice in voices:
            change_voice(voice=voice, actor=actor, changes={"consent": fresh.id})
        data = {"renewed_by": fresh.id, "voices": [voice.slug for voice in voices]}
        note_consent(consent=old, kind="consent.renewed", actor=actor, data=data)
        return fresh
