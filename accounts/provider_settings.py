"""What a provider account may be set to: its address, its options, its retention rule. Checked when it is entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.errors import InvalidInputError
from providers.errors import FetchError
from providers.fetch import FetchPolicy, check_url
from providers.registry import adapter_for, provider_names

RETENTION_KINDS = ("activation", "rolling", "fixed", "none")
_MOST_HOURS = 24 * 366


def checked_provider(provider: str) -> str:
    """The provider, if an adapter speaks it. Raises InvalidInputError."""
    if provider not in provider_names():
        raise InvalidInputError(f"Known providers: {', '.join(provider_names())}.", field="provider")
    return provider


def checked_base_url(base_url: str) -> str:
    """The address as it is stored: without a trailing slash, query or fragment.

    Raises InvalidInputError `base_url_refused`: not http(s), credentials inside, an address that is not public and not
    listed in FETCH_ALLOWED_HOSTS (so production refuses a sandbox), no such name; in production also plain http.
    """
    policy = FetchPolicy(allowed=settings.FETCH_ALLOWED_HOSTS, https_only=not settings.EMBEDDED)
    try:
        check_url(base_url, policy)
    except FetchError as error:
        raise InvalidInputError(f"{error.message}.", code="base_url_refused", field="base_url") from None
    url = urlsplit(base_url)
    if url.query or url.fragment or base_url.endswith(("?", "#")):
        raise InvalidInputError("Leave out the query and the fragment.", code="base_url_refused", field="base_url")
    return base_url.rstrip("/")


def checked_options(provider: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, if the provider has all of them and each fits. Raises InvalidInputError that names one."""
    known = {option.name: option for option in adapter_for(provider).options}
    for name, value in options.items():
        if name not in known:
            told = f"Options of {provider}: {', '.join(known)}." if known else f"{provider} has no options."
            raise InvalidInputError(told, field=f"options.{name}")
        if not known[name].fits(value):
            raise InvalidInputError(f"It must be {known[name].expected}.", field=f"options.{name}")
    return dict(options)


def checked_retention(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A retention rule {"kind", "hours"}, or empty for the adapter's own. Raises InvalidInputError."""
    if not rule:
        return {}
    kind, hours = rule.get("kind"), rule.get("hours")
    if kind not in RETENTION_KINDS or set(rule) - {"kind", "hours"}:
        raise InvalidInputError(
            f"It is {{kind, hours}} with a kind of {', '.join(RETENTION_KINDS)}.", field="retention"
        )
    if kind == "none":
        return {"kind": kind, "hours": None}
    if not isinstance(hours, int) or isinstance(hours, bool) or not 0 < hours <= _MOST_HOURS:
        raise InvalidInputError(f"Give whole hours from 1 to {_MOST_HOURS}.", field="retention.hours")
    return {"kind": kind, "hours": hours}
