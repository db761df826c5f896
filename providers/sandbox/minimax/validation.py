"""Request fields, read as strictly as the vendor documents (MiniMax T2A and voice clone references).

Everything raises `VendorError`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.sandbox.encode import AudioShape
from providers.sandbox.languages import BOOSTS
from providers.sandbox.minimax.answers import VendorError, invalid
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.pronounce import MalformedRuleError, Rule, read_rule
from providers.sandbox.speak import PAUSE

MODELS = frozenset(
    {"speech-2.8-hd", "speech-2.8-turbo", "speech-2.6-hd", "speech-2.6-turbo",
     "speech-02-hd", "speech-02-turbo", "speech-01-hd", "speech-01-turbo"}
)  # fmt: skip
INTERJECTION_MODELS = frozenset({"speech-2.8-hd", "speech-2.8-turbo"})
SEVEN_EMOTIONS = frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "calm"})
EMOTIONS = {
    "2.8": SEVEN_EMOTIONS | {"fluent"},
    "2.6": SEVEN_EMOTIONS | {"fluent", "whisper"},
    "02": SEVEN_EMOTIONS,
    "01": SEVEN_EMOTIONS,
}
NOT_ON_OLD_MODELS = frozenset({"Persian", "Filipino", "Tamil"})
STANDARD_RATES = frozenset({8000, 16000, 22050, 24000, 32000, 44100})
SAMPLE_RATES = {
    **dict.fromkeys(("mp3", "pcm", "flac", "wav"), STANDARD_RATES),
    "opus": frozenset({8000, 12000, 16000, 24000, 48000}),
    "pcmu_raw": frozenset({8000}),
    "pcmu_wav": frozenset({8000}),
}
BITRATES = frozenset({32000, 64000, 128000, 256000})
EFFECTS = frozenset({"spacious_echo", "auditorium_echo", "lofi_telephone", "robotic"})
MODIFIABLE_FORMATS = frozenset({"mp3", "wav", "flac"})
MODIFIABLE_WHEN_STREAMED = frozenset({"mp3"})
# A WAV header tells a length that nobody knows yet when the stream begins.
NOT_STREAMED = frozenset({"wav", "pcmu_wav"})
TEXT_LIMIT = 10_000
MAX_CONTROL_SHARE = 0.1
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPEAKABLE = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Names, lists and limits in which vendors of MiniMax's speech differ. `emotions` by generation of the model;
    `effects` and `extras` (subtitles, watermark) say whether those fields are known or ignored."""

    models: frozenset[str] = MODELS
    emotions: Mapping[str, frozenset[str]] = field(default_factory=lambda: EMOTIONS)
    containers: frozenset[str] = frozenset(SAMPLE_RATES)
    boosts: Collection[str] = frozenset(BOOSTS)
    text_limit: int = TEXT_LIMIT
    weights: str = "timbre_weights"
    normalization: str = "text_normalization"
    effects: bool = True
    extras: bool = True
    subtitles_in_streams: bool = True
    # Of texts nobody waits for:
    long_rate: str = "audio_sample_rate"
    long_normalization: str = "english_normalization"
    long_channels: int = 2


NATIVE = Dialect()


@dataclass(frozen=True, slots=True)
class Modification:
    """`voice_modify`: -100 to 100 each, and one effect."""

    pitch: int = 0
    intensity: int = 0
    timbre: int = 0
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class SpeechAsk:
    """A validated t2a_v2 request. `voices` are ids with weights; more than one is a mix."""

    model: str
    text: str
    control_share: float
    voices: tuple[tuple[str, int], ...]
    speed: float
    volume: float
    pitch: int
    boost: str | None
    rules: tuple[Rule, ...]
    shape: AudioShape
    as_url: bool
    watermark: bool
    modification: Modification = field(default_factory=Modification)
    stream: bool = False
    whole_at_end: bool = True
    subtitle: str | None = None

    @property
    def interjections(self) -> bool:
        """Whether the model performs tags such as `(laughs)` instead of reading them."""
        return self.model in INTERJECTION_MODELS


