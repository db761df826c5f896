"""The text as it goes on the wire, and what MiniMax refuses in it."""

from __future__ import annotations

import re

from providers.errors import InvalidInputError
from providers.minimax.limits import CONTROL_RATIO, TEXT_LIMIT

# ASCII control characters other than tab and newline: more than a tenth of them answers 1042.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Anything that looks like a pause mark; a real one is <#x#>, x seconds from 0.01 to 99.99 with two decimals at most.
_MARK = re.compile(r"<#([0-9.,+-]*)#>")
_SECONDS = re.compile(r"\d{1,2}(?:\.\d{1,2})?")
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
    _check_pauses(field, sent)


def _check_pauses(field: str, sent: str) -> None:
    """T2A reference: a pause stands between two speakable stretches, never beside another one."""
    stretches = _MARK.split(sent)
    for seconds in stretches[1::2]:
        if not _SECONDS.fullmatch(seconds) or float(seconds) < 0.01:
            raise InvalidInputError(
                field, f"A pause lasts 0.01 to 99.99 seconds, two decimals at most; not {seconds!r}"
            )
    if len(stretches) > 1 and not all(any(map(str.isalnum, stretch)) for stretch in stretches[::2]):
        raise InvalidInputError(field, "A pause stands between two stretches that can be spoken, one pause at a time")
