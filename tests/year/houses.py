"""The providers of the year: five accounts at one vendor, four rules by which voices die there, and what goes wrong."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from accounts.models import ProviderAccount
from tests.cast import make_account

DAY_HOURS = 24.0
# How a fault is ordered: the longest it may hold a call up is nothing beside the calls themselves.
_SOON = {"seconds": 0.01}


@dataclass(frozen=True)
class Rule:
    """A house: its rule, how long voices live there, and which share of all voices is made there."""

    name: str
    kind: str
    hours: int | None
    share: float

    def as_json(self) -> dict:
        return {"kind": self.kind} if self.hours is None else {"kind": self.kind, "hours": self.hours}


Rules = tuple[Rule, ...]
YEAR: Rules = (
    Rule("seven-days", "activation", 168, 0.35),
    Rule("swapped", "activation", 168, 0.15),
    Rule("when-idle", "rolling", 720, 0.20),
    Rule("limited", "fixed", 1440, 0.15),
    Rule("for-ever", "none", None, 0.15),
)
# Shorter lives, so that a season sees what a year sees.
SEASON: Rules = (
    Rule("seven-days", "activation", 168, 0.35),
    Rule("swapped", "activation", 168, 0.30),
    Rule("when-idle", "rolling", 240, 0.15),
    Rule("limited", "fixed", 360, 0.15),
    Rule("for-ever", "none", None, 0.05),
)
WRONG_KEY = "the-key-of-another-customer"


@dataclass
class House:
    """One account, its true key, and the faults that are in force there."""

    rule: Rule
    account: ProviderAccount
    key: str
    faults: dict[str, list[dict]] = field(default_factory=dict)


class Houses:
    """All of them, with the vendor's controls."""

    def __init__(self, team, sandbox_url: str, rules: Rules) -> None:
        self._controls = httpx.Client(base_url=f"{sandbox_url}/_sandbox", timeout=60, trust_env=False)
        self.all = [self._opened(team, rule, sandbox_url) for rule in rules]
        self.by_name = {house.rule.name: house for house in self.all}

    def close(self) -> None:
        self._controls.close()

    def move_clock(self, seconds: float) -> Any:
        """Advance the vendor's clock; how far it is ahead of real time then."""
        return self._post("/clock", {"advance_seconds": seconds})["offset_seconds"]

    def bill(self, key: str) -> Any:
        """What the vendor charged to a key, oldest first."""
        return self._controls.get("/bill", params={"key": key}).raise_for_status().json()["lines"]

    def voices(self, key: str) -> dict[str, dict]:
        """The vendor's truth about the clones of a key."""
        rows = self._controls.get("/voices", params={"key": key}).raise_for_status().json()["voices"]
        return {row["voice_id"]: row for row in rows}

    def break_down(self, house: str, trouble: str, *faults: dict) -> None:
        """Let calls at a house fail until `mend`."""
        found = self.by_name[house]
        found.faults[trouble] = [{"key": found.key, "provider": "minimax", **_SOON, **fault} for fault in faults]
        self._order_faults()

    def mend(self, house: str, trouble: str) -> None:
        """End one trouble of a house."""
        if self.by_name[house].faults.pop(trouble, None) is not None:
            self._order_faults()

    def mend_all(self) -> None:
        """End every trouble everywhere."""
        for house in self.all:
            house.faults.clear()
        self._order_faults()

    def _opened(self, team, rule: Rule, sandbox_url: str) -> House:
        key = f"true-key-of-{rule.name}"
        account = make_account(
            team,
            slug=rule.name,
            key=key,
            is_default=False,
            base_url=f"{sandbox_url}/minimax",
            retention=rule.as_json(),
        )
        if rule.hours is None:
            self._post("/retention", {"key": key, "rule": rule.kind})
        else:
            self._post("/retention", {"key": key, "rule": rule.kind, "hours": rule.hours})
        return House(rule, account, key)

    def _order_faults(self) -> None:
        self._controls.delete("/faults").raise_for_status()
        for house in self.all:
            for faults in house.faults.values():
                for fault in faults:
                    self._post("/faults", fault)

    def _post(self, path: str, body: dict) -> Any:
        return self._controls.post(path, json=body).raise_for_status().json()
