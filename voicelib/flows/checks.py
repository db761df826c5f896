"""Checking whether a doubted voice still exists: the provider's list first, which is free, then two cheap calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import PlatformError
from accounts.flows.key_proof import prove_key
from accounts.provider_clients import retention_of
from accounts.steps import reached
from providers.errors import PendingError, ProviderError
from voicelib.flows.check_calls import Heard, call_system_voice, call_voice, give_back_checks
from voicelib.flows.claims import claim_due, let_go, take
from voicelib.flows.clone_outcomes import give_back_clone, settle_proven_clone
from voicelib.flows.deadlines import facts_of
from voicelib.flows.engine_holds import release_spare_holds
from voicelib.flows.losses import CHECK_TASK, conclude
from voicelib.flows.outside import mark_used_outside
from voicelib.flows.shelf_lists import ShelfList, activated_homes, ask_list, system_voice_at
from voicelib.keeping import is_wanted
from voicelib.losses import Finding, Verdict, is_massacre
from voicelib.models import ProviderVoice, Voice

State = ProviderVoice.State
_BATCH = 200
_SURPRISE_WAIT = timedelta(minutes=10)


def check_tick(*, at: datetime) -> int:
    """Ring the worker for every doubted home that is due at business time `at`; how many."""
    due = ProviderVoice.objects.filter(check_due_at__lte=at).order_by("check_due_at")
    homes = claim_due(due, limit=_BATCH)
    for home in homes:
        ring(CHECK_TASK, home.id, home.claim)
    return len(homes)


def check_home(*, provider_voice_id: str, claim: str = "") -> None:
    """Check one home, if it is still doubted and due. Safe to repeat and to run twice at once.

    The outcome is written by `conclude`; an unexpected error leaves the home for a later look and is raised.
    """
    home = take(provider_voice_id=provider_voice_id, claim=claim)
    if home is None:
        return
    reached("claimed", provider_voice=home.id)
    at = clock.now()
    try:
        if home.check_due_at is None or home.check_due_at > at:
            let_go(home)
        elif home.state not in ProviderVoice.SPEAKING:
            let_go(home, check_due_at=None)
        else:
            _check(home, at)
    except PendingError as pending:
        let_go(home, check_due_at=at + timedelta(seconds=pending.retry_after_seconds))
    except Exception:
        # Ahead before raising: a surprise must not come back at once, for ever.
        let_go(home, check_due_at=at + _SURPRISE_WAIT)
        raise


def _check(home: ProviderVoice, at: datetime) -> None:
    told: dict[str, Any] = {}
    finding, missing = _find(home, at, told)
    if home.state in ProviderVoice.NOT_YET_ACTIVE:
        # It spoke, or was seen: it may be permanent by now.
        home.refresh_from_db()
    verdict = conclude(home=home, finding=finding, at=clock.now(), told=told, missing=missing)
    give_back_checks(home)
    # The next check has calls of its own.
    ProviderVoice.objects.filter(id=home.id, checks=home.checks).update(checks=home.checks + 1)
    if verdict in (Verdict.TRUST, Verdict.LOST, Verdict.DROP):
        _tidy(home)


def _find(home: ProviderVoice, at: datetime, told: dict[str, Any]) -> tuple[Finding, list[str]]:
    """What the check finds, and the homes that are missing from the list where they are too many."""
    if home.voice.suspended_at is not None or home.provider_account.frozen_at is not None:
        return Finding.UNCLEAR, []
    try:
        shelf = ask_list(home.provider_account)
    except (ProviderError, PlatformError):
        return Finding.UNCLEAR, []
    if shelf is not None:
        told["listed"] = home.vendor_voice_id in shelf.ids
        known = activated_homes(home.provider_account)
        missing = [other.id for other in known if other.vendor_voice_id not in shelf.ids]
        is_key_proven = home.provider_account.key_unproven_since is None
        if is_massacre(missing=len(missing), known=len(known), is_key_proven=is_key_proven):
            return Finding.MASSACRE, missing
        if told["listed"]:
            prove_key(account=home.provider_account, at=at)
            _believe(home, at)
            return Finding.ALIVE, []
        # It lists others of ours: whatever it says of this one, the key is right.
        told["shows_ours"] = len(missing) < len(known)
    if not _may_call(home):
        return Finding.HIDDEN if _is_past(home, at) else Finding.UNCLEAR, []
    return _listen(home, shelf, told), []


def _listen(home: ProviderVoice, shelf: ShelfList | None, told: dict[str, Any]) -> Finding:
    heard = call_voice(home)
    told["heard"] = str(heard)
    if heard is Heard.FOREIGN:
        is_ours = home.voice.kind == Voice.Kind.CLONED and not told.get("shows_ours")
        return Finding.FOREIGN if is_ours else Finding.UNCLEAR
    if heard is not Heard.MISSING:
        return Finding.ALIVE if heard is Heard.SPOKE else Finding.UNCLEAR
    if home.provider_account.key_unproven_since is not None:
        # The key is to blame before the voice is: it need not be paid to say so.
        return Finding.MISSING
    control = system_voice_at(home.provider_account, shelf)
    if control is None:
        return Finding.UNCLEAR
    told["system_voice"] = {"id": control, "heard": str(call_system_voice(home, control))}
    return Finding.MISSING if told["system_voice"]["heard"] == Heard.SPOKE else Finding.UNCLEAR


def _may_call(home: ProviderVoice) -> bool:
    """Hearing a clone speak for the first time pays its fee: only where it is wanted."""
    return home.state == State.PERMANENT or is_wanted(facts_of(home))


def _is_past(home: ProviderVoice, at: datetime) -> bool:
    return home.expires_at is not None and home.expires_at <= at


def _believe(home: ProviderVoice, at: datetime) -> None:
    """The list shows it. Where the provider hides clones that were never used, it was used."""
    if home.state in ProviderVoice.NOT_YET_ACTIVE and retention_of(home.provider_account).kind == "activation":
        mark_used_outside(home_id=home.id, at=at)


def _tidy(home: ProviderVoice) -> None:
    """Give back what was held for calls that will not be made; end the clone's attempt where there is proof."""
    state = ProviderVoice.objects.values_list("state", flat=True).get(id=home.id)
    release_spare_holds(home)
    if state == State.PERMANENT:
        settle_proven_clone(home)
    elif home.state == State.UNPROVEN and state in (State.LAPSED, State.FAILED):
        give_back_clone(home)
