"""What WaveSpeed accepts, as values. "Page": the page of the model in WaveSpeed's documentation."""

from __future__ import annotations

from types import MappingProxyType

from providers.regions import Region
from providers.types import AudioFormat, Capabilities, CloneCapabilities, RetentionRule

# The last part of the model's path. Pages were read for 02 and 2.5; 2.6 and 2.8 are in the list of models.
MODEL_PATHS = MappingProxyType(
    {
        name: f"minimax/{name}"
        for name in (
            "speech-2.8-hd",
            "speech-2.8-turbo",
            "speech-2.6-hd",
            "speech-2.6-turbo",
            "speech-2.5-hd-preview",
            "speech-2.5-turbo-preview",
            "speech-02-hd",
            "speech-02-turbo",
        )
    }
)
CLONE_PATH, DESIGN_PATH = "minimax/voice-clone", "minimax/voice-design"
MODELS = tuple(MODEL_PATHS)

# Page of 02: MiniMax's emotions, but neutral in the place of calm. Those of 2.6 and 2.8 were not read.
EMOTIONS = frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"})
# Page of 02: leaving the field out means happy.
NO_EMOTION = "neutral"
_RATES = (8000, 16000, 22050, 24000, 32000, 44100)
# Page of 02.
FORMATS = MappingProxyType(dict.fromkeys(("mp3", "wav", "flac", "pcm"), _RATES))
# MiniMax's rule behind it: a WAV's head tells the length.
STREAM_FORMATS = frozenset({"mp3", "flac", "pcm"})
# MiniMax's rule behind it: the bitrate is a matter of mp3 only.
BITRATES = MappingProxyType({"mp3": (32000, 64000, 128000, 256000)})
CHANNELS = (1, 2)
# Page of 02, enum of `language_boost`.
LANGUAGE_BOOSTS = frozenset(
    ["Chinese", "Chinese,Yue", "English", "Arabic", "Russian", "Spanish", "French", "Portuguese", "German", "Turkish",
     "Dutch", "Ukrainian", "Vietnamese", "Indonesian", "Japanese", "Italian", "Korean", "Thai", "Polish", "Romanian",
     "Greek", "Czech", "Finnish", "Hindi", "auto"]
)  # fmt: skip
SPEED = (0.5, 2.0)
VOLUME = (0.1, 10.0)
PITCH = (-12, 12)
# Page of 02: 10,000; an older one says 5,000.
TEXT_LIMIT = 10_000

# MiniMax's rules behind it; the page of voice clone names the containers alone.
CLONE_CONTAINERS = frozenset({"mp3", "m4a", "wav"})
CLONE_MIN_MS, CLONE_MAX_MS = 10_000, 300_000
CLONE_MAX_BYTES = 20 * 1024 * 1024
# Page of voice clone, page of voice design.
CLONE_PREVIEW_LIMIT = 2_000
DESIGN_PREVIEW_LIMIT = 500
# Page of voice clone: at least 8 characters, letters and numbers, a letter first; the rest is MiniMax's.
VOICE_ID = r"(?=.*[0-9])[A-Za-z][A-Za-z0-9_-]{6,254}[A-Za-z0-9]"
# Page of voice clone: a preview is always spoken; without a text of ours it is an advertisement of 88 characters, paid.
OBLIGATORY_PREVIEW = "Hi."
# Page "What are predictions": predictions and outputs are kept for seven days.
TASK_HOURS = 168
CURRENCY = "USD"

REGIONS = (
    Region(
        name="global",
        label="WaveSpeedAI",
        base_url="https://api.wavespeed.ai",
        market="global",
        currency=CURRENCY,
        price_list="wavespeed",
        source="WaveSpeed's documentation, every page",
    ),
)

CAPABILITIES = Capabilities(
    operations=frozenset({"speech", "stream", "clone", "design", "balance", "price"}),
    models=MODELS,
    formats=FORMATS,
    channels=CHANNELS,
    bitrates=BITRATES,
    emotions=MappingProxyType(dict.fromkeys(MODELS, EMOTIONS)),
    language_boosts=LANGUAGE_BOOSTS,
    text_limit=TEXT_LIMIT,
    rule_kinds=frozenset(),
    clone=CloneCapabilities(
        handover="upload",
        sample_containers=CLONE_CONTAINERS,
        min_ms=CLONE_MIN_MS,
        max_ms=CLONE_MAX_MS,
        max_bytes=CLONE_MAX_BYTES,
        preview_limit=CLONE_PREVIEW_LIMIT,
        who_picks_id="caller",
        voice_id_pattern=VOICE_ID,
        obligatory_preview=OBLIGATORY_PREVIEW,
    ),
    # Page of voice clone: stored for 7 days, and permanently once used with a speech model.
    retention=RetentionRule("activation", 168),
    billing_source="estimated",
    cheapest_model="speech-02-turbo",
    default_model="speech-2.6-hd",
    default_format=AudioFormat("mp3", 32000, 128000, 1),
    activation_text="Hi.",
    stream_formats=STREAM_FORMATS,
    task_hours=TASK_HOURS,
    counts_characters="Every character is one unit, a Chinese one too (page of 02); no answer tells the number.",
)
