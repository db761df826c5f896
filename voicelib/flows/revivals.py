"""Cloning a voice again that was lost, or lapsed against its policy: same slug, next generation, new provider id."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import BudgetExceededError, PlatformError
from accounts.payer import PLATFORM
from voicelib.clone_options import CloneOptions
from voicelib.flows.clone_orders import ask_clone
from voicelib.flows.endings import REVIVE_TASK
from voicelib.flows.history import note_home
from voicelib.flows.listeners import tell_listeners
from voicelib.flows.revival_facts import revival_facts
from voicelib.models import ProviderVoice
from voicelib.revival import TRY_AGAIN, Step, is_too_soon, next_step

_BATCH = 100
# Refusals that pass by themselves; all others are a person's matter.
_PASSING = frozenset({"account_frozen", "price_missing", "sample_unreachable", "budget_currency_mismatch"})


def revive_tick(*, at: datetime) -> int:
    """Ring the worker for every ended home that may be cloned again and is due at business time `at`; how many."""
    due = ProviderVoice.objects.filter(revival_due_at__lte=at).order_by("revival_due_at")
    ids = list(due.values_list("id", flat=True)[:_BATCH])
    for home_id in ids:
        ring(REVIVE_TASK, home_id)
    return len(ids)


def revive_home(*, provider_voice_id: str) -> ProviderVoice | None:
    """Order the next generation of a home that ended, if it is due and its policy says so; None where nothing was
    ordered. Its cost is held and booked like that of any clone, in the books of who asked for the first one. At most
    one a voice in seven days. Safe to repeat and to run twice at once."""
    at = clock.now()
    home = _take(provider_voice_id, at)
    if home is None:
        return None
    facts = revival_facts(home)
    step = next_step(facts, at)
    if step is Step.CLONE:
        return _clone(home, at)
    if step is Step.WAIT:
        _look_again(home, at + TRY_AGAIN)
    else:
        if facts.is_automatic and not facts.is_replaced and is_too_soon(facts.revived_at, at):
            _refused(home, "revived_recently", "It was cloned again by itself in the last seven days.")
        _look_again(home, None)
    return None


def _clone(home: ProviderVoice, at: datetime) -> ProviderVoice | None:
    try:
        fresh = ask_clone(
            voice=home.voice,
            account=home.provider_account,
            actor=PLATFORM,
            payer=home.payer(),
            model=home.model or None,
            policy=home.policy,
            on_silence=home.on_silence,
            revival=home.revival,
            revives=home,
            options=CloneOptions(**home.options),
        )
    except PlatformError as refusal:
        passes = isinstance(refusal, BudgetExceededError) or refusal.code in _PASSING
        _refused(home, str(refusal.code), refusal.detail)
        _look_again(home, at + TRY_AGAIN if passes else None)
        return None
    _look_again(home, None)
    return fresh


def _take(home_id: str, at: datetime) -> ProviderVoice | None:
    """The home, if it is due and nobody else is at it: the due time is pushed ahead by a lease."""
    lease = at + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    if not ProviderVoice.objects.filter(id=home_id, revival_due_at__lte=at).update(revival_due_at=lease):
        return None
    homes = ProviderVoice.objects.select_related("voice__consent", "voice__sample", "voice__team", "provider_account")
    return homes.get(id=home_id)


def _look_again(home: ProviderVoice, due_at: datetime | None) -> None:
    ProviderVoice.objects.filter(id=home.id).update(revival_due_at=due_at)
    tell_listeners(voice_id=home.voice_id)


def _refused(home: ProviderVoice, code: str, detail: str) -> None:
    with transaction.atomic():
        # What waits for it gives up: a refusal may pass, but nobody knows when.
        refused = {"code": code, "message": detail, "at": clock.now().isoformat()}
        ProviderVoice.objects.filter(id=home.id).update(revival_refused=refused)
        key = f"voice.revival_refused:{home.id}:{code}"[:160]
        note_home(home=home, kind="voice.revival_refused", data={"code": code, "message": detail}, key=key)
