"""What UModelverse accepts, as values (its speech page; what MiniMax's own page adds is not taken for granted)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from providers.minimax import limits
from providers.minimax.limits import CAPABILITIES as MINIMAX_CAPABILITIES
from providers.minimax.offer import MINIMAX, Offer
from providers.types import AudioFormat, Capabilities, RetentionRule

MODELS = (
    "speech-2.8-hd",
    "speech-2.8-turbo",
    "speech-2.6-hd",
    "speech-2.6-turbo",
    "speech-02-hd",
    "speech-02-turbo",
)
# The page's table writes timber_weights, the prose beside it timbre_weights; an account may say otherwise.
MIX_FIELD = "timber_weights"
EMOTIONS = MappingProxyType({model: limits.EMOTIONS[model] for model in MODELS})
FORMATS = MappingProxyType({name: limits.FORMATS[name] for name in ("mp3", "wav", "flac", "pcm")})
STREAM_FORMATS = frozenset({"mp3", "flac", "pcm"})

OFFER = Offer(
    vendor="UModelverse",
    models=MODELS,
    formats=FORMATS,
    stream_formats=STREAM_FORMATS,
    bitrates=limits.BITRATES,
    channels=limits.CHANNELS,
    emotions=EMOTIONS,
    languages={model: MINIMAX.languages[model] for model in MODELS},
    text_limit=limits.TEXT_LIMIT,
    long_text_limit=limits.LONG_TEXT_LIMIT,
    effect_models=frozenset(MODELS),
    extra_models=frozenset(MODELS),
    # "Only effective in non-streaming output"; kinds are not named, the default is by sentence.
    subtitles=frozenset({"sentence"}),
    stream_subtitles=frozenset(),
)

CAPABILITIES = Capabilities(
    operations=frozenset({"speech", "stream", "subtitles", "watermark", "mix", "effects", "dictionary"}),
    models=MODELS,
    formats=FORMATS,
    channels=limits.CHANNELS,
    bitrates=limits.BITRATES,
    emotions=EMOTIONS,
    language_boosts=limits.LANGUAGE_BOOSTS,
    text_limit=limits.TEXT_LIMIT,
    rule_kinds=frozenset({"respelling", "pinyin", "ipa", "kana", "jyutping"}),
    clone=None,
    retention=RetentionRule("none"),
    billing_source="provider",
    cheapest_model="speech-2.8-turbo",
    default_model="speech-2.8-hd",
    default_format=AudioFormat("mp3", 32000, 128000, 1),
    activation_text="Hi.",
    stream_formats=STREAM_FORMATS,
    subtitle_kinds=OFFER.subtitles,
    stream_subtitle_kinds=OFFER.stream_subtitles,
    counts_characters="As MiniMax counts, and told with every answer (usage_characters, not word_count).",
)
# With the account option `native_routes`: MiniMax's other routes, in case they are passed through undocumented.
NATIVE_CAPABILITIES = replace(
    CAPABILITIES,
    operations=CAPABILITIES.operations | {"long_text", "clone", "clone_prompt", "design", "list", "delete", "files"},
    clone=MINIMAX_CAPABILITIES.clone,
    retention=MINIMAX_CAPABILITIES.retention,
    long_text_limit=limits.LONG_TEXT_LIMIT,
)
