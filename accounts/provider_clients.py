"""The process's one driver, and provider accounts as the adapters want them."""

from __future__ import annotations

import functools

from django.conf import settings

from accounts import keyring
from accounts.hook_links import hook_url
from accounts.models import ProviderAccount
from providers.adapter import Adapter
from providers.driver import Driver, http_client
from providers.registry import adapter_for
from providers.types import Account, Capabilities, RetentionRule

# A person waits for a check, and several hosts may be asked one after another.
QUICK_SECONDS = 10.0


@functools.cache
def driver() -> Driver:
    """Pooled connections, built once: a client costs 19 ms to make and knows no account."""
    client = http_client(allowed_hosts=lambda: settings.FETCH_ALLOWED_HOSTS)
    return Driver(client, longest_seconds=settings.PROVIDER_TIMEOUT_SECONDS)


def quick_driver() -> Driver:
    """The same connections, for calls somebody waits for."""
    return driver().within(QUICK_SECONDS)


def wire_account(account: ProviderAccount) -> Account:
    """The account with its key in clear, for one conversation."""
    return Account(
        provider=account.provider,
        base_url=account.base_url,
        key=keyring.decrypt(account.key_encrypted),
        options=account.options,
        webhook_url=hook_url(account),
    )


def wire_address(account: ProviderAccount) -> Account:
    """The account without its key: for questions that need no conversation."""
    return Account(provider=account.provider, base_url=account.base_url, key="", options=account.options)


def adapter(account: ProviderAccount) -> Adapter:
    """The adapter that speaks the account's wire."""
    return adapter_for(account.provider)


def capabilities_of(account: ProviderAccount) -> Capabilities:
    """What the account's provider can do for it, with what its options turn on."""
    return adapter(account).capabilities_of(account.options)


def retention_of(account: ProviderAccount) -> RetentionRule:
    """When unused voices die at this account: its own setting, else what the provider is known to do."""
    if account.retention:
        return RetentionRule(kind=account.retention["kind"], hours=account.retention.get("hours"))
    return capabilities_of(account).retention
