"""Subtitles of a spoken text: sentences of at most 50 characters, with words when asked (MiniMax T2A reference).

A flat list; times are floats in milliseconds, offsets count code points. `pronounce_text` is the text after the
pronunciation rules, as far as it can be written: readings in pinyin or IPA keep the source.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from providers.sandbox.languages import HAN
from providers.sandbox.pronounce import Span
from providers.sandbox.speak import PAUSE, Timeline

LONGEST_SENTENCE = 50
_SENTENCE = re.compile(r".+?(?:[。！？!?；;\n]+|\.+(?=\s|$)|$)", re.DOTALL)
_BREAK = re.compile(r"[，,、：:\s]")
_WORD = re.compile(f"[{HAN}]|[^\\W_{HAN}]+(?:['’-][^\\W_{HAN}]+)*")


class Subtitles:
    """The subtitles of one text."""

    def __init__(self, text: str, spans: Sequence[Span], timeline: Timeline, *, longest_ms: float) -> None:
        """`longest_ms` is the length of the audio; no time lies beyond it."""
        self._text = text
        self._timeline = timeline
        self._longest_ms = longest_ms
        self._pronounced, places, pronounced_places = _pronounced(text, spans)
        self._places, self._pronounced_places = np.array(places), np.array(pronounced_places)

    @property
    def length(self) -> int:
        """Characters of the text."""
        return len(self._text)

    @property
    def pronounced_length(self) -> int:
        """Characters of the text after the rules."""
        return len(self._pronounced)

    def entries(self, *, words: bool) -> list[dict[str, Any]]:
        """One row per sentence, with `timestamped_words` when asked."""
        return [self._entry(start, end, words) for start, end in _sentences(self._text)]

    def _entry(self, start: int, end: int, words: bool) -> dict[str, Any]:
        spoken_start, spoken_end = self._in_pronounced(start), self._in_pronounced(end)
        return {
            "text": self._text[start:end],
            "pronounce_text": self._pronounced[spoken_start:spoken_end],
            "time_begin": self._ms(start),
            "time_end": self._ms(end),
            "text_begin": start,
            "text_end": end,
            "pronounce_text_begin": spoken_start,
            "pronounce_text_end": spoken_end,
            "is_final_segment": True,
            "timestamped_words": self._words(start, end) if words else None,
        }

    def _words(self, start: int, end: int) -> list[dict[str, Any]]:
        return [self._word(*match.span()) for match in _WORD.finditer(self._text, start, end)]

    def _word(self, start: int, end: int) -> dict[str, Any]:
        spoken_start, spoken_end = self._in_pronounced(start), self._in_pronounced(end)
        return {
            "word": self._text[start:end],
            "word_begin": start,
            "word_end": end,
            "pronounce_word": self._pronounced[spoken_start:spoken_end],
            "pronounce_word_begin": spoken_start,
            "pronounce_word_end": spoken_end,
            "time_begin": self._ms(start),
            "time_end": self._ms(end),
        }

    def _ms(self, place: int) -> float:
        return min(round(self._timeline.at(place) * 1000, 2), self._longest_ms)

    def _in_pronounced(self, place: int) -> int:
        return round(float(np.interp(place, self._places, self._pronounced_places)))


def shifted(
    entries: list[dict[str, Any]], *, characters: int, pronounced: int, milliseconds: float
) -> list[dict[str, Any]]:
    """Sentences without words, as they stand later in a longer text."""
    steps = {"text_begin": characters, "text_end": characters, "pronounce_text_begin": pronounced,
             "pronounce_text_end": pronounced}  # fmt: skip
    return [
        {
            **entry,
            **{name: entry[name] + step for name, step in steps.items()},
            **{name: round(entry[name] + milliseconds, 2) for name in ("time_begin", "time_end")},
        }
        for entry in entries
    ]


def _pronounced(text: str, spans: Sequence[Span]) -> tuple[str, list[int], list[int]]:
    """The text after the rules, and matching places in the text sent and in it."""
    pronounced, places, pronounced_places, end = "", [0], [0], 0
    for span in [*spans, Span("plain", "", len(text), len(text))]:
        pronounced += text[end : span.start]
        places.append(span.start)
        pronounced_places.append(len(pronounced))
        pronounced += span.text if span.kind == "plain" else text[span.start : span.end]
        places.append(span.end)
        pronounced_places.append(len(pronounced))
        end = span.end
    return pronounced, places, pronounced_places


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where sentences stand. Pause marks end a sentence and belong to none."""
    begun = 0
    for start, end in [*(mark.span() for mark in PAUSE.finditer(text)), (len(text), len(text))]:
        for match in _SENTENCE.finditer(text, begun, start):
            yield from _short(text, *match.span())
        begun = end


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        cut = end
        if end - start > LONGEST_SENTENCE:
            breaks = [match.end() for match in _BREAK.finditer(text, start + 1, start + LONGEST_SENTENCE)]
            cut = breaks[-1] if breaks else start + LONGEST_SENTENCE
        part = text[start:cut]
        if _WORD.search(part):
            yield start + len(part) - len(part.lstrip()), cut - len(part) + len(part.rstrip())
        start = cut
