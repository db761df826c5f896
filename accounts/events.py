"""Events: one record for every change that matters, in the transaction of the change."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.utils import IntegrityError

from accounts.models import Event
from accounts.payer import PLATFORM, Actor

# Dotted past-tense names and what they say. docs/events.md lists the same, held by a test.
EVENT_KINDS: dict[str, str] = {
    "attempt.unresolved": "A paid call was sent and its outcome is not known; the hold stays until it is resolved.",
    "attempt.resolved": "The outcome of an unresolved attempt was settled by evidence or by a person.",
    "budget.created": "A budget was set.",
    "budget.changed": "A budget was changed or switched off.",
    "budget.refused": "A call did not fit into a hard budget and was refused.",
    "member.added": "A person got a role in the team, or another role.",
    "member.removed": "A person left the team; their API keys stopped.",
    "project.created": "A project was made.",
    "token.created": "An API key was made.",
    "token.revoked": "An API key was revoked.",
    "provider_account.created": "A provider account was added.",
    "provider_account.changed": "A provider account's settings or key were changed.",
}


class UnknownEventError(LookupError):
    """The kind is not in EVENT_KINDS."""


def record(
    *,
    team_id: str,
    kind: str,
    subject_type: str,
    subject_id: str,
    subject_title: str,
    actor: Actor = PLATFORM,
    data: dict[str, Any] | None = None,
    key: str | None = None,
) -> Event | None:
    """Record one event. With `key` it is recorded once only: None is returned where it already stands."""
    if kind not in EVENT_KINDS:
        raise UnknownEventError(kind)
    event = Event(
        team_id=team_id,
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        subject_title=subject_title[:300],
        actor_user_id=actor.user_id or "",
        actor_token_id=actor.token_id or "",
        actor_name=actor.name,
        data=data or {},
        key=key,
    )
    if key is None:
        event.save(force_insert=True)
        return event
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        return None
    return event
