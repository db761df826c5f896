"""What PPIO and Novita accept, as values (their speech, async and voice cloning pages; the page of 02-turbo has other
names than the later ones)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from providers.minimax import limits
from providers.minimax.offer import Offer
from providers.types import AudioFormat, Capabilities, CloneCapabilities, RetentionRule

# The last segment of the path. 2.5 alone is a preview, so paths come from here and are never glued together.
PATHS = MappingProxyType(
    {
        "speech-2.8-hd": "minimax-speech-2.8-hd",
        "speech-2.8-turbo": "minimax-speech-2.8-turbo",
        "speech-2.6-hd": "minimax-speech-2.6-hd",
        "speech-2.6-turbo": "minimax-speech-2.6-turbo",
        "speech-2.5-hd-preview": "minimax-speech-2.5-hd-preview",
        "speech-2.5-turbo-preview": "minimax-speech-2.5-turbo-preview",
        "speech-02-hd": "minimax-speech-02-hd",
        "speech-02-turbo": "minimax-speech-02-turbo",
    }
)
MODELS = tuple(PATHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """The names a generation of models has for what MiniMax calls ``timbre_weights``, ``text_normalization`` and (in
    long texts) ``english_normalization`` and ``audio_sample_rate``. A wrong name is ignored without a word."""

    mix: str
    normalization: str
    long_normalization: str
    long_rate: str


_SPELLINGS = MappingProxyType(
    {
        "speech-02": Spelling(
            mix="timber_weights",
            normalization="english_normalization",
            long_normalization="english_normalization",
            long_rate="sample_rate",
        ),
        "speech-2.5": Spelling(
            mix="timbre_weights",
            normalization="text_normalization",
            long_normalization="text_normalization",
            long_rate="sample_rate",
        ),
        # Back to the r of 02, and to MiniMax's own names for long texts.
        "speech-2.8": Spelling(
            mix="timber_weights",
            normalization="text_normalization",
            long_normalization="english_normalization",
            long_rate="audio_sample_rate",
        ),
    }
)


def generation_of(model: str) -> str:
    """ "speech-02", "speech-2.5", "speech-2.6" or "speech-2.8"."""
    return "-".join(model.split("-")[:2])


def spelling_of(model: str) -> Spelling:
    """How a model's fields are called; 2.6 is spoken to like 2.5."""
    return _SPELLINGS.get(generation_of(model), _SPELLINGS["speech-2.5"])


# Pages of 02 to 2.6: neutral where MiniMax says calm today. 2.8 names nine, of which MiniMax refuses whisper; fluent is
# as disputed as there (account option `fluent_on_28`).
_WITH_NEUTRAL = frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"})
EMOTIONS = MappingProxyType(
    {model: limits.EMOTIONS[model] if model.startswith("speech-2.8") else _WITH_NEUTRAL for model in MODELS}
)
# Async page of 2.8: none.
LONG_EMOTIONS = MappingProxyType(
    {model: frozenset[str]() if model.startswith("speech-2.8") else EMOTIONS[model] for model in MODELS}
)
_LATER_THAN_02 = frozenset(
    {"Bulgarian", "Danish", "Hebrew", "Malay", "Persian", "Slovak", "Swedish", "Croatian", "Filipino", "Hungarian",
     "Norwegian", "Slovenian", "Catalan", "Nynorsk", "Tamil", "Afrikaans"}
)  # fmt: skip
# The page of 02-turbo has the short list; that later models know the languages they know at MiniMax is assumed.
LANGUAGES = MappingProxyType(
    {
        model: limits.LANGUAGE_BOOSTS - (_LATER_THAN_02 if model.startswith("speech-02") else frozenset())
        for model in MODELS
    }
)
FORMATS = MappingProxyType({name: limits.FORMATS[name] for name in ("mp3", "wav", "flac", "pcm")})
STREAM_FORMATS = frozenset({"mp3", "flac", "pcm"})
# Async page of 2.8.
LONG_FORMATS_28 = frozenset({"mp3", "flac", "pcm"})
NEWEST = frozenset({"speech-2.8-hd", "speech-2.8-turbo"})
# The field says 50,000, the page's head a million.
LONG_TEXT_LIMIT = 50_000
PREVIEW_LIMIT = 2_000
# Voice cloning page: enum of `model`, which only a preview needs (jiekou adds 2.8).
PREVIEW_MODELS = ("speech-02-turbo", "speech-02-hd", "speech-2.5-turbo-preview", "speech-2.5-hd-preview")

OFFER = Offer(
    vendor="PPIO",
    models=MODELS,
    formats=FORMATS,
    stream_formats=STREAM_FORMATS,
    bitrates=limits.BITRATES,
    channels=limits.CHANNELS,
    emotions=EMOTIONS,
    languages=LANGUAGES,
    text_limit=limits.TEXT_LIMIT,
    long_text_limit=LONG_TEXT_LIMIT,
    # Effects are on the newer pages only, subtitles and the watermark on those of 2.8.
    effect_models=frozenset(model for model in MODELS if not model.startswith("speech-02")),
    extra_models=NEWEST,
    subtitles=frozenset({"sentence"}),
    stream_subtitles=frozenset(),
)

CAPABILITIES = Capabilities(
    operations=frozenset(
        {
            "speech",
            "stream",
            "long_text",
            "subtitles",
            "watermark",
            "mix",
            "effects",
            "dictionary",
            "clone",
            "clone_prompt",
        }
    ),
    models=MODELS,
    formats=FORMATS,
    channels=limits.CHANNELS,
    bitrates=limits.BITRATES,
    emotions=EMOTIONS,
    language_boosts=limits.LANGUAGE_BOOSTS,
    text_limit=limits.TEXT_LIMIT,
    rule_kinds=frozenset({"respelling", "pinyin", "ipa", "kana", "jyutping"}),
    clone=CloneCapabilities(
        handover="url",
        sample_containers=limits.CLONE_CONTAINERS,
        min_ms=limits.CLONE_MIN_MS,
        max_ms=limits.CLONE_MAX_MS,
        max_bytes=limits.CLONE_MAX_BYTES,
        preview_limit=PREVIEW_LIMIT,
        who_picks_id="provider",
        voice_id_pattern=r"[!-~]{1,256}",
        preview_models=PREVIEW_MODELS,
        # `text_validation` stands in older copies of the page only: a clone that succeeds proves no words.
        validation_limit=0,
    ),
    # Voice cloning page: removed unless used in a real synthesis within 168 hours; the preview does not count.
    retention=RetentionRule("activation", 168),
    # Only 2.8 tells what it billed.
    billing_source="estimated",
    cheapest_model="speech-2.8-turbo",
    default_model="speech-2.8-hd",
    default_format=AudioFormat("mp3", 32000, 128000, 1),
    activation_text="Hi.",
    stream_formats=STREAM_FORMATS,
    long_text_limit=LONG_TEXT_LIMIT,
    long_text_formats=LONG_FORMATS_28,
    subtitle_kinds=OFFER.subtitles,
    stream_subtitle_kinds=OFFER.stream_subtitles,
    counts_characters=(
        "As MiniMax counts (a Han character 2, everything else 1): written on no page of PPIO's. 2.8 tells what it "
        "billed; what the older models bill is estimated."
    ),
)
