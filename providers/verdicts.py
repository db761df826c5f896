"""What a failed check of an account comes to, in one word: the same for every provider."""

from __future__ import annotations

from types import MappingProxyType

from providers.errors import Category, ProviderError
from providers.types import CheckVerdict

_VERDICTS: MappingProxyType[Category, CheckVerdict] = MappingProxyType(
    {
        Category.AUTH: "key_refused",
        Category.PERMISSION: "not_permitted",
        Category.BALANCE: "balance_empty",
        Category.QUOTA_WINDOW: "quota_used_up",
        Category.RATE_LIMITED: "rate_limited",
        Category.PROVIDER_DOWN: "provider_down",
        Category.MALFORMED_RESPONSE: "not_the_provider",
        Category.UNSUPPORTED: "not_the_provider",
    }
)


def verdict_of(error: ProviderError) -> CheckVerdict:
    """The word for an error of the free call that checked an account."""
    if error.field == "key":
        return "key_malformed"
    if error.http_status is None:
        # Nothing of the other side was read: it was never reached, or our own rules refused to go there.
        if error.category is Category.PROVIDER_DOWN:
            return "no_connection"
        if error.category is Category.UNSUPPORTED:
            return "address_refused"
    if error.category is Category.MALFORMED_RESPONSE and error.code is not None:
        return "refused"
    return _VERDICTS.get(error.category, "refused")
