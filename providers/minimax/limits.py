"""What MiniMax accepts, as values (T2A HTTP reference, voice clone reference, cloning introduction)."""

from __future__ import annotations

from types import MappingProxyType

from providers.types import AudioFormat, Capabilities, CloneCapabilities, RetentionRule

# T2A HTTP reference, enum of `model`; the same for the clone preview.
MODELS = (
    "speech-2.8-hd",
    "speech-2.8-turbo",
    "speech-2.6-hd",
    "speech-2.6-turbo",
    "speech-02-hd",
    "speech-02-turbo",
    "speech-01-hd",
    "speech-01-turbo",
)

# T2A WebSocket reference: `continuous_sound`.
CONTINUOUS_MODELS = ("speech-2.8-hd", "speech-2.8-turbo")

_SEVEN = frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "calm"})
# T2A HTTP reference: fluent and whisper on 2.6, neither on older models, no whisper on 2.8. Whether 2.8 takes fluent is
# disputed (resellers list and use it), hence the account option `fluent_on_28`.
EMOTIONS = MappingProxyType(
    {model: _SEVEN | {"fluent", "whisper"} if model.startswith("speech-2.6") else _SEVEN for model in MODELS}
)

_STANDARD_RATES = (8000, 16000, 22050, 24000, 32000, 44100)
# T2A HTTP reference; opus: async reference (other rates fail, measured through a reseller: 32000 passes validation and
# then fails); G.711 is defined at 8000 only.
FORMATS = MappingProxyType(
    {
        "mp3": _STANDARD_RATES,
        "wav": _STANDARD_RATES,
        "flac": _STANDARD_RATES,
        "pcm": _STANDARD_RATES,
        "opus": (8000, 12000, 16000, 24000, 48000),
        "pcmu_raw": (8000,),
        "pcmu_wav": (8000,),
    }
)
# T2A HTTP reference, streaming: wav, whose head tells the length, is not made; what is older than 2026 names mp3, pcm
# and flac, newer copies forbid nothing else. mu-law in WAV has the same head.
STREAM_FORMATS = frozenset({"mp3", "pcm", "flac", "opus", "pcmu_raw"})
# T2A HTTP reference: the bitrate is a matter of mp3 only.
BITRATES = MappingProxyType({"mp3": (32000, 64000, 128000, 256000)})
CHANNELS = (1, 2)
# Async reference; for synchronous calls measured through a reseller: a parameter error with any other container.
EFFECT_CONTAINERS = frozenset({"mp3", "wav", "flac"})
STREAM_EFFECT_CONTAINERS = frozenset({"mp3"})
SOUND_EFFECTS = frozenset({"spacious_echo", "auditorium_echo", "lofi_telephone", "robotic"})

# T2A HTTP reference.
SUBTITLES = ("sentence", "word", "word_streaming")

LANGUAGE_BOOSTS = frozenset(
    [
        "Chinese",
        "Chinese,Yue",
        "English",
        "Arabic",
        "Russian",
        "Spanish",
        "French",
        "Portuguese",
        "German",
        "Turkish",
        "Dutch",
        "Ukrainian",
        "Vietnamese",
        "Indonesian",
        "Japanese",
        "Italian",
        "Korean",
        "Thai",
        "Polish",
        "Romanian",
        "Greek",
        "Czech",
        "Finnish",
        "Hindi",
        "Bulgarian",
        "Danish",
        "Hebrew",
        "Malay",
        "Persian",
        "Slovak",
        "Swedish",
        "Croatian",
        "Filipino",
        "Hungarian",
        "Norwegian",
        "Slovenian",
        "Catalan",
        "Nynorsk",
        "Tamil",
        "Afrikaans",
        "auto",
    ]
)
# T2A HTTP reference: not on speech-01 and speech-02.
LATER_LANGUAGES = frozenset({"Persian", "Filipino", "Tamil"})
EARLIER_MODELS = frozenset(model for model in MODELS if model.startswith("speech-0"))

SPEED = (0.5, 2.0)
VOLUME_ABOVE, VOLUME_MOST = 0.0, 10.0
PITCH = (-12, 12)
EFFECT_AMOUNT = (-100, 100)
MIX_WEIGHT = (1, 100)
MIX_MOST = 4
# "Fewer than 10,000 characters".
TEXT_LIMIT = 9_999
# Async reference, newest copies.
LONG_TEXT_LIMIT = 50_000
# T2A HTTP reference: up to 10 % of ASCII control characters other than tab and newline are tolerated, above it 1042.
CONTROL_RATIO = 0.1

CLONE_CONTAINERS = frozenset({"mp3", "m4a", "wav"})
CLONE_MIN_MS, CLONE_MAX_MS = 10_000, 300_000
CLONE_MAX_BYTES = 20 * 1024 * 1024
# Voice clone reference: under 8 seconds.
CLONE_PROMPT_BELOW_MS = 8_000
PREVIEW_LIMIT = 1_000
DESIGN_PREVIEW_LIMIT = 500
# Voice clone reference: `text_validation` and `accuracy`, of which 0 and none mean the default.
VALIDATION_LIMIT = 200
VALIDATION_ACCURACY = 0.7
# 8 to 256 characters, an ASCII letter first, last neither hyphen nor underscore (voice clone reference).
VOICE_ID = r"[A-Za-z][A-Za-z0-9_-]{6,254}[A-Za-z0-9]"
VOICE_ID_SHORTEST, VOICE_ID_LONGEST = 8, 256

# Rate limit page, calls per minute; mainland accounts (the paid tier; free ones 10) speak less often.
RATES = MappingProxyType({"speech": 60, "clone": 60, "design": 20})
MAINLAND_RATES = MappingProxyType({**RATES, "speech": 20})

CAPABILITIES = Capabilities(
    operations=frozenset(
        {
            "speech",
            "stream",
            "socket",
            "long_text",
            "subtitles",
            "watermark",
            "mix",
            "effects",
            "dictionary",
            "clone",
            "clone_prompt",
            "design",
            "list",
            "delete",
            "files",
        }
    ),
    models=MODELS,
    formats=FORMATS,
    channels=CHANNELS,
    bitrates=BITRATES,
    emotions=EMOTIONS,
    language_boosts=LANGUAGE_BOOSTS,
    text_limit=TEXT_LIMIT,
    rule_kinds=frozenset({"respelling", "pinyin", "ipa", "kana", "jyutping"}),
    clone=CloneCapabilities(
        handover="upload",
        sample_containers=CLONE_CONTAINERS,
        min_ms=CLONE_MIN_MS,
        max_ms=CLONE_MAX_MS,
        max_bytes=CLONE_MAX_BYTES,
        preview_limit=PREVIEW_LIMIT,
        who_picks_id="caller",
        voice_id_pattern=VOICE_ID,
        validation_limit=VALIDATION_LIMIT,
        validation_accuracy=VALIDATION_ACCURACY,
    ),
    # Cloning introduction and FAQ: one real synthesis within 168 hours keeps a clone for good; previews do not count.
    retention=RetentionRule("activation", 168),
    billing_source="provider",
    cheapest_model="speech-2.8-turbo",
    default_model="speech-2.8-hd",
    default_format=AudioFormat("mp3", 32000, 128000, 1),
    activation_text="Hi.",
    stream_formats=STREAM_FORMATS,
    long_text_limit=LONG_TEXT_LIMIT,
    rates=RATES,
)
