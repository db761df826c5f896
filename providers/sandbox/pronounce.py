"""Pronunciation rules (`pronunciation_dict.tone`) and inline readings: from the vendor's syntax to spans to speak.

MiniMax T2A reference: `source/replacement`, where the replacement is pinyin with tone digits in parentheses
`(chu3)(li3)`, pinyin mixed with characters `(zheng4)(shan1)杰`, IPA in parentheses `(rɪˈzjuːm)`, kana, or plain text.
All rules apply together; here they apply to the original text, longest source first, exact case, whole words where
the source begins or ends with a Latin letter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from providers.sandbox.languages import HAN

SpanKind = Literal["plain", "pinyin", "jyutping", "ipa"]


class MalformedRuleError(ValueError):
    """A rule the vendor refuses with "glyph definition format error"."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text to read in one manner, and where it stands in the text that was sent."""

    kind: SpanKind
    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A source text and what to say instead."""

    source: str
    spans: tuple[Span, ...]


_GROUP = re.compile(r"\(([^()]*)\)|([^()]+)")
_SYLLABLE = re.compile(r"[a-zA-ZüÜêÊ:]+[1-6]")
_PHONETIC = re.compile(r"[^\W\d_]+(?:[ .ˈˌːˑ‿'|^\u0300-\u036f\u02b0-\u02ff\u1d00-\u1dbf]|[^\W\d_])*|[ˈˌ'].+")
_INLINE = re.compile(f"([{HAN}])\\(([a-zü:]+[1-6])\\)")
_HAN = re.compile(f"[{HAN}]")


def read_rule(raw: str, *, cantonese: bool = False) -> Rule:
    """One `source/replacement`. Raises `MalformedRuleError`."""
    source, slash, replacement = raw.partition("/")
    if not slash or not source.strip() or not replacement.strip():
        raise MalformedRuleError(raw)
    spans, end = [], 0
    for match in _GROUP.finditer(replacement):
        if match.start() != end:
            raise MalformedRuleError(raw)
        end = match.end()
        group, plain = match.groups()
        spans.append(Span("plain", plain) if group is None else _reading(group, source, cantonese))
    if end != len(replacement):
        raise MalformedRuleError(raw)
    return Rule(source, tuple(spans))


def _reading(group: str, source: str, cantonese: bool) -> Span:
    if _SYLLABLE.fullmatch(group):
        if group[-1] == "6" and not cantonese:
            raise MalformedRuleError(group)
        return Span("jyutping" if cantonese else "pinyin", group.lower())
    # A toneless syllable for a Chinese source is a forgotten tone, not IPA.
    if (group.isascii() and _HAN.search(source)) or not _PHONETIC.fullmatch(group):
        raise MalformedRuleError(group)
    return Span("ipa", group)


def spans_of(text: str, rules: Sequence[Rule], *, cantonese: bool = False, at: int = 0) -> list[Span]:
    """The text cut into spans, rules and inline readings applied. `at` is where it stands in the text sent."""
    if not rules:
        return _inline(text, cantonese, at)
    by_source = {rule.source: rule for rule in reversed(rules)}
    pattern = re.compile("|".join(_whole(source) for source in sorted(by_source, key=len, reverse=True)))
    spans, end = [], 0
    for match in pattern.finditer(text):
        spans += _inline(text[end : match.start()], cantonese, at + end)
        spans += _spread(by_source[match.group()].spans, at + match.start(), at + match.end())
        end = match.end()
    return spans + _inline(text[end:], cantonese, at + end)


def _spread(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The spans of one replacement share the place of its source evenly."""
    share = (end - start) / len(spans)
    places = [start + round(number * share) for number in range(len(spans))] + [end]
    return [Span(span.kind, span.text, *place) for span, place in zip(spans, pairwise(places), strict=True)]


def _whole(source: str) -> str:
    before = r"(?<![A-Za-z])" if source[0].isascii() and source[0].isalpha() else ""
    after = r"(?![A-Za-z])" if source[-1].isascii() and source[-1].isalpha() else ""
    return before + re.escape(source) + after


def _inline(text: str, cantonese: bool, at: int) -> list[Span]:
    spans, end = [], 0
    for match in _INLINE.finditer(text):
        spans += [
            Span("plain", text[end : match.start()], at + end, at + match.start()),
            Span("jyutping" if cantonese else "pinyin", match.group(2), at + match.start(), at + match.end()),
        ]
        end = match.end()
    spans.append(Span("plain", text[end:], at + end, at + len(text)))
    return [span for span in spans if span.text]


_IPA = (
    ("tʃ", "tS"), ("dʒ", "dZ"), ("eɪ", "eI"), ("aɪ", "aI"), ("ɔɪ", "OI"), ("aʊ", "aU"), ("oʊ", "oU"), ("əʊ", "oU"),
    ("ɪə", "i@"), ("eə", "e@"), ("ʊə", "U@"), ("iː", "i:"), ("uː", "u:"), ("ɔː", "O:"), ("ɑː", "A:"), ("ɜː", "3:"),
    ("ɝ", "3:"), ("ɚ", "3"), ("ɪ", "I"), ("i", "i:"), ("ʊ", "U"), ("u", "u:"), ("ɛ", "E"), ("æ", "a"), ("ʌ", "V"),
    ("ə", "@"), ("ɒ", "0"), ("ɔ", "O"), ("ɑ", "A:"), ("ɐ", "a#"), ("e", "E"), ("o", "O:"), ("θ", "T"), ("ð", "D"),
    ("ʃ", "S"), ("ʒ", "Z"), ("ŋ", "N"), ("ɹ", "r"), ("ɾ", "*"), ("ɡ", "g"), ("ɫ", "l"), ("ʔ", "?"), ("ˈ", "'"),
    ("ˌ", ","), ("ː", ":"), ("‿", ""), (".", ""), (" ", " "),
)  # fmt: skip


def espeak_phonemes(ipa: str) -> str:
    """IPA in eSpeak's English phoneme mnemonics, best effort; letters it shares with IPA stay as they are."""
    mnemonics, position = [], 0
    while position < len(ipa):
        for sign, mnemonic in _IPA:
            if ipa.startswith(sign, position):
                mnemonics.append(mnemonic)
                position += len(sign)
                break
        else:
            character = ipa[position]
            mnemonics.append(character if character.isascii() and (character.isalpha() or character in "',") else "")
            position += 1
    return "".join(mnemonics)
