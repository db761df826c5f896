"""What one vendor of MiniMax's speech takes: the lists and limits by which a request is checked before it is sent.

MiniMax itself and those who resell it share the rules of the checks and differ in the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from providers.minimax import limits
from providers.types import SubtitleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """``emotions`` and ``languages`` are by model; ``effect_models`` know effects, ``extra_models`` subtitles, the
    watermark and a constant bitrate: to the others these fields are unknown, so they would be ignored without a word.
    Limits are in code points; a ``long_text_limit`` of an account's options outranks the one here."""

    vendor: str
    models: tuple[str, ...]
    formats: Mapping[str, tuple[int, ...]]
    stream_formats: frozenset[str]
    bitrates: Mapping[str, tuple[int, ...]]
    channels: tuple[int, ...]
    emotions: Mapping[str, frozenset[str]]
    languages: Mapping[str, frozenset[str]]
    text_limit: int
    long_text_limit: int
    effect_models: frozenset[str]
    extra_models: frozenset[str]
    subtitles: frozenset[SubtitleKind]
    stream_subtitles: frozenset[SubtitleKind]


MINIMAX = Offer(
    vendor="MiniMax",
    models=limits.MODELS,
    formats=limits.FORMATS,
    stream_formats=limits.STREAM_FORMATS,
    bitrates=limits.BITRATES,
    channels=limits.CHANNELS,
    emotions=limits.EMOTIONS,
    languages={
        model: limits.LANGUAGE_BOOSTS - (limits.LATER_LANGUAGES if model in limits.EARLIER_MODELS else frozenset())
        for model in limits.MODELS
    },
    text_limit=limits.TEXT_LIMIT,
    long_text_limit=limits.LONG_TEXT_LIMIT,
    effect_models=frozenset(limits.MODELS),
    extra_models=frozenset(limits.MODELS),
    subtitles=frozenset({"sentence", "word"}),
    stream_subtitles=frozenset({"sentence", "word", "word_streaming"}),
)
