"""Bodies of submissions, flat, read as strictly as the model pages document them. Everything raises `RefusedError`."""

from dataclasses import dataclass
from typing import Any

from providers.sandbox.encode import AudioShape
from providers.sandbox.languages import BOOSTS
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.validation import BITRATES, STANDARD_RATES, SpeechAsk
from providers.sandbox.wavespeed.answers import MISSING_PARAMETER, RefusedError

SPEECH_MODELS = frozenset(
    f"minimax/speech-{name}"
    for name in (
        "02-hd",
        "02-turbo",
        "2.5-hd-preview",
        "2.5-turbo-preview",
        "2.6-hd",
        "2.6-turbo",
        "2.8-hd",
        "2.8-turbo",
    )
)
CLONE, DESIGN = "minimax/voice-clone", "minimax/voice-design"
MODELS = SPEECH_MODELS | {CLONE, DESIGN}
EMOTIONS = frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"})
# What leaving `emotion` out means: the page's own default.
DEFAULT_EMOTION = "happy"
DEFAULT_CLONE_TEXT = "Hello! Welcome to Wavespeed! This is a preview of your cloned voice. I hope you enjoy it!"
# An emotion is heard as a pitch, in semitones, so that a test can hear the default.
_SEMITONES = {"happy": 2, "surprised": 3, "sad": -2}
TEXT_LIMIT = 10_000
CLONE_TEXT_LIMIT, DESIGN_TEXT_LIMIT = 2000, 500


@dataclass(frozen=True, slots=True)
class CloneAsk:
    """A voice to make of the recording behind a URL."""

    audio: str
    voice_id: str
    model: str
    text: str


@dataclass(frozen=True, slots=True)
class DesignAsk:
    """A voice to make of a description."""

    prompt: str
    voice_id: str
    text: str


def require(body: Any, *names: str) -> Fields:
    """The fields of a body in which none of the names is missing."""
    if not isinstance(body, dict):
        raise RefusedError(400, "body is not a JSON object", MISSING_PARAMETER)
    for name in names:
        if body.get(name) in (None, ""):
            raise RefusedError(400, f"property {name} is required", MISSING_PARAMETER)
    return Fields(body)


def with_defaults(model_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """The input of a prediction: what was sent over what the pages name as defaults."""
    if model_id == CLONE:
        named = {"model": "speech-02-hd", "text": DEFAULT_CLONE_TEXT, "accuracy": 0.7,
                 "need_noise_reduction": False, "need_volume_normalization": False}  # fmt: skip
    elif model_id == DESIGN:
        named = {}
    else:
        named = {"speed": 1, "volume": 1, "pitch": 0, "emotion": DEFAULT_EMOTION, "english_normalization": False,
                 "enable_sync_mode": False}  # fmt: skip
    return {**named, **{name: value for name, value in body.items() if value is not None}}


def read_speech(model_id: str, body: Any) -> SpeechAsk:
    """A synthesis."""
    fields = require(body, "text", "voice_id")
    emotion = str(fields.choice("emotion", EMOTIONS, default=DEFAULT_EMOTION))
    for name in ("english_normalization", "enable_sync_mode"):
        fields.flag(name)
    return SpeechAsk(
        model=model_id.removeprefix("minimax/"),
        text=fields.text("text", longest=TEXT_LIMIT),
        control_share=0.0,
        voices=((fields.text("voice_id"), 1),),
        speed=fields.number("speed", default=1.0, low=0.5, high=2.0),
        volume=fields.number("volume", default=1.0, low=0.1, high=10.0),
        pitch=fields.integer("pitch", default=0, low=-12, high=12) + _SEMITONES.get(emotion, 0),
        boost=fields.choice("language_boost", BOOSTS),
        rules=(),
        shape=AudioShape(
            container=fields.choice("format", {"mp3", "wav", "pcm", "flac"}, default="mp3"),
            sample_rate=fields.choice("sample_rate", STANDARD_RATES, default=32000),
            bitrate=fields.choice("bitrate", BITRATES, default=128000),
            # Text here, where MiniMax wants a number.
            channels=int(fields.choice("channel", {"1", "2"}, default="1")),
        ),
        as_url=True,
        watermark=False,
    )


def read_clone(body: Any) -> CloneAsk:
    """A clone; without a text the page's own sentence is spoken, and charged."""
    fields = require(body, "audio", "custom_voice_id")
    models = {model.removeprefix("minimax/") for model in SPEECH_MODELS}
    fields.number("accuracy", default=0.7, low=0, high=1)
    for name in ("need_noise_reduction", "need_volume_normalization"):
        fields.flag(name)
    return CloneAsk(
        audio=fields.text("audio"),
        voice_id=fields.text("custom_voice_id"),
        model=str(fields.choice("model", models, default="speech-02-hd")),
        text=fields.text("text", default="", longest=CLONE_TEXT_LIMIT) or DEFAULT_CLONE_TEXT,
    )


def read_design(body: Any) -> DesignAsk:
    """A designed voice."""
    fields = require(body, "prompt", "custom_voice_id", "text")
    return DesignAsk(
        prompt=fields.text("prompt"),
        voice_id=fields.text("custom_voice_id"),
        text=fields.text("text", longest=DESIGN_TEXT_LIMIT),
    )
