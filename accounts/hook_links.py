"""Where a provider tells the end of accepted work, for accounts that can be reached from there.

The address names the account under our signature and holds nothing of the provider's. Whoever knows it can make us ask
once per call sooner, and nothing else.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.errors import NotFoundError
from accounts.models import ProviderAccount
from providers.guard import is_listed
from providers.registry import adapter_for

_SALT = "accounts.hook"
_PORTS = {"http": 80, "https": 443}


def can_hear(account: ProviderAccount) -> bool:
    """Whether the account's provider tells the end of its work, can reach us, and nobody switched it off."""
    if adapter_for(account.provider).webhooks is None or account.options.get("webhooks") is False:
        return False
    return settings.PUBLIC_URL.startswith("https://") or _is_local(account.base_url)


def hook_url(account: ProviderAccount) -> str | None:
    """The address for the account's webhooks; None where they are not heard, or could not be verified yet."""
    if not account.hook_secret_encrypted or not can_hear(account):
        return None
    named = {"provider": account.provider, "token": _signer().sign(account.id)}
    return f"{settings.PUBLIC_URL}{reverse('hook', kwargs=named)}"


def account_of_hook(provider: str, token: str) -> ProviderAccount:
    """The account an address names. Raises NotFoundError `hook_unknown`."""
    try:
        account_id = _signer().unsign(token)
    except signing.BadSignature:
        account_id = ""
    account = ProviderAccount.objects.filter(id=account_id, provider=provider).first() if account_id else None
    if account is None:
        raise NotFoundError("Nobody listens at this address.", code="hook_unknown")
    return account


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt=_SALT)


def _is_local(base_url: str) -> bool:
    """A provider on a listed host (the sandbox) reaches what we reach."""
    parts = urlsplit(base_url)
    return is_listed(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0), settings.FETCH_ALLOWED_HOSTS)
