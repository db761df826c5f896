"""How many characters a text is billed as, before the provider says so.

MiniMax pay-as-you-go page: one Chinese character counts 2; letters, punctuation, symbols, spaces and newlines count 1.
Measured on every published text and number pair: the bill is the number of code points plus one more for each Han
character. Full-width punctuation counts 1; pause marks and interjection tags are billed character by character; nothing
is normalised or trimmed. Kana, Hangul and joined emoji are assumed to count 1 per code point (not documented).
"""

from __future__ import annotations

import re
from typing import Literal

CountingRule = Literal["minimax", "code_points"]

# Unified ideographs with extensions A to I, and the compatibility ideographs.
_HAN = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ee5d"
    "\U0002f800-\U0002fa1f\U00030000-\U000323af]"
)


def is_han(character: str) -> bool:
    """Whether one character is a Han ideograph (kana, Hangul and full-width punctuation are not)."""
    return len(character) == 1 and _HAN.match(character) is not None


def billed_characters(text: str, rule: CountingRule = "minimax") -> int:
    """Characters the provider is expected to bill for ``text``: an estimate, its own report outranks it."""
    if rule == "code_points":
        return len(text)
    return len(text) + len(_HAN.findall(text))
