"""Which adapter speaks for which provider. The sandbox is no provider: it is a MiniMax account with another address."""

from __future__ import annotations

from types import MappingProxyType

from providers.adapter import Adapter
from providers.minimax.adapter import MiniMax

ADAPTERS = MappingProxyType({adapter.name: adapter for adapter in (MiniMax(),)})


class UnknownProviderError(LookupError):
    """No adapter bears this name."""


def adapter_for(provider: str) -> Adapter:
    """The adapter of ``provider`` ("minimax"). Raises ``UnknownProviderError``."""
    try:
        return ADAPTERS[provider]
    except KeyError:
        raise UnknownProviderError(provider) from None


def provider_names() -> tuple[str, ...]:
    """Names of all providers, for choices."""
    return tuple(sorted(ADAPTERS))
