"""Taking voices away: at the provider first, then here.

A deletion is a row with a due time. From the moment it is asked for the home speaks no more; until the provider is
asked it can be undone. What a provider refuses or does not answer is tried again for as long as it takes: a home is
`deleted` only when its row says what is known about the provider's side. Asking costs nothing and may be repeated.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts import clock
from accounts.backoff import wait_seconds
from accounts.doorbell import ring
from accounts.errors import ConflictError, PlatformError
from accounts.models import Attempt
from accounts.payer import Actor
from accounts.provider_clients import adapter, capabilities_of, driver, wire_account
from providers.errors import Category, ProviderError, RefusedError
from providers.types import DeleteResult
from voicelib.errors import VoiceRefusedError
from voicelib.flows.clone_outcomes import failure_of, give_back_clone, settle_proven_clone, subject_of
from voicelib.flows.deadlines import set_deadlines
from voicelib.flows.engine_holds import release_spare_holds
from voicelib.flows.history import note_home
from voicelib.flows.leaving import silence
from voicelib.models import Deletion, ProviderVoice, Purge, Voice
from voicelib.retention import PROOF_DELAY
from voicelib.states import moved

DELETE_TASK = "voicelib.tasks.delete_home"
State, Outcome = ProviderVoice.State, Deletion.Outcome
_BATCH = 200
_LONGEST_WAIT = 6 * 3600.0
_FIRST_WAIT = 30.0
# A clone that is under way ends soon, one way or the other.
_WHILE_CLONING = timedelta(seconds=30)
_SURPRISE_WAIT = timedelta(minutes=5)


def ask_deletion(*, home: ProviderVoice, actor: Actor, reason: str = "", undo_seconds: float = 0) -> Deletion:
    """Take a home away for good: it speaks no more; the provider is asked after `undo_seconds` of real time.

    Asked again, the standing deletion is returned. A home that is being cloned is deleted as soon as that has ended.
    May run in the caller's transaction.
    """
    with transaction.atomic():
        home = _locked(home.id)
        standing = Deletion.objects.filter(home=home, undone_at__isnull=True).first()
        if standing is not None:
            return standing
        if home.state == State.DELETED:
            raise VoiceRefusedError("It was deleted before.", code="voice_deleted")
        deletion = Deletion.objects.create(
            home=home,
            state_before=home.state,
            reason=reason[:500],
            asked_by=actor.name,
            due_at=clock.real_now() + timedelta(seconds=undo_seconds),
        )
        if home.state in ProviderVoice.SPEAKING:
            silence(home)
        note_home(home=home, kind="voice.deletion_asked", actor=actor, data={"reason": reason})
        ring(DELETE_TASK, deletion.id, in_seconds=undo_seconds)
        return deletion


def undo_deletion(*, home: ProviderVoice, actor: Actor) -> ProviderVoice:
    """Keep a home that was to be deleted: it is what it was before, with the deadline it has at the provider.

    Raises ConflictError: `deletion_not_pending`, `deletion_under_way` once the provider may have been asked.
    """
    at = clock.now()
    with transaction.atomic():
        home = _locked(home.id)
        deletion = Deletion.objects.select_for_update(no_key=True).filter(home=home, undone_at__isnull=True).first()
        if deletion is None or deletion.outcome != Outcome.PENDING:
            raise ConflictError("Nothing of it waits to be deleted.", code="deletion_not_pending")
        if deletion.sent_at is not None:
            raise ConflictError("The provider has been asked already.", code="deletion_under_way")
        if Purge.objects.filter(consent=home.voice.consent_id).exists():
            raise ConflictError("Its consent is purged, which cannot be undone.", code="deletion_under_way")
        deletion.undone_at, deletion.due_at = at, None
        deletion.save(update_fields=["undone_at", "due_at"])
        if home.state == State.DELETING:
            before = State.PERMANENT if home.activated_at is not None else deletion.state_before
            home.state = moved(home.state, before)
            set_deadlines(home, born_at=home.cloned_at or home.created_at, at=at)
            home.save(update_fields=["state", "expires_at", "keepalive_due_at", "alert_due_at"])
        note_home(home=home, kind="voice.deletion_undone", actor=actor)
        return home


def delete_tick() -> int:
    """Ring the worker for deletions that are due; how many. Real time: it is patience that runs out."""
    due = Deletion.objects.filter(due_at__lte=clock.real_now()).order_by("due_at")
    ids = list(due.values_list("id", flat=True)[:_BATCH])
    for deletion_id in ids:
        ring(DELETE_TASK, deletion_id)
    return len(ids)


def delete_home(*, deletion_id: str) -> None:
    """Ask the provider to remove the voice, if that is due, and then call it deleted here. Safe to repeat.

    What goes wrong is written to the row and tried again; an unexpected error too, and is raised.
    """
    deletion = _take(deletion_id)
    if deletion is None:
        return
    try:
        _delete(deletion)
    except Exception:
        _put_off(deletion, _SURPRISE_WAIT)
        raise


def _take(deletion_id: str) -> Deletion | None:
    """The deletion, if it is due and nobody works on it: the due time is pushed ahead by a lease."""
    now = clock.real_now()
    lease = now + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    if not Deletion.objects.filter(id=deletion_id, due_at__lte=now).update(due_at=lease):
        return None
    return Deletion.objects.select_related("home__voice", "home__provider_account").get(id=deletion_id)


def _delete(deletion: Deletion) -> None:
    home = deletion.home
    if home.state == State.CLONING:
        _put_off(deletion, _WHILE_CLONING)
        return
    without_call = _outcome_without_call(home)
    if without_call is not None:
        _finish(deletion, without_call)
        return
    # From here on it cannot be undone; whoever undid it a moment ago wins.
    standing = Deletion.objects.filter(id=deletion.id, undone_at__isnull=True, outcome=Outcome.PENDING)
    if not standing.update(sent_at=deletion.sent_at or clock.now()):
        return
    try:
        found = _ask_provider(home)
    except RefusedError as refusal:
        if refusal.category is not Category.UNSUPPORTED:
            _failed(deletion, refusal, str(refusal.category))
        else:
            _finish(deletion, Outcome.NOT_OFFERED)
    except ProviderError as error:
        _failed(deletion, error, str(error.category))
    except PlatformError as error:
        # The stored key cannot be read, say: an operator has to act.
        _failed(deletion, error, error.code)
    else:
        if not found.existed and _may_be_on_its_way(home, clock.now()):
            _put_off(deletion, PROOF_DELAY)
        else:
            _finish(deletion, Outcome.DELETED, found)


def _outcome_without_call(home: ProviderVoice) -> str | None:
    """What is known without asking: nothing was made, nothing can be named, or nothing is offered."""
    sent = Attempt.objects.filter(subject=subject_of(home)).exclude(state=Attempt.State.RELEASED)
    if home.state == State.FAILED and not sent.exists():
        return Outcome.NEVER_MADE
    if not home.vendor_voice_id:
        return Outcome.UNNAMED
    is_ours = home.voice.kind != Voice.Kind.SYSTEM
    if not is_ours or "delete" not in capabilities_of(home.provider_account).operations:
        return Outcome.NOT_OFFERED
    return None


def _ask_provider(home: ProviderVoice) -> DeleteResult:
    account = home.provider_account
    return driver().run(adapter(account).delete_voice(wire_account(account), home.vendor_voice_id, "cloned"))


def _may_be_on_its_way(home: ProviderVoice, at: datetime) -> bool:
    """A clone whose answer was lost a moment ago: that the provider does not know it yet proves nothing."""
    return home.cloned_at is None and at < home.created_at + PROOF_DELAY


def _finish(deletion: Deletion, outcome: str, found: DeleteResult | None = None) -> None:
    with transaction.atomic():
        home = _locked(deletion.home_id)
        ending = Deletion.objects.filter(id=deletion.id, undone_at__isnull=True, outcome=Outcome.PENDING)
        facts = {} if found is None else {"existed": found.existed, "trace_id": found.trace_id}
        if not ending.update(outcome=outcome, ended_at=clock.now(), due_at=None, last_error=None, **facts):
            return
        was_unproven = home.cloned_at is None and home.state != State.FAILED
        home.state = moved(home.state, State.DELETED)
        # Its keep-alive time stays: that look ends the calls of a worker that is gone.
        home.alert_due_at = home.retry_at = home.revival_due_at = None
        home.save(update_fields=["state", "alert_due_at", "retry_at", "revival_due_at"])
        note_home(home=home, kind="voice.deleted", data={"outcome": outcome, **facts})
    release_spare_holds(home)
    if found is not None and was_unproven and found.existed:
        settle_proven_clone(home)
    elif outcome == Outcome.NEVER_MADE or (found is not None and was_unproven):
        give_back_clone(home)


def _failed(deletion: Deletion, error: Exception, code: str) -> None:
    """Try again, for ever; tell people once per reason."""
    luck = random.random()  # noqa: S311 - spreads retries, guards nothing
    asked = error.retry_after_seconds if isinstance(error, ProviderError) else None
    wait = wait_seconds(deletion.tries + 1, luck, first=_FIRST_WAIT, longest=_LONGEST_WAIT, at_least=asked)
    failure = failure_of(error, clock.now())
    with transaction.atomic():
        Deletion.objects.filter(id=deletion.id, outcome=Outcome.PENDING).update(
            due_at=clock.real_now() + timedelta(seconds=wait), tries=deletion.tries + 1, last_error=failure
        )
        key = f"voice.deletion_failed:{deletion.id}:{code}"[:160]
        note_home(home=deletion.home, kind="voice.deletion_failed", data={"error": failure}, key=key)


def _put_off(deletion: Deletion, wait: timedelta) -> None:
    due_at = clock.real_now() + wait
    Deletion.objects.filter(id=deletion.id, outcome=Outcome.PENDING, undone_at__isnull=True).update(due_at=due_at)


def _locked(home_id: str) -> ProviderVoice:
    homes = ProviderVoice.objects.select_related("voice", "provider_account")
    return homes.select_for_update(of=("self",), no_key=True).get(id=home_id)
