"""The text as it goes on the wire, and what MiniMax refuses in it."""

from __future__ import annotations

import re

from providers.errors import InvalidInputError
from providers.minimax.limits import CONTROL_RATIO, TEXT_LIMIT

# ASCII control characters other than tab and newline: more than a tenth of them answers 1042.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalized(text: str) -> str:
    """``text`` with every line end a newline: the carriage return counts as an illegal character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_text(text: str, *, field: str = "text", limit: int = TEXT_LIMIT) -> None:
    """Refuse a text that is blank, too long in code points, or more than 10 % control characters."""
    sent = normalized(text)
    if not sent.strip():
        raise InvalidInputError(field, "There is nothing to speak in it")
    if len(sent) > limit:
        raise InvalidInputError(field, f"{len(sent)} characters; at most {limit} fit into one call")
    if _SURROGATE.search(sent):
        raise InvalidInputError(field, "It holds half of a surrogate pair, which is no character")
    illegal = len(_CONTROL.findall(sent))
    if illegal > len(sent) * CONTROL_RATIO:
        raise InvalidInputError(field, f"{illegal} of {len(sent)} characters are control characters; a tenth may be")
