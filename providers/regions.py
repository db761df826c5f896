"""Where a provider answers: its official hosts by region, each with the price list that stands there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One official address. Keys belong to a ``market`` ("global", "mainland"), not to one host of it; ``currency`` is
    an ISO 4217 code, ``price_list`` the name of the list prices, ``source`` where the address was read."""

    name: str
    label: str
    base_url: str
    market: str
    currency: str
    price_list: str
    source: str


def region_of(base_url: str, regions: tuple[Region, ...]) -> Region | None:
    """The region whose host ``base_url`` names, None for an address of one's own."""
    wanted = _host(base_url)
    return next((region for region in regions if _host(region.base_url) == wanted), None)


def _host(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
