"""MiniMax's official hosts (T2A HTTP reference, global and mainland), and old ones that some clients still name."""

from __future__ import annotations

from urllib.parse import urlsplit

from providers.regions import Region


def _global(name: str, label: str, host: str, source: str) -> Region:
    return Region(
        name=name,
        label=label,
        base_url=f"https://{host}",
        market="global",
        currency="USD",
        price_list="minimax-global",
        source=source,
    )


def _mainland(name: str, label: str, host: str, source: str) -> Region:
    return Region(
        name=name,
        label=label,
        base_url=f"https://{host}",
        market="mainland",
        currency="CNY",
        price_list="minimax-mainland",
        source=source,
    )


REGIONS = (
    _global("global", "Global", "api.minimax.io", "T2A HTTP reference"),
    _global("global_uw", "Global, faster first byte", "api-uw.minimax.io", "T2A HTTP reference; livekit's default"),
    _mainland("mainland", "Mainland China", "api.minimaxi.com", "T2A HTTP reference, mainland"),
    _mainland("mainland_cn", "Mainland China, newer name", "api.minimax.cn", "clone and file references, mainland"),
    _mainland("mainland_bj", "Mainland China, backup", "api-bj.minimaxi.com", "T2A HTTP reference, mainland"),
)
# Defaults of older clients. They answer for some keys; nothing in today's documentation names them.
LEGACY_HOSTS = frozenset({"api.minimax.chat", "api.minimaxi.chat"})


def is_legacy(base_url: str) -> bool:
    """Whether the address is one of the old hosts."""
    return urlsplit(base_url).hostname in LEGACY_HOSTS