def read_speech(body: Any, dialect: Dialect = NATIVE) -> SpeechAsk:
    """Validate the body of POST /v1/t2a_v2."""
    fields = Fields(body)
    model = read_model(fields, dialect)
    text, control_share = read_text(fields, limit=dialect.text_limit)
    stream = fields.flag("stream")
    voice = fields.inner("voice_setting")
    _check_emotion(voice, model, dialect)
    voice.flag(dialect.normalization)
    voice.flag("latex_read")
    shape = _read_shape(fields.inner("audio_setting"), dialect)
    if stream and shape.container in NOT_STREAMED:
        raise invalid("audio_setting format")
    boost = read_boost(fields, model, dialect)
    return SpeechAsk(
        model=model,
        text=text,
        control_share=control_share,
        voices=_read_voices(fields, voice, dialect.weights),
        speed=voice.number("speed", default=1.0, low=0.5, high=2.0),
        volume=voice.number("vol", default=1.0, low=0.0, high=10.0, low_excluded=True),
        pitch=voice.integer("pitch", default=0, low=-12, high=12),
        boost=boost,
        rules=_read_rules(fields.inner("pronunciation_dict"), cantonese=boost == "Chinese,Yue"),
        shape=shape,
        # Neither exists while streaming, where both are ignored.
        as_url=fields.choice("output_format", {"hex", "url"}, default="hex") == "url" and not stream,
        watermark=dialect.extras and fields.flag("aigc_watermark") and not stream,
        modification=_read_modification(fields, MODIFIABLE_WHEN_STREAMED if stream else MODIFIABLE_FORMATS, shape)
        if dialect.effects
        else Modification(),
        stream=stream,
        subtitle=_read_subtitle(fields, stream, dialect),
        whole_at_end=not fields.inner("stream_options").flag("exclude_aggregated_audio"),
    )


def _read_subtitle(fields: Fields, stream: bool, dialect: Dialect) -> str | None:
    if dialect.subtitles_in_streams:
        return read_subtitle(fields, stream=stream)
    return "sentence" if dialect.extras and fields.flag("subtitle_enable") and not stream else None


def read_long_text(body: Any, text: str, control_share: float, dialect: Dialect = NATIVE) -> SpeechAsk:
    """The settings of POST /v1/t2a_async_v2, which has names and a default of its own, for a text."""
    fields = Fields(body)
    model = read_model(fields, dialect)
    voice = fields.inner("voice_setting")
    _check_emotion(voice, model, dialect)
    voice.flag(dialect.long_normalization)
    audio = fields.inner("audio_setting")
    shape = _read_shape(audio, dialect, rate=dialect.long_rate, channels=dialect.long_channels)
    boost = read_boost(fields, model, dialect)
    voice_id = voice.text("voice_id", default="")
    if not voice_id:
        raise voice.refuse("voice_id")
    return SpeechAsk(
        model=model,
        text=text,
        control_share=control_share,
        voices=((voice_id, 1),),
        speed=voice.number("speed", default=1.0, low=0.5, high=2.0),
        volume=voice.number("vol", default=1.0, low=0.0, high=10.0, low_excluded=True),
        pitch=voice.integer("pitch", default=0, low=-12, high=12),
        boost=boost,
        rules=_read_rules(fields.inner("pronunciation_dict"), cantonese=boost == "Chinese,Yue"),
        shape=shape,
        as_url=False,
        watermark=dialect.extras and fields.flag("aigc_watermark"),
        modification=_read_modification(fields, MODIFIABLE_FORMATS, shape) if dialect.effects else Modification(),
    )


def read_subtitle(fields: Fields, *, stream: bool) -> str | None:
    """The kind of subtitles wanted, None without; `word_streaming` exists only in a stream."""
    kinds = {"sentence", "word", "word_streaming"} if stream else {"sentence", "word"}
    kind = fields.choice("subtitle_type", kinds, default="sentence")
    return str(kind) if fields.flag("subtitle_enable") else None


def read_model(fields: Fields, dialect: Dialect = NATIVE) -> str:
    """The required model."""
    model = fields.choice("model", dialect.models)
    if model is None:
        raise fields.refuse("model")
    return str(model)


def read_text(fields: Fields, *, limit: int) -> tuple[str, float]:
    """The required text and the share of control characters in it, which may be a tenth."""
    text = fields.text("text")
    return text, check_text(text, limit=limit)


