"""Whether a provider account can be used: asked of the provider by calls that cost nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from accounts import clock, events
from accounts.flows.circuit import give_back_probe
from accounts.flows.hooks import learn_later
from accounts.models import ProviderAccount
from accounts.payer import Actor
from accounts.provider_clients import adapter, quick_driver, wire_account
from accounts.provider_regions import other_regions
from providers.regions import Region
from providers.types import Account, AccountCheck

# What only a key that is known there is told.
_KNOWN_THERE = frozenset({"ok", "balance_empty", "quota_used_up", "not_verified"})
_LONGEST_FINDING = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAccount:
    """What was found out; `latency_ms` covers the whole conversation. `code` is stable (docs/errors.md), `region` names
    where the key belongs, if it was found at another of the provider's hosts."""

    ok: bool
    code: str
    latency_ms: int
    finding: str
    region: str | None = None


def check_provider_account(
    *, account: ProviderAccount, actor: Actor, ask_other_regions: bool = False
) -> CheckedAccount:
    """Ask the provider, by a call that costs nothing, whether key and address work; the finding is kept.

    A provider says the same of a bad key and of a key of another region. With `ask_other_regions` a key that was
    refused is shown to the same provider's other official hosts as well, which tells them apart; without it the key
    goes nowhere but to the account's own address. No transaction is open during the calls. Raises ConflictError
    `provider_key_unreadable`.
    """
    wire = wire_account(account)
    began = time.monotonic()
    found = _ask(account, wire)
    asked: tuple[Region, ...] = ()
    region = None
    if ask_other_regions and found.verdict == "key_refused":
        asked = other_regions(account.provider, account.base_url)
        region = _where_it_belongs(account, wire, asked, actor)
    checked = CheckedAccount(
        ok=found.ok,
        code=found.verdict if region is None else "key_of_another_region",
        latency_ms=round((time.monotonic() - began) * 1000),
        finding=_told(found, region, asked),
        region=None if region is None else region.name,
    )
    ProviderAccount.objects.filter(id=account.id).update(
        checked_at=clock.real_now(), finding="" if checked.ok else checked.finding[:_LONGEST_FINDING]
    )
    if checked.ok:
        # It may be well again: the next call finds out now, not when the pause is over.
        give_back_probe(account=account, at=clock.real_now())
        if not account.hook_secret_encrypted:
            learn_later(account)
    return checked


def _ask(account: ProviderAccount, wire: Account) -> AccountCheck:
    return quick_driver().run(adapter(account).check_account(wire))


def _where_it_belongs(
    account: ProviderAccount, wire: Account, regions: tuple[Region, ...], actor: Actor
) -> Region | None:
    """The first official host that knows the key. Each is asked as an account of its own, so that no request leaves the
    address of its account; that the key is about to be shown there is recorded first."""
    if not regions:
        return None
    events.record(
        team_id=account.team_id,
        kind="provider_account.regions_asked",
        subject_type="provider_account",
        subject_id=account.id,
        subject_title=account.name,
        actor=actor,
        data={"regions": {region.name: region.base_url for region in regions}},
    )
    for region in regions:
        # A group id is a matter of the address it was entered for.
        options = {name: value for name, value in wire.options.items() if name != "group_id"}
        there = _ask(account, replace(wire, base_url=region.base_url, options=options))
        if there.verdict in _KNOWN_THERE:
            return region
    return None


def _told(found: AccountCheck, region: Region | None, asked: tuple[Region, ...]) -> str:
    if region is not None:
        return (
            f"The key is of another region: it is known at {region.base_url} ({region.name}). "
            "Change the region of this account, or take a key of its own region."
        )
    if asked:
        return (
            f"{found.finding} No other region that could be reached knows it: {', '.join(row.name for row in asked)}."
        )
    return found.finding
