"""Provider accounts: added and changed. The key is write-only; it goes nowhere but to its own host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts import clock, events, keyring
from accounts.errors import InvalidInputError, NotFoundError
from accounts.flows.circuit import close_circuit
from accounts.flows.hooks import learn_later
from accounts.flows.key_proof import doubt_key
from accounts.models import ProviderAccount, Team
from accounts.payer import Actor
from accounts.provider_limits import checked_limits
from accounts.provider_regions import price_list_of, region_named, regions_of
from accounts.provider_settings import (
    checked_base_url,
    checked_options,
    checked_provider,
    checked_retention,
)
from accounts.slugs import checked_slug, unique_slug


def create_provider_account(
    *,
    team: Team,
    slug: str,
    name: str,
    provider: str,
    key: str,
    base_url: str = "",
    region: str = "",
    price_list: str = "",
    options: Mapping[str, Any] | None = None,
    retention: Mapping[str, Any] | None = None,
    limits: Mapping[str, Any] | None = None,
    is_default: bool = False,
    actor: Actor,
) -> ProviderAccount:
    """Add a provider account at a `region` of the provider or at a `base_url` of one's own (neither is needed where the
    provider has one address); the first of a team is its default. Without `price_list`, the one that fits the address.

    Raises InvalidInputError (field; `base_url_refused`, `region_unknown`) and ConflictError `slug_taken`.
    """
    known = checked_provider(provider)
    address = _address(known, base_url, region)
    account = ProviderAccount(
        team=team,
        slug=checked_slug(slug),
        name=name,
        provider=known,
        base_url=address,
        key_encrypted=keyring.encrypt(_checked_key(key)),
        key_hint=keyring.hint(key),
        price_list=price_list or price_list_of(known, address),
        options=checked_options(known, options or {}),
        retention=checked_retention(retention or {}),
        limits=checked_limits(limits or {}),
    )
    with unique_slug(slug):
        account.is_default = is_default or not team.provider_accounts.filter(is_default=True).exists()
        _save_default_alone(account)
        _record("provider_account.created", account, actor, {"provider": provider, "base_url": address})
        learn_later(account)
    return account


def change_provider_account(
    *, team: Team, account: ProviderAccount, changes: Mapping[str, Any], actor: Actor
) -> ProviderAccount:
    """Change `name`, `base_url` or `region`, `key`, `price_list`, `options`, `retention`, `limits`, `is_default`; the
    rest stays.

    Another address demands the key anew: a stored key never goes to another host on somebody's word. With another key
    the account is used again at once, where it was left alone; what it has of our voices is compared, and no loss is
    believed before it has shown one of them. A price list that was that of the old address becomes
    that of the new one. Raises InvalidInputError (`key_required_anew`, `base_url_refused`, `region_unknown`, …).
    """
    changed = _changed_values(account, changes)
    with transaction.atomic():
        # Accounts of a team are locked together, so that two requests cannot make two defaults.
        standing = {row.id: row for row in ProviderAccount.objects.select_for_update(no_key=True).filter(team=team)}
        account = standing[account.id]
        if _is_another(account, changes, changed):
            doubt_key(account=account, at=clock.now())
        for name, value in changed.items():
            setattr(account, name, value)
        _save_default_alone(account)
        _record("provider_account.changed", account, actor, {"changed": sorted(changes)})
        if not account.hook_secret_encrypted:
            learn_later(account)
        if "key" in changes and close_circuit(account=account):
            account.refresh_from_db()
    return account


def find_provider_account(*, team: Team, slug_or_id: str | None) -> ProviderAccount:
    """The team's account by slug or id; its default where none is named. Raises NotFoundError."""
    accounts = ProviderAccount.objects.filter(team=team)
    if slug_or_id is None:
        found = accounts.filter(is_default=True).first()
    else:
        found = accounts.filter(slug=slug_or_id).first() or accounts.filter(id=slug_or_id).first()
    if found is None:
        raise NotFoundError("There is no such provider account in this team.", field="provider_account")
    return found


def _changed_values(account: ProviderAccount, changes: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: changes[name] for name in ("name", "price_list", "is_default") if name in changes}
    if "base_url" in changes or "region" in changes:
        values |= _moved(account, changes)
    if "key" in changes:
        values["key_encrypted"] = keyring.encrypt(_checked_key(changes["key"]))
        values["key_hint"] = keyring.hint(changes["key"])
        # Another key may be another account over there.
        values["hook_secret_encrypted"] = ""
    if "options" in changes:
        values["options"] = checked_options(account.provider, changes["options"])
    if "retention" in changes:
        values["retention"] = checked_retention(changes["retention"])
    if "limits" in changes:
        values["limits"] = checked_limits(changes["limits"])
    return values


def _is_another(account: ProviderAccount, changes: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
    """Another key, or the same one at another address, may be another account over there."""
    if "key" not in changes:
        return False
    is_elsewhere = changed.get("base_url", account.base_url) != account.base_url
    return is_elsewhere or not keyring.is_same(account.key_encrypted, changes["key"])


def _moved(account: ProviderAccount, changes: Mapping[str, Any]) -> dict[str, Any]:
    address = _address(account.provider, changes.get("base_url", ""), changes.get("region", ""))
    if address != account.base_url and "key" not in changes:
        raise InvalidInputError(
            "Another address needs the key anew: the stored one goes nowhere else.",
            code="key_required_anew",
            field="key",
        )
    moved = {"base_url": address}
    if "price_list" not in changes and account.price_list == price_list_of(account.provider, account.base_url):
        moved["price_list"] = price_list_of(account.provider, address)
    return moved


def _address(provider: str, base_url: str, region: str) -> str:
    regions = regions_of(provider)
    if not base_url and not region and len(regions) == 1:
        return checked_base_url(regions[0].base_url)
    if bool(base_url) == bool(region):
        raise InvalidInputError("Name a region, or give an address of your own: one of both.", field="base_url")
    return checked_base_url(base_url or region_named(provider, region).base_url)


def _checked_key(key: str) -> str:
    # It becomes a header: what cannot stand there would fail at every call.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidInputError("Use the provider's key as it is: visible ASCII, no spaces.", field="key")
    return key


def _save_default_alone(account: ProviderAccount) -> None:
    if account.is_default:
        ProviderAccount.objects.filter(team_id=account.team_id, is_default=True).exclude(id=account.id).update(
            is_default=False
        )
    account.save()


def _record(kind: str, account: ProviderAccount, actor: Actor, data: dict[str, Any]) -> None:
    events.record(
        team_id=account.team_id,
        kind=kind,
        subject_type="provider_account",
        subject_id=account.id,
        subject_title=account.name,
        actor=actor,
        data=data,
    )
