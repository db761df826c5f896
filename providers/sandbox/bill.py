"""What the sandbox charged: counting rules, prices and the lines of the bill."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.sandbox.clock import SandboxClock, iso
from providers.sandbox.store import Store

CURRENCY = "USD"
FEE_OPERATIONS = {"cloning": "clone_fee", "generation": "design_fee"}
DESIGN_PREVIEW_MICROS_PER_CHARACTER = 60


@dataclass(frozen=True, slots=True)
class Prices:
    """One provider's prices in micros: per character by kind of model, and what keeping a voice costs, once, by how it
    was made."""

    currency: str
    hd: int
    turbo: int
    fees: Mapping[str, int]


# MiniMax price lists, international and mainland. PPIO tells 60 USD per million for 2.8-turbo (Novita's page); that its
# hd models and its fee for a voice cost what they cost at MiniMax is assumed. UModelverse tells 3.5 and 2 CNY per
# 10,000 characters; that keeping a voice costs there what MiniMax asks on the mainland is assumed. The proxy of the
# published guide spends its owner's MiniMax balance. OpenAI's price list, with tts-1's price for its newest model, that
# is really paid by tokens; servers of one's own cost nothing.
PRICES = {
    "minimax": Prices("USD", 100, 60, {"cloning": 1_500_000, "generation": 3_000_000}),
    "ppio": Prices("USD", 100, 60, {"cloning": 1_500_000}),
    "umodelverse": Prices("CNY", 350, 200, {"cloning": 9_900_000, "generation": 9_900_000}),
    "clore": Prices("USD", 100, 60, {"cloning": 1_500_000, "generation": 3_000_000}),
    "openai": Prices("USD", 30, 15, {}),
    **dict.fromkeys(
        ("kokoro", "f5", "chatterbox", "chatterbox_api", "qwen3", "kani", "speaches"), Prices("USD", 0, 0, {})
    ),
}

_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

COUNTING_RULES: dict[str, Callable[[str], int]] = {
    # MiniMax pay-as-you-go page: an ideograph counts two; letters, punctuation, spaces, marks and tags count one.
    "minimax": lambda text: len(text) + len(_IDEOGRAPH.findall(text)),
    "code_points": len,
    "double": lambda text: 2 * (len(text) + len(_IDEOGRAPH.findall(text))),
}


def price_micros(model: str, characters: int, provider: str = "minimax") -> int:
    """What characters cost on a model, in micros of the provider's currency."""
    prices = PRICES[provider]
    return characters * (prices.hd if "hd" in model.split("-") else prices.turbo)


class Bill:
    """Append-only lines per account."""

    def __init__(self, store: Store, clock: SandboxClock) -> None:
        """Resume the stored bill and counting rule."""
        self._store = store
        self._clock = clock

    @property
    def rule(self) -> str:
        """The name of the counting rule that was ordered for every provider, empty when each counts by its own."""
        return str(self._store.setting("counting_rule", ""))

    def count_by(self, rule: str) -> None:
        """Bill by another counting rule from now on, at every provider; an empty one gives each its own back."""
        self._store.keep_setting("counting_rule", rule)

    def count(self, text: str, *, rule: str = "minimax") -> int:
        """Billed characters of a text under the rule that was ordered, else under the provider's own `rule`."""
        return COUNTING_RULES[self.rule or rule](text)

    def charge_characters(
        self,
        account: str,
        *,
        operation: str,
        model: str,
        voice_id: str,
        characters: int,
        trace_id: str,
        provider: str = "minimax",
    ) -> None:
        """Book spoken characters at the model's price."""
        amount = price_micros(model, characters, provider)
        self.add(
            account,
            operation=operation,
            model=model,
            voice_id=voice_id,
            characters=characters,
            amount_micros=amount,
            trace_id=trace_id,
            provider=provider,
            currency=PRICES[provider].currency,
        )

    def charge_design_preview(self, account: str, *, voice_id: str, characters: int, trace_id: str) -> None:
        """Book the preview of a designed voice, which has no model and a price of its own."""
        amount = DESIGN_PREVIEW_MICROS_PER_CHARACTER * characters
        self.add(
            account,
            operation="design_preview",
            model="",
            voice_id=voice_id,
            characters=characters,
            amount_micros=amount,
            trace_id=trace_id,
        )

    def charge_fee(
        self, account: str, *, kind: str, model: str, voice_id: str, trace_id: str, provider: str = "minimax"
    ) -> None:
        """Book the one-off fee for keeping a voice of a kind, `cloning` or `generation`."""
        self.add(
            account,
            operation=FEE_OPERATIONS[kind],
            model=model,
            voice_id=voice_id,
            characters=0,
            amount_micros=PRICES[provider].fees[kind],
            trace_id=trace_id,
            provider=provider,
            currency=PRICES[provider].currency,
        )

    def add(
        self,
        account: str,
        *,
        operation: str,
        model: str,
        voice_id: str,
        characters: int,
        amount_micros: int,
        trace_id: str,
        provider: str = "minimax",
        currency: str = CURRENCY,
    ) -> None:
        """Book one line, at a price the provider's surface knows."""
        self._store.execute(
            "INSERT INTO bill (account, at, provider, operation, model, voice_id, characters, amount_micros, currency,"
            " trace_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(account, self._clock.now(), provider, operation, model, voice_id, characters, amount_micros, currency),
            trace_id,
        )

    def statement(self, *, account: str | None, provider: str | None) -> dict[str, Any]:
        """The lines, oldest first, and their totals."""
        rows = self._store.execute(
            "SELECT at, provider, operation, model, voice_id, characters, amount_micros, currency, trace_id FROM bill"
            " WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR provider = ?2) ORDER BY line",
            account,
            provider,
        )
        lines = [{**dict(row), "at": iso(row["at"])} for row in rows]
        return {
            "lines": lines,
            "totals": {
                "characters": sum(row["characters"] for row in rows),
                "amount_micros": sum(row["amount_micros"] for row in rows),
            },
        }
