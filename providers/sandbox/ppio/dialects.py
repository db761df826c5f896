"""The models, and what each generation of them takes (speech pages of PPIO and Novita, seed page of 02-turbo)."""

from dataclasses import replace

from providers.sandbox.languages import BOOSTS
from providers.sandbox.minimax.validation import EMOTIONS, Dialect, generation

# The name in the path, and MiniMax's name for the model: 2.5 alone is a preview.
MODELS = {
    f"minimax-{model}": model
    for model in (
        "speech-02-turbo",
        "speech-02-hd",
        "speech-2.5-hd-preview",
        "speech-2.5-turbo-preview",
        "speech-2.6-hd",
        "speech-2.6-turbo",
        "speech-2.8-hd",
        "speech-2.8-turbo",
    )
}
CLONE_MODELS = frozenset(
    {"speech-02-hd", "speech-02-turbo", "speech-2.5-hd-preview", "speech-2.5-turbo-preview"}
)  # fmt: skip

_WITH_NEUTRAL = frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"})
_SHORT_LIST = frozenset(
    {"Chinese", "Chinese,Yue", "English", "Arabic", "Russian", "Spanish", "French", "Portuguese", "German", "Turkish",
     "Dutch", "Ukrainian", "Vietnamese", "Indonesian", "Japanese", "Italian", "Korean", "Thai", "Polish", "Romanian",
     "Greek", "Czech", "Finnish", "Hindi", "auto"}
)  # fmt: skip
_MIDDLE = Dialect(
    models=frozenset(MODELS.values()),
    emotions=dict.fromkeys(("02", "2.5", "2.6"), _WITH_NEUTRAL) | {"2.8": EMOTIONS["2.8"]},
    containers=frozenset({"mp3", "pcm", "flac", "wav"}),
    boosts=frozenset(BOOSTS),
    text_limit=9_999,
    weights="timbre_weights",
    normalization="text_normalization",
    extras=False,
    subtitles_in_streams=False,
    long_rate="sample_rate",
    long_normalization="text_normalization",
    long_channels=1,
)
_OLD = replace(
    _MIDDLE,
    boosts=_SHORT_LIST,
    weights="timber_weights",
    normalization="english_normalization",
    long_normalization="english_normalization",
    effects=False,
)
_NEW = replace(
    _MIDDLE,
    weights="timber_weights",
    extras=True,
    long_rate="audio_sample_rate",
    long_normalization="english_normalization",
    long_channels=2,
)
_LONG_NEW = replace(_NEW, containers=frozenset({"mp3", "pcm", "flac"}), emotions={"2.8": frozenset()})


def dialect_of(model: str, *, long: bool = False) -> Dialect:
    """How a model is spoken to; `long` for texts nobody waits for."""
    newest = _LONG_NEW if long else _NEW
    return {"02": _OLD, "2.8": newest}.get(generation(model), _MIDDLE)
