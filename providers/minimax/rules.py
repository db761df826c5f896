"""Pronunciation rules as MiniMax writes them: "source/replacement" in ``pronunciation_dict.tone`` (T2A HTTP reference).

Readings stand in parentheses, one pair per syllable: ``处理/(chu3)(li3)``. How a slash would be escaped is documented
nowhere, so none is allowed; how overlapping rules are ordered neither, so a source may occur once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

from providers.characters import is_han
from providers.errors import InvalidInputError, UnsupportedError
from providers.types import PronunciationRule

_TOKENS = re.compile(r"[^\s()]+")
_PINYIN = re.compile(r"(?:[a-zü]{1,6}[1-5])+")
_PINYIN_SYLLABLE = re.compile(r"[a-zü]{1,6}[1-5]")
_JYUTPING = re.compile(r"(?:[a-z]{1,6}[1-6])+")
_JYUTPING_SYLLABLE = re.compile(r"[a-z]{1,6}[1-6]")
_KANA = re.compile(r"[\u3041-\u309f\u30a0-\u30ffー・ 　]+|[A-Za-z' -]+")
_FORBIDDEN = re.compile(r"[/\x00-\x1f\x7f]")


def compiled(rule: PronunciationRule) -> str:
    """The rule in MiniMax's notation. Raises ``RefusedError`` with field "source", "replacement" or "kind"."""
    source, replacement = rule.source, rule.replacement.strip()
    for field, value in (("source", source), ("replacement", replacement)):
        if not value.strip():
            raise InvalidInputError(field, "It is empty")
        if rule.kind != "ipa" or field == "source":
            _refuse_forbidden(field, value)
    write = _WRITERS.get(rule.kind)
    if write is None:
        raise UnsupportedError("kind", f"MiniMax knows no rules of the kind {rule.kind!r}")
    return f"{source}/{write(replacement)}"


def compiled_all(rules: tuple[PronunciationRule, ...]) -> list[str]:
    """All rules of one request; fields of refusals are "rules[n].source" and so on."""
    seen: set[str] = set()
    lines = []
    for position, rule in enumerate(rules):
        try:
            lines.append(compiled(rule))
        except (InvalidInputError, UnsupportedError) as refusal:
            raise type(refusal)(f"rules[{position}].{refusal.field}", refusal.message) from None
        if rule.source in seen:
            raise InvalidInputError(f"rules[{position}].source", f"A second rule for {rule.source!r}")
        seen.add(rule.source)
    return lines


def _refuse_forbidden(field: str, value: str) -> None:
    if _FORBIDDEN.search(value):
        raise InvalidInputError(field, "A rule is one line without a slash, which separates source and replacement")


def _respelling(replacement: str) -> str:
    if "(" in replacement or ")" in replacement:
        raise InvalidInputError("replacement", "Parentheses mark a reading; choose its kind instead of a respelling")
    return replacement


def _pinyin(replacement: str) -> str:
    """ "chu3 li3", "chu3li3" or "(chu3)(li3)"; characters may stand between syllables ("zheng4 shan1 杰")."""
    lowered = replacement.lower().replace("u:", "ü").replace("v", "ü")
    return _syllables(lowered, _PINYIN, _PINYIN_SYLLABLE, "pinyin with a tone 1 to 5 after every syllable", mixed=True)


def _jyutping(replacement: str) -> str:
    return _syllables(
        replacement.lower(), _JYUTPING, _JYUTPING_SYLLABLE, "jyutping with a tone 1 to 6 after every syllable"
    )


def _syllables(
    text: str, token: re.Pattern[str], syllable: re.Pattern[str], expected: str, *, mixed: bool = False
) -> str:
    written = ""
    for part in _TOKENS.findall(text):
        if token.fullmatch(part):
            written += "".join(f"({found})" for found in syllable.findall(part))
        elif mixed and all(map(is_han, part)):
            written += part
        else:
            raise InvalidInputError("replacement", f"{part!r} is not {expected}")
    if "(" not in written:
        raise InvalidInputError("replacement", f"There is no {expected} in it")
    return written


def _ipa(replacement: str) -> str:
    bare = replacement
    if len(bare) > 2 and bare[0] + bare[-1] in ("()", "//", "[]"):
        bare = bare[1:-1].strip()
    if not bare or _FORBIDDEN.search(bare) or any(character in "()[]" for character in bare) or bare.isdigit():
        raise InvalidInputError("replacement", "IPA is written like rɪˈzjuːm, in nothing but its own brackets")
    return f"({bare})"


def _kana(replacement: str) -> str:
    if not _KANA.fullmatch(replacement):
        raise InvalidInputError("replacement", "It is written in hiragana, katakana or romaji")
    return replacement


_WRITERS: MappingProxyType[str, Callable[[str], str]] = MappingProxyType(
    {"respelling": _respelling, "pinyin": _pinyin, "jyutping": _jyutping, "ipa": _ipa, "kana": _kana}
)
