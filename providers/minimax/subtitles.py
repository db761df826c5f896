"""The subtitle file: a flat JSON array with times in milliseconds as floats (T2A HTTP reference; details measured)."""

from __future__ import annotations

import json
from typing import Any

from providers.errors import Category, ProviderError
from providers.minimax.answers import mapping, text, whole
from providers.types import Subtitle, SubtitleWord

_BOM = "\ufeff"
# The websocket writes a space that is a word of its own this way (third-party client).
_SPACE = "[SPACE]"
_LATEST_MS = 2**53


def read_subtitles(content: bytes) -> tuple[Subtitle, ...]:
    """The entries of a subtitle file. Raises ``ProviderError`` (malformed) for anything but an array of them.

    Measured: a byte order mark may stand before the file or its first text; ``timestamped_words`` is null or absent
    without times of words; several spoken syllables can belong to one word, which is then one word here.
    """
    try:
        entries = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _malformed("no JSON") from error
    return entries_of(entries)


def entries_of(entries: object) -> tuple[Subtitle, ...]:
    """The same for what is already read as JSON."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _malformed("no array of entries")
    return tuple(map(_entry, entries))


def _entry(entry: dict[str, Any]) -> Subtitle:
    begin_ms, end_ms = _times(entry)
    return Subtitle(
        text=_written(entry.get("text")),
        begin_ms=begin_ms,
        end_ms=end_ms,
        spoken=_written(entry.get("pronounce_text")),
        begin=whole(entry.get("text_begin")),
        end=whole(entry.get("text_end")),
        words=_words(entry.get("timestamped_words")),
    )


def _words(listed: object) -> tuple[SubtitleWord, ...]:
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise _malformed("words that are no array")
    words: list[SubtitleWord] = []
    for entry in listed:
        word = _word(mapping(entry))
        if words and _same_word(words[-1], word):
            word = _joined(words.pop(), word)
        words.append(word)
    return tuple(words)


def _word(entry: dict[str, Any]) -> SubtitleWord:
    begin_ms, end_ms = _times(entry)
    return SubtitleWord(
        text=_written(entry.get("word")),
        begin_ms=begin_ms,
        end_ms=end_ms,
        spoken=_written(entry.get("pronounce_word")),
        begin=whole(entry.get("word_begin")),
        end=whole(entry.get("word_end")),
    )


def _same_word(one: SubtitleWord, other: SubtitleWord) -> bool:
    return one.begin is not None and (one.begin, one.end, one.text) == (other.begin, other.end, other.text)


def _joined(one: SubtitleWord, other: SubtitleWord) -> SubtitleWord:
    return SubtitleWord(
        text=one.text,
        begin_ms=min(one.begin_ms, other.begin_ms),
        end_ms=max(one.end_ms, other.end_ms),
        spoken=one.spoken + other.spoken,
        begin=one.begin,
        end=one.end,
    )


def _times(entry: dict[str, Any]) -> tuple[float, float]:
    begin_ms, end_ms = entry.get("time_begin"), entry.get("time_end")
    for time in (begin_ms, end_ms):
        if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time < _LATEST_MS:
            raise _malformed("an entry without its times")
    return float(entry["time_begin"]), float(entry["time_end"])


def _written(value: object) -> str:
    said = text(value).removeprefix(_BOM)
    return " " if said == _SPACE else said


def _malformed(what: str) -> ProviderError:
    return ProviderError(f"The subtitles cannot be used: {what}", category=Category.MALFORMED_RESPONSE)
