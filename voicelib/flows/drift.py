"""Comparing a provider's list with the voices we hold there. Free, and nothing is declared lost by it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import PlatformError
from accounts.flows.key_proof import SCAN_TASK, prove_key
from accounts.models import ProviderAccount
from accounts.provider_clients import retention_of
from accounts.provider_errors import refused_by_provider
from providers.errors import ProviderError
from providers.legible import legible
from providers.types import ListedVoice
from voicelib.drift import Sighting, sighting
from voicelib.flows.freezes import freeze_for_missing
from voicelib.flows.losses import doubt, trust
from voicelib.flows.outside import mark_used_outside
from voicelib.flows.shelf_lists import ShelfList, ask_list
from voicelib.losses import is_massacre
from voicelib.models import AccountScan, ProviderVoice, Voice

State = ProviderVoice.State
_BATCH = 100
_LONGEST_NAME = 200
# What is kept and answered of voices that are not ours.
MOST_UNKNOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one comparison found. `homes`: [{"voice", "provider_voice_id", "state", "sighting"}] as they were before;
    `used_outside`, `doubted`: slugs of voices; `unknown`: [{"voice_id", "kind", "name", "created"}] that nobody of us
    made; `can_list` false: the provider tells nothing; `error`: {"code", "message"} where it could not be asked."""

    at: str
    can_list: bool
    homes: list[dict[str, Any]]
    used_outside: list[str]
    doubted: list[str]
    unknown: list[dict[str, Any]]
    frozen: bool
    error: dict[str, str] | None = None


def sync_account(*, account: ProviderAccount) -> SyncReport:
    """Compare now, keep the report and return it.

    A never activated home in the list was used outside: permanent, no fee until the bill. An activated one that is not
    in the list is checked (`flows/checks.py`). More missing than can be believed freezes the account. No transaction is
    open during the call. Raises RefusedByProviderError, ConflictError `provider_key_unreadable`.
    """
    # Before the question: a key that is changed while it is answered is not proven by the answer.
    at = clock.now()
    try:
        shelf = ask_list(account)
    except ProviderError as error:
        raise refused_by_provider(error) from error
    account.refresh_from_db()
    return _keep(account, _compared(account, shelf, at))


def scan_tick(*, at: datetime) -> int:
    """Ring the worker for every account whose comparison is due at business time `at`; how many."""
    for account in ProviderAccount.objects.filter(scan__isnull=True).order_by("id")[:_BATCH]:
        AccountScan.objects.get_or_create(provider_account=account, defaults={"due_at": at + _jitter()})
    rung = 0
    for scan in AccountScan.objects.filter(due_at__lte=at).order_by("due_at")[:_BATCH]:
        # Ahead before ringing: many ticks may run at once, and a failure must not come back at once, for ever.
        mine = AccountScan.objects.filter(id=scan.id, due_at=scan.due_at)
        if mine.update(due_at=at + timedelta(hours=settings.SCAN_HOURS) + _jitter()):
            ring(SCAN_TASK, scan.provider_account_id)
            rung += 1
    return rung


def scan_account(*, account_id: str) -> None:
    """The comparison of a tick: what goes wrong is kept as its report."""
    account = ProviderAccount.objects.filter(id=account_id).first()
    if account is None:
        return
    try:
        sync_account(account=account)
    except PlatformError as error:
        told = {"code": str(error.code), "message": error.detail}
        empty: Any = {"homes": [], "used_outside": [], "doubted": [], "unknown": []}
        at, frozen = clock.now().isoformat(), account.frozen_at is not None
        _keep(account, SyncReport(at=at, can_list=True, frozen=frozen, error=told, **empty))


def _compared(account: ProviderAccount, shelf: ShelfList | None, at: datetime) -> SyncReport:
    homes = list(
        ProviderVoice.objects.filter(provider_account=account)
        .exclude(state__in=(State.CLONING, State.DELETED))
        .select_related("voice__consent", "provider_account")
        .order_by("id")
    )
    listed = None if shelf is None else shelf.ids
    seen = {home.id: _sighting(home, listed) for home in homes}
    missing = [home for home in homes if seen[home.id] is Sighting.NOT_SEEN]
    return SyncReport(
        at=at.isoformat(),
        can_list=shelf is not None,
        homes=[_row(home, seen[home.id]) for home in homes if home.state in ProviderVoice.SPEAKING],
        used_outside=_note_seen(account, [home for home in homes if seen[home.id] is Sighting.SEEN], at),
        doubted=_note_missing(account, homes, missing, at),
        unknown=_unknown(account, shelf),
        frozen=account.frozen_at is not None,
    )


def _sighting(home: ProviderVoice, listed: frozenset[str] | None) -> Sighting:
    return sighting(
        voice_id=home.vendor_voice_id,
        was_activated=home.state == State.PERMANENT,
        is_system=home.voice.kind == Voice.Kind.SYSTEM,
        listed=listed,
    )


def _note_seen(account: ProviderAccount, seen: Iterable[ProviderVoice], at: datetime) -> list[str]:
    """What is in the list lives; a clone that was never used by us was used by somebody else."""
    hides = retention_of(account).kind == "activation"
    used = []
    for home in seen:
        if home.voice.kind == Voice.Kind.CLONED:
            prove_key(account=account, at=at)
        if home.state == State.PERMANENT:
            trust(home=home)
        elif hides and mark_used_outside(home_id=home.id, at=at):
            used.append(home.voice.slug)
    return used


def _note_missing(
    account: ProviderAccount, homes: list[ProviderVoice], missing: list[ProviderVoice], at: datetime
) -> list[str]:
    known = sum(home.state == State.PERMANENT and home.voice.kind == Voice.Kind.CLONED for home in homes)
    if is_massacre(missing=len(missing), known=known, is_key_proven=account.key_unproven_since is None):
        freeze_for_missing(account=account, homes=missing, at=at)
        return []
    with transaction.atomic():
        return [home.voice.slug for home in missing if doubt(home=home, at=at)]


def _unknown(account: ProviderAccount, shelf: ShelfList | None) -> list[dict[str, Any]]:
    foreign = [voice for voice in (shelf.voices if shelf else ()) if voice.kind != "system"]
    ours = set(
        ProviderVoice.objects.filter(
            provider_account=account, vendor_voice_id__in=[voice.voice_id for voice in foreign]
        ).values_list("vendor_voice_id", flat=True)
    )
    return [_foreign(voice) for voice in foreign if voice.voice_id not in ours][:MOST_UNKNOWN]


def _foreign(voice: ListedVoice) -> dict[str, Any]:
    name = legible(voice.name, _LONGEST_NAME)
    return {"voice_id": legible(voice.voice_id), "kind": voice.kind, "name": name, "created": voice.created}


def _row(home: ProviderVoice, seen: Sighting) -> dict[str, Any]:
    return {
        "voice": home.voice.slug,
        "provider_voice_id": home.vendor_voice_id,
        "state": home.state,
        "sighting": str(seen),
    }


def _keep(account: ProviderAccount, report: SyncReport) -> SyncReport:
    at = datetime.fromisoformat(report.at)
    due_at = at + timedelta(hours=settings.SCAN_HOURS) + _jitter()
    AccountScan.objects.update_or_create(
        provider_account=account,
        defaults={"scanned_at": at, "report": asdict(report)},
        create_defaults={"scanned_at": at, "report": asdict(report), "due_at": due_at},
    )
    return report


def _jitter() -> timedelta:
    """So that accounts made together are not all asked at once."""
    return timedelta(seconds=secrets.randbelow(15 * 60))
