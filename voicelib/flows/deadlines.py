"""The deadline columns of a home, from the account's rule: the one place where they are computed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from accounts.provider_clients import retention_of
from providers.types import RetentionRule
from voicelib import retention
from voicelib.keeping import Facts, is_wanted
from voicelib.models import ProviderVoice, Voice

# Nothing is paid any more for what is on its way out.
_LEAVING = (ProviderVoice.State.DELETING, ProviderVoice.State.DELETED)


def set_deadlines(home: ProviderVoice, *, born_at: datetime, at: datetime) -> None:
    """Fill `expires_at`, `keepalive_due_at` and `alert_due_at` of a home born at `born_at` (not saved here)."""
    rule = _rule_of(home)
    home.expires_at = retention.expires_at(
        rule, cloned_at=born_at, activated_at=home.activated_at, last_used_at=home.last_used_at
    )
    home.keepalive_due_at = retention.keepalive_due_at(rule, deadline=home.expires_at, jitter=_jitter())
    home.alert_due_at = next_alert(home, after=at)


def look_again(home: ProviderVoice, *, at: datetime) -> None:
    """After a decision changed: bring back the due time of a home whose keeping had been put off (not saved here)."""
    if home.state not in ProviderVoice.SPEAKING:
        return
    rule = _rule_of(home)
    due = retention.keepalive_due_at(rule, deadline=home.expires_at, jitter=timedelta(0))
    if home.activation_asked_at is not None and home.activated_at is None:
        due = at
    if due is not None:
        home.keepalive_due_at = min(home.keepalive_due_at or due, max(due, at))


def next_alert(home: ProviderVoice, *, after: datetime) -> datetime | None:
    """When people are told next about the deadline of this home."""
    hours = retention.alert_hours(was_activated=home.activated_at is not None)
    return retention.next_alert_at(deadline=home.expires_at, after=after, hours=hours)


def facts_of(home: ProviderVoice) -> Facts:
    """What the engine's decision depends on."""
    return Facts(
        is_active=home.state == ProviderVoice.State.PERMANENT,
        is_unproven=home.state == ProviderVoice.State.UNPROVEN,
        policy=home.policy,
        on_silence=home.on_silence,
        was_asked=home.activation_asked_at is not None,
        is_suspended=home.voice.suspended_at is not None or home.state in _LEAVING,
        call_helps=_rule_of(home).kind != "fixed",
        deadline=home.expires_at,
    )


def is_critical(home: ProviderVoice, at: datetime) -> bool:
    """Whether the deadline of this home is so near that a call for it may use the reserves of budgets."""
    return retention.is_critical(_rule_of(home), now=at, deadline=home.expires_at)


def will_be_kept(home: ProviderVoice) -> bool:
    """Whether the engine means to keep this home when its time comes."""
    facts = facts_of(home)
    return facts.call_helps and not facts.is_suspended and is_wanted(facts)


def columns(home: ProviderVoice, *names: str) -> dict[str, Any]:
    """The named columns as a conditional update takes them."""
    return {name: getattr(home, name) for name in names}


def _rule_of(home: ProviderVoice) -> RetentionRule:
    """The account's rule; a system voice dies of none, it is the provider's own."""
    if home.voice.kind == Voice.Kind.SYSTEM:
        return RetentionRule(kind="none")
    return retention_of(home.provider_account)


def _jitter() -> timedelta:
    return timedelta(seconds=secrets.randbelow(int(retention.LONGEST_JITTER.total_seconds()) + 1))
