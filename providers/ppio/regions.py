"""The hosts under which the one service answers (its documentation under each brand). Whether a key of one host of PPIO
works at the other is not documented."""

from __future__ import annotations

from providers.regions import Region


def _region(name: str, label: str, host: str, *, mainland: bool, source: str) -> Region:
    return Region(
        name=name,
        label=label,
        base_url=f"https://{host}",
        market=name.partition("_")[0],
        currency="CNY" if mainland else "USD",
        price_list="ppio" if mainland else "novita",
        source=source,
    )


REGIONS = (
    _region("novita", "Novita", "api.novita.ai", mainland=False, source="Novita's speech pages"),
    _region("ppio", "PPIO", "api.ppio.com", mainland=True, source="PPIO's page of 2.8-hd"),
    _region("ppio_older", "PPIO, older host", "api.ppinfra.com", mainland=True, source="page of 02-turbo"),
    _region("jiekou", "jiekou.ai", "api.jiekou.ai", mainland=False, source="jiekou's documentation"),
)
