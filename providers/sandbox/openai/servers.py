"""Each emulated server as data, from its documentation or source: voices, models, formats, limits, habits.

Sources: openai/openai-openapi@f85dbe2, remsky/Kokoro-FastAPI@26eec06, matthewhand/openai-f5-tts@c274199,
devnen/Chatterbox-TTS-Server@68213e7, travisvn/chatterbox-tts-api@a5f4661, vllm-omni's documentation,
sagaradjay/kani-tts-2-openai-server@466b8d0, speaches-ai/speaches@02ca270.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from providers.sandbox.timbre import Timbre, timbre_of_name

ALL_FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
Errors = Literal["openai", "kokoro", "text", "chatterbox", "vllm", "detail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How one server behaves. `models` None takes any name or none; `always` is a format given whatever is asked;
    `speeds` None ignores the field; `unknown_voice` is the status of the refusal, 0 for another voice and 200."""

    name: str
    voices: tuple[str, ...]
    errors: Errors
    models: tuple[str, ...] | None = None
    model_required: bool = True
    formats: tuple[str, ...] = ALL_FORMATS
    default_format: str = "mp3"
    always: str = ""
    format_status: int = 422
    speeds: tuple[float, float] | None = (0.25, 4.0)
    unknown_voice: int = 400
    default_voice: str = ""
    # Names that are not its own and spoken by its first voice all the same.
    stands_in: tuple[str, ...] = ()
    unknown_model: int = 400
    longest: int = 0
    strict: bool = False
    keyed: bool = False
    streams_unasked: bool = False
    # Models that can answer as events; empty: none; "*": all.
    event_models: tuple[str, ...] = ()
    rate: int = 24000


OPENAI = Server(
    name="openai",
    voices=(
        "alloy",
        "ash",
        "ballad",
        "coral",
        "echo",
        "fable",
        "onyx",
        "nova",
        "sage",
        "shimmer",
        "verse",
        "marin",
        "cedar",
    ),
    models=("tts-1", "tts-1-hd", "gpt-4o-mini-tts"),
    errors="openai",
    format_status=400,
    longest=4096,
    strict=True,
    keyed=True,
    event_models=("gpt-4o-mini-tts",),
)
KOKORO = Server(
    name="kokoro",
    voices=("af_heart", "af_bella", "af_sky", "af_nicole", "am_adam", "am_michael", "bf_emma", "bm_george", "jf_alpha",
            "zf_xiaobei", "zm_yunxi", "ef_dora", "ff_siwis"),
    models=("tts-1", "tts-1-hd", "kokoro", "gpt-4o-mini-tts"),
    errors="kokoro",
    default_voice="af_heart",
    streams_unasked=True,
)  # fmt: skip
F5 = Server(
    name="f5",
    voices=("Emilia", "Narrator"),
    errors="text",
    model_required=False,
    default_voice="Emilia",
)
CHATTERBOX = Server(
    name="chatterbox",
    voices=("Emily.wav", "Michael.wav", "Olivia.wav"),
    errors="detail",
    formats=("wav", "opus", "mp3"),
    default_format="wav",
    unknown_voice=404,
)
CHATTERBOX_API = Server(
    name="chatterbox_api",
    voices=("anna", "narrator"),
    errors="chatterbox",
    model_required=False,
    always="wav",
    speeds=None,
    unknown_voice=0,
    default_voice="default",
    longest=3000,
    event_models=("*",),
)
QWEN3 = Server(
    name="qwen3",
    voices=("Vivian", "Ryan", "Serena"),
    errors="vllm",
    model_required=False,
    formats=("wav", "mp3", "flac", "pcm", "opus"),
    default_format="wav",
    format_status=400,
    event_models=("*",),
)
KANI = Server(
    name="kani",
    voices=("random", "andrew", "katie", "simon"),
    models=("tts-1", "tts-1-hd", "gpt-4o-mini-tts"),
    errors="detail",
    formats=("wav", "pcm"),
    default_format="wav",
    unknown_model=422,
    speeds=None,
    default_voice="random",
    event_models=("*",),
    rate=22050,
)
# With its Kokoro model. Nothing tells it not to stream.
SPEACHES = Server(
    name="speaches",
    voices=("af_heart", "af_bella", "am_adam", "bf_emma", "bm_george", "zf_xiaobei", "ff_siwis"),
    models=("speaches-ai/Kokoro-82M-v1.0-ONNX",),
    errors="detail",
    unknown_model=404,
    unknown_voice=422,
    stands_in=OPENAI.voices,
    speeds=(0.5, 2.0),
    streams_unasked=True,
    event_models=("*",),
)
SERVERS = (OPENAI, KOKORO, F5, CHATTERBOX, CHATTERBOX_API, QWEN3, KANI, SPEACHES)

# Kokoro's voices begin with their language.
_LANGUAGES = {"j": "ja", "z": "zh", "e": "es", "f": "fr", "h": "hi", "i": "it", "p": "pt"}
_HIGH = (
    "af_", "bf_", "jf_", "zf_", "ef_", "ff_", "alloy", "ballad", "coral", "nova", "sage", "shimmer", "marin", "emil",
    "anna", "olivia", "vivian", "serena", "katie",
)  # fmt: skip


@cache
def timbre_of(voice: str) -> Timbre:
    """The sound of a voice that comes with a server."""
    if voice.lower().startswith(_HIGH):
        return timbre_of_name(voice, low_hz=175, high_hz=240)
    return timbre_of_name(voice, low_hz=85, high_hz=140)


def language_of_voice(server: Server, voice: str) -> str:
    """Whose language a voice is native to; English, where its name does not say."""
    return _LANGUAGES.get(voice[:1], "en") if server in (KOKORO, SPEACHES) else "en"