def check_text(text: str, *, limit: int) -> float:
    """Refuse a text that cannot be spoken; the share of control characters in it, which may be a tenth."""
    if len(text) > limit:
        raise VendorError(2013, "invalid params, text too long")
    if not text.strip():
        raise VendorError(2013, "invalid params, text is empty")
    share = len(_CONTROL.findall(text)) / len(text)
    if share > MAX_CONTROL_SHARE:
        raise VendorError(1042)
    _check_pauses(text)
    return share


def _check_pauses(text: str) -> None:
    """0.01 to 99.99 seconds, two decimals at most, each between two speakable stretches."""
    stretches = PAUSE.split(text)
    marks = stretches[1::2]
    if marks and not all(_SPEAKABLE.search(stretch) for stretch in stretches[::2]):
        raise VendorError(2013, "invalid params, pause mark must stand between speakable text")
    for mark in marks:
        if len(mark.partition(".")[2]) > 2 or not 0.01 <= float(mark) <= 99.99:
            raise VendorError(2013, "invalid params, pause mark out of range")


def read_boost(fields: Fields, model: str, dialect: Dialect = NATIVE) -> str | None:
    """`language_boost`, where the model has that language."""
    boost = fields.choice("language_boost", dialect.boosts)
    if boost in NOT_ON_OLD_MODELS and generation(model) in ("01", "02"):
        raise fields.refuse("language_boost")
    return None if boost is None else str(boost)


def generation(model: str) -> str:
    """The number in a model's name."""
    return model.split("-")[1]


def _check_emotion(voice: Fields, model: str, dialect: Dialect) -> None:
    voice.choice("emotion", dialect.emotions[generation(model)])


def _read_shape(audio: Fields, dialect: Dialect, *, rate: str = "sample_rate", channels: int = 1) -> AudioShape:
    container = audio.choice("format", dialect.containers, default="mp3")
    sample_rate = audio.choice(rate, frozenset().union(*SAMPLE_RATES.values()), default=32000)
    # The default of 32000 holds for every format: opus and mu-law need a rate of their own.
    if sample_rate not in SAMPLE_RATES[container]:
        raise audio.refuse(rate)
    audio.flag("force_cbr")
    return AudioShape(
        container=container,
        sample_rate=sample_rate,
        bitrate=audio.choice("bitrate", BITRATES, default=128000),
        channels=audio.choice("channel", {1, 2}, default=channels),
    )


def _read_voices(fields: Fields, voice: Fields, spelling: str) -> tuple[tuple[str, int], ...]:
    voice_id = voice.text("voice_id", default="")
    weights = fields.get(spelling)
    if weights is None or weights == []:
        if not voice_id:
            raise voice.refuse("voice_id")
        return ((voice_id, 1),)
    if not isinstance(weights, list) or len(weights) > 4 or voice_id:
        raise fields.refuse(spelling)
    rows = [Fields(row, f"{spelling} ") for row in weights]
    return tuple((row.text("voice_id"), row.integer("weight", low=1, high=100)) for row in rows)


def _read_rules(dictionary: Fields, *, cantonese: bool) -> tuple[Rule, ...]:
    tone = dictionary.get("tone")
    if tone is None:
        return ()
    if not isinstance(tone, list) or not all(isinstance(rule, str) for rule in tone):
        raise dictionary.refuse("tone")
    try:
        return tuple(read_rule(rule, cantonese=cantonese) for rule in tone)
    except MalformedRuleError as error:
        raise VendorError(2013, "glyph definition format error") from error


def _read_modification(fields: Fields, containers: frozenset[str], shape: AudioShape) -> Modification:
    modify = fields.inner("voice_modify")
    modification = Modification(
        pitch=modify.integer("pitch", default=0, low=-100, high=100),
        intensity=modify.integer("intensity", default=0, low=-100, high=100),
        timbre=modify.integer("timbre", default=0, low=-100, high=100),
        effect=modify.choice("sound_effects", EFFECTS),
    )
    if fields.get("voice_modify") and shape.container not in containers:
        raise invalid("voice_modify")
    return modification
