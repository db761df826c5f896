"""Pronunciation rules: what may be written in which notation, and which rules a text needs. Pure.

Pinyin carries a tone 1 to 5 after every syllable (5 = neutral), jyutping 1 to 6; syllables may be parted by spaces or
stand in parentheses. Rules match exactly as written: upper and lower case differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, cast

from providers.characters import is_han
from providers.types import PronunciationRule, RuleKind
from voicelib.errors import RuleRefusedError

LONGEST_SOURCE = 200
LONGEST_REPLACEMENT = 400
_PIECES = re.compile(r"[^\s()]+")
_PINYIN = re.compile(r"(?:[a-zü]{1,6}[1-5])+")
_JYUTPING = re.compile(r"(?:[a-z]{1,6}[1-6])+")
_KANA = re.compile(r"[\u3041-\u309f\u30a0-\u30ff・ 　]+|[A-Za-z' -]+")


class Published(Protocol):
    """A published version of a dictionary: `rules` is [{"source", "replacement", "kind"}]."""

    rules: Any


def checked_rule(source: str, replacement: str, kind: str) -> PronunciationRule:
    """The rule in normal form (NFC, no outer spaces). Raises RuleRefusedError naming the field."""
    source, replacement = (unicodedata.normalize("NFC", part).strip() for part in (source, replacement))
    check = _CHECKS.get(kind)
    if check is None:
        raise RuleRefusedError(f"A rule's kind is one of {', '.join(_CHECKS)}.", field="kind")
    _check_line("source", source, LONGEST_SOURCE)
    _check_line("replacement", replacement, LONGEST_REPLACEMENT)
    problem = check(replacement)
    if problem:
        raise RuleRefusedError(problem, field="replacement")
    return PronunciationRule(source, replacement, cast(RuleKind, kind))


def rules_for(text: str, versions: Sequence[Published]) -> tuple[PronunciationRule, ...]:
    """The rules `text` needs: those whose source occurs in it, the longest source first.

    Where two dictionaries have a rule for the same source, the earlier one wins. The order depends on nothing but the
    rules themselves, so that the same text and versions always make the same request.
    """
    chosen: dict[str, PronunciationRule] = {}
    for version in versions:
        for rule in rules_of(version.rules):
            if rule.source in text:
                chosen.setdefault(rule.source, rule)
    return in_order(chosen.values())


def rules_of(stored: Iterable[Mapping[str, str]]) -> tuple[PronunciationRule, ...]:
    """Stored rules as values."""
    return tuple(
        PronunciationRule(rule["source"], rule["replacement"], cast(RuleKind, rule["kind"])) for rule in stored
    )


def in_order(rules: Iterable[PronunciationRule]) -> tuple[PronunciationRule, ...]:
    """The longest source first, then by source: a longer word is named before a part of it."""
    return tuple(sorted(rules, key=lambda rule: (-len(rule.source), rule.source)))


def _check_line(field: str, value: str, longest: int) -> None:
    if not value:
        raise RuleRefusedError(f"The {field} is empty.", field=field)
    if len(value) > longest:
        raise RuleRefusedError(f"The {field} is longer than {longest} characters.", field=field)
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise RuleRefusedError(f"The {field} is one line of visible characters.", field=field)


def _respelling(replacement: str) -> str | None:
    return None


def _pinyin(replacement: str) -> str | None:
    lowered = replacement.lower().replace("u:", "ü").replace("v", "ü")
    pieces = _PIECES.findall(lowered)
    wrong = [piece for piece in pieces if not _PINYIN.fullmatch(piece) and not all(map(is_han, piece))]
    if wrong or not any(_PINYIN.fullmatch(piece) for piece in pieces):
        return f"{wrong[0] if wrong else replacement!r} is not pinyin with a tone 1 to 5 after every syllable."
    return None


def _jyutping(replacement: str) -> str | None:
    pieces = _PIECES.findall(replacement.lower())
    wrong = [piece for piece in pieces if not _JYUTPING.fullmatch(piece)]
    if wrong or not pieces:
        return f"{wrong[0] if wrong else replacement!r} is not jyutping with a tone 1 to 6 after every syllable."
    return None


def _ipa(replacement: str) -> str | None:
    bare = replacement.strip("/[]() ")
    if not any(character.isalpha() for character in bare) or any(map(is_han, bare)):
        return "IPA is written like rɪˈzjuːm."
    return None


def _kana(replacement: str) -> str | None:
    if not _KANA.fullmatch(replacement):
        return "It is written in hiragana, katakana or romaji."
    return None


_CHECKS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {"respelling": _respelling, "pinyin": _pinyin, "ipa": _ipa, "kana": _kana, "jyutping": _jyutping}
)
