"""The hosts of UModelverse (its speech page). Its prices are told in yuan at each of them."""

from __future__ import annotations

from providers.regions import Region


def _region(name: str, label: str, host: str, market: str, source: str) -> Region:
    return Region(
        name=name,
        label=label,
        base_url=f"https://{host}",
        market=market,
        currency="CNY",
        price_list="umodelverse",
        source=source,
    )


REGIONS = (
    _region("overseas", "Overseas", "api.umodelverse.ai", "global", "speech page"),
    _region("overseas_us", "Overseas, United States", "api-us-ca.umodelverse.ai", "global", "speech page"),
    _region("mainland", "Mainland China", "api.modelverse.cn", "mainland", "UCloud's documentation"),
)
