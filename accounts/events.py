"""Events: one record for every change that matters, in the transaction of the change."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.utils import IntegrityError

from accounts.metrics import EVENTS
from accounts.models import Alert, Event
from accounts.payer import PLATFORM, Actor

# Dotted past-tense names and what they say. docs/events.md lists the same, held by a test.
EVENT_KINDS: dict[str, str] = {
    "attempt.unresolved": "A paid call was sent and its outcome is not known; the hold stays until it is resolved.",
    "attempt.resolved": "The outcome of an unresolved attempt was settled by evidence or by a person.",
    "budget.created": "A budget was set.",
    "budget.changed": "A budget was changed or switched off.",
    "budget.refused": "A call did not fit into a hard budget and was refused.",
    "budget.reserve_used": "A hard budget is full; its reserve pays for calls without which voices die. Once a month.",
    "member.added": "A person got a role in the team, or another role.",
    "member.removed": "A person left the team; their API keys stopped.",
    "member.mails_changed": "It was decided what a member is told by e-mail.",
    "team.digest_changed": "The time of the team's daily digest was changed.",
    "project.created": "A project was made.",
    "token.created": "An API key was made.",
    "token.revoked": "An API key was revoked.",
    "provider_account.created": "A provider account was added.",
    "provider_account.changed": "A provider account's settings or key were changed.",
    "provider_account.regions_asked": "Someone let a refused key be tried at the provider's other official hosts.",
    "provider_account.circuit_opened": "A provider account is left alone for a while, because its calls fail.",
    "provider_account.circuit_closed": "A provider account works again.",
    "provider_account.slowed": "A provider said that calls came too fast; the account calls less often for a while.",
    "provider_account.frozen": "An account's voices seem gone as if it were another: a person has to look.",
    "provider_account.unfrozen": "A person looked at a frozen provider account and let it go on.",
    "provider_account.hook_mismatch": "A webhook came whose signature does not fit; told once an hour, asking goes on.",
    "system_voices.imported": "A provider account was asked which system voices it has.",
    "sample.added": "A recording was added from which a voice can be cloned.",
    "sample.deleted": "A recording that nothing was made of was deleted.",
    "sample.derived": "A recording was made of a sample: another format, trimmed, or at another loudness.",
    "statement_text.published": "A version of a statement text was published.",
    "consent.given": "A speaker's consent was recorded.",
    "consent.file_added": "A spoken statement or a paper was added to a consent.",
    "consent.sample_made": "A sample was made of a spoken statement.",
    "consent.statement_verified": "A provider heard a consent's statement in the recording that it cloned from.",
    "consent.statement_not_heard": "A provider did not hear a consent's statement in a recording; nothing was cloned.",
    "consent.expiring": "A consent is about to run out; the voices made under it will be suspended.",
    "consent.revoked": "A consent was taken back; the voices made under it were suspended.",
    "consent.renewed": "Another consent of the same speaker took the place of one, for all of its voices.",
    "consent.expired": "A consent ran out; the voices made under it were suspended.",
    "consent.purge_asked": "Everything made under an ended consent is to be deleted.",
    "consent.files_purged": "Recordings under an ended consent were deleted, or kept for another voice.",
    "voice.created": "A voice was made, not cloned yet.",
    "voice.changed": "The name, language, consent or sample of a voice was changed.",
    "voice.suspended": "A voice may not be used any more; its deadlines run on.",
    "voice.resumed": "The suspension of a voice ended.",
    "voice.sample_added": "A recording was put beside the others of a voice.",
    "voice.sample_chosen": "It was decided from which of its recordings a voice is cloned.",
    "voice.sample_removed": "A recording is no longer kept with a voice.",
    "voice.clone_asked": "Someone asked to clone a voice at a provider account.",
    "voice.cloned": "A voice was cloned; it is temporary until it is used.",
    "voice.clone_unproven": "The answer to a clone was lost; only a real synthesis proves that the voice is there.",
    "voice.clone_failed": "A voice was not cloned, or a clone whose answer was lost was not there.",
    "voice.policy_changed": "It was decided anew whether a home of a voice is kept.",
    "voice.activation_asked": "Someone asked to activate a voice now.",
    "voice.activated": "A voice was really used for the first time; from now on it is kept.",
    "voice.activation_failed": "A call to keep a voice failed; it is tried again until the deadline.",
    "voice.activation_unpaid": "A voice could not be kept for want of budget or price; it is tried again.",
    "voice.activation_missed": "A voice that was to be kept lapsed all the same.",
    "voice.decision_needed": "A voice will lapse or be paid for; someone should decide, silence decides otherwise.",
    "voice.expiring": "The deadline of a voice is near.",
    "voice.lapsed": "The deadline of a voice passed; it cannot speak any more.",
    "voice.missing_reported": "A provider said that it does not know a voice we hold to be alive.",
    "voice.deletion_asked": "A home of a voice is to be deleted, at the provider first.",
    "voice.deletion_undone": "A home is not deleted after all; the provider had not been asked.",
    "voice.deletion_failed": "A provider could not be brought to delete a voice; it is asked again.",
    "voice.deleted": "A home of a voice was deleted; `outcome` says what is known about the provider's side.",
    "voice.missing_proven": "A voice did not speak while a system voice did; a second such proof makes it lost.",
    "voice.found": "A voice that was proven missing is there after all.",
    "voice.lost": "The provider does not know a voice any more; it cannot speak.",
    "voice.adopted": "A voice that was made at the provider without us became a voice of the library.",
    "voice.revival_asked": "A voice that was lost, or lapsed against its policy, is cloned again by the platform.",
    "voice.revival_refused": "A voice was not cloned again by the platform; its code says why.",
    "voice_defaults.changed": "What a team decides beforehand about its voices was changed.",
    "voice.primary_chosen": "Someone chose whose home of a voice speaks wherever it can.",
    "voice.home_added": "A system voice speaks at another provider account too.",
    "voice.retired": "A voice was taken out of use; its homes are deleted, its history stays.",
    "voice.restored": "The retirement of a voice was undone, as far as no provider had been asked.",
    "dictionary.created": "A pronunciation dictionary was made.",
    "dictionary.rule_added": "A rule was added to the draft of a dictionary.",
    "dictionary.rule_removed": "A rule was removed from the draft of a dictionary.",
    "dictionary.published": "A version of a dictionary was published.",
    "clip.created": "Someone asked for a clip.",
    "clip.ready": "A clip is finished and can be heard.",
    "clip.failed": "A clip could not be made, or nobody knows whether it was; its error says why.",
    "clip.retried": "Someone asked to make a failed clip again.",
    "clip.moved": "Another home of the voice speaks a clip, because the first one cannot.",
    "clip.canceled": "A clip was taken back before the provider was asked.",
}

# What the team's owners and admins are told by e-mail.
ALERT_KINDS = frozenset(
    {
        "attempt.unresolved",
        "budget.reserve_used",
        "consent.expired",
        "consent.expiring",
        "consent.revoked",
        "provider_account.circuit_opened",
        "provider_account.frozen",
        "voice.activation_failed",
        "voice.activation_missed",
        "voice.activation_unpaid",
        "voice.clone_failed",
        "voice.decision_needed",
        "voice.deletion_failed",
        "voice.expiring",
        "voice.lapsed",
        "voice.lost",
        "voice.suspended",
    }
)


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
    else:
        try:
            with transaction.atomic():
                event.save(force_insert=True)
        except IntegrityError:
            return None
    if kind in ALERT_KINDS:
        Alert.objects.create(event=event, team_id=team_id)
    transaction.on_commit(EVENTS.labels(kind).inc, robust=True)
    return event
