"""What follows when a voice is missing at its provider: doubt, proofs an hour apart, loss, or a frozen account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.doorbell import ring
from accounts.models import ProviderAccount
from voicelib.flows.claims import let_go
from voicelib.flows.clone_outcomes import note_never_made
from voicelib.flows.deadlines import facts_of
from voicelib.flows.endings import end_home
from voicelib.flows.freezes import freeze_for_missing
from voicelib.flows.history import note_home
from voicelib.flows.listeners import tell_listeners
from voicelib.keeping import is_wanted
from voicelib.losses import LOSSES_WITHIN, PROOF_GAP, Finding, Verdict, judge, unclear_wait
from voicelib.models import ProviderVoice

State = ProviderVoice.State
CHECK_TASK = "voicelib.tasks.check_home"
_NO_DOUBT: dict[str, Any] = {"missing_since": None, "check_due_at": None, "unclear_checks": 0}


def doubt(*, home: ProviderVoice, at: datetime) -> bool:
    """Have it checked soon whether the home exists; False where that is not asked, or was asked before.

    A clone that was never used and is not to be kept is not checked: hearing it speak would pay for it. In the
    caller's transaction."""
    if home.provider_account.frozen_at is not None or home.state not in ProviderVoice.SPEAKING:
        return False
    if home.state != State.PERMANENT and not is_wanted(facts_of(home)):
        return False
    doubted = ProviderVoice.objects.filter(id=home.id, state=home.state, check_due_at__isnull=True)
    if not doubted.update(check_due_at=at, unclear_checks=0):
        return False
    ring(CHECK_TASK, home.id)
    return True


def conclude(
    *, home: ProviderVoice, finding: Finding, at: datetime, told: dict[str, Any], missing: Iterable[str] = ()
) -> Verdict:
    """Draw the consequence of one check of a claimed home, and give the claim back. `told` goes into the events;
    `missing` are the homes that a massacre is made of."""
    with transaction.atomic():
        # One verdict at a time for an account, so that four losses at once cannot pass as four first ones.
        account = ProviderAccount.objects.select_for_update(no_key=True).get(id=home.provider_account_id)
        others = _missing_at(account, at).exclude(id=home.id).count()
        verdict = judge(
            finding=finding,
            proven_at=home.missing_since,
            at=at,
            other_losses=others,
            is_frozen=account.frozen_at is not None,
            is_key_proven=account.key_unproven_since is None,
            unclear=home.unclear_checks,
        )
        _act(home, account, verdict, at, told, tuple(missing))
    return verdict


def trust(*, home: ProviderVoice) -> None:
    """It lives: any doubt about it ends."""
    if home.missing_since is None and home.check_due_at is None:
        return
    with transaction.atomic():
        ProviderVoice.objects.filter(id=home.id).update(**_NO_DOUBT)
        tell_listeners(voice_id=home.voice_id)
        if home.missing_since is not None:
            note_home(home=home, kind="voice.found")


def _missing_at(account: ProviderAccount, at: datetime) -> Any:
    proven = Q(state__in=ProviderVoice.SPEAKING, missing_since__isnull=False)
    lost = Q(state=State.LOST, ended_at__gt=at - LOSSES_WITHIN)
    return ProviderVoice.objects.filter(proven | lost, provider_account=account)


def _act(
    home: ProviderVoice,
    account: ProviderAccount,
    verdict: Verdict,
    at: datetime,
    told: dict[str, Any],
    missing: tuple[str, ...],
) -> None:
    if verdict is Verdict.LOST:
        _lose(home, at, told)
    elif verdict is Verdict.FREEZE:
        _freeze(home, account, at, missing)
    elif verdict is Verdict.WAIT:
        # The first proof stands; a look before its hour is over is no second one.
        since = home.missing_since or at
        let_go(home, missing_since=since, check_due_at=since + PROOF_GAP, unclear_checks=0)
        if home.missing_since is None:
            note_home(home=home, kind="voice.missing_proven", data={**told, "next": (at + PROOF_GAP).isoformat()})
    elif verdict is Verdict.AGAIN:
        unclear = home.unclear_checks + 1
        let_go(home, unclear_checks=unclear, check_due_at=at + unclear_wait(unclear))
    else:
        _end_doubt(home, verdict, at, told)


def _end_doubt(home: ProviderVoice, verdict: Verdict, at: datetime, told: dict[str, Any]) -> None:
    past = home.expires_at is not None and home.expires_at <= at
    if verdict is Verdict.DROP and past and home.state in ProviderVoice.SPEAKING:
        # Its deadline had passed, and nothing has shown that it lives.
        end_home(home=home, state=State.LAPSED, at=at, data=told)
        return
    let_go(home, **_NO_DOUBT)
    tell_listeners(voice_id=home.voice_id)
    if verdict is Verdict.TRUST and home.missing_since is not None:
        note_home(home=home, kind="voice.found", data=told)


def _freeze(home: ProviderVoice, account: ProviderAccount, at: datetime, missing: Iterable[str]) -> None:
    let_go(home, missing_since=home.missing_since or at, check_due_at=None)
    others = _missing_at(account, at).filter(state__in=ProviderVoice.SPEAKING) | ProviderVoice.objects.filter(
        id__in=[home.id, *missing]
    )
    freeze_for_missing(account=account, homes=others.select_related("voice").order_by("id"), at=at)


def _lose(home: ProviderVoice, at: datetime, told: dict[str, Any]) -> None:
    past = home.expires_at is not None and home.expires_at <= at
    if home.state == State.UNPROVEN and not past:
        # It was never heard here: what the provider does not know was not made.
        note_never_made(home_id=home.id)
        return
    end_home(home=home, state=State.LAPSED if past else State.LOST, at=at, data=told)
