"""Which adapter speaks for which provider. The sandbox is no provider: it is a MiniMax account with another address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType

from providers.adapter import Adapter
from providers.clore.adapter import CloreProxy
from providers.minimax.adapter import MiniMax
from providers.openai.adapter import OpenAISpeech
from providers.openai.profiles import PROFILES
from providers.ppio.adapter import Ppio
from providers.umodelverse.adapter import UModelverse
from providers.wavespeed.adapter import WaveSpeed

_adapters: dict[str, Adapter] = {
    adapter.name: adapter
    for adapter in (MiniMax(), Ppio(), UModelverse(), WaveSpeed(), CloreProxy(), *map(OpenAISpeech, PROFILES))
}
ADAPTERS = MappingProxyType(_adapters)


class UnknownProviderError(LookupError):
    """No adapter bears this name."""


def adapter_for(provider: str) -> Adapter:
    """The adapter of ``provider`` ("minimax", "ppio", "wavespeed", …). Raises ``UnknownProviderError``."""
    try:
        return ADAPTERS[provider]
    except KeyError:
        raise UnknownProviderError(provider) from None


def provider_names() -> tuple[str, ...]:
    """Names of all providers, for choices."""
    return tuple(sorted(ADAPTERS))


@contextmanager
def also_speaking(adapter: Adapter) -> Iterator[None]:
    """Know one more provider while the context lasts: for programs that bring an adapter of their own. A name that is
    taken is refused (``ValueError``)."""
    if adapter.name in _adapters:
        raise ValueError(f"{adapter.name} is known already")
    _adapters[adapter.name] = adapter
    try:
        yield
    finally:
        del _adapters[adapter.name]
