"""The official addresses of providers as this installation knows them: the adapters' table, unless a setting says
otherwise."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from accounts.errors import InvalidInputError
from providers.regions import Region, region_of
from providers.registry import ADAPTERS, adapter_for


def regions_of(provider: str) -> tuple[Region, ...]:
    """The provider's regions. Where a setting names addresses, only the regions it names, at those addresses."""
    official = adapter_for(provider).regions
    addresses = settings.PROVIDER_REGIONS.get(provider)
    if not addresses:
        return official
    return tuple(replace(row, base_url=addresses[row.name]) for row in official if row.name in addresses)


def all_regions() -> list[tuple[str, Region]]:
    """Every provider's regions, with the provider's name."""
    return [(provider, region) for provider in sorted(ADAPTERS) for region in regions_of(provider)]


def region_named(provider: str, name: str) -> Region:
    """The region a person chose. Raises InvalidInputError `region_unknown`."""
    for region in regions_of(provider):
        if region.name == name:
            return region
    known = ", ".join(region.name for region in regions_of(provider)) or "none"
    raise InvalidInputError(f"Known regions of {provider}: {known}.", code="region_unknown", field="region")


def region_at(provider: str, base_url: str) -> Region | None:
    """The region of an address; None for an address of one's own."""
    return region_of(base_url, regions_of(provider))


def price_list_of(provider: str, base_url: str) -> str:
    """The published price list that fits an address: its region's; for an address of one's own the provider's usual
    one."""
    region = region_at(provider, base_url)
    return region.price_list if region is not None else adapter_for(provider).price_list


def other_regions(provider: str, base_url: str) -> tuple[Region, ...]:
    """Where the same key might belong if the address refuses it: the official hosts that are not this one."""
    return tuple(region for region in regions_of(provider) if region_of(base_url, (region,)) is None)
