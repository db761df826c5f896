"""What each server of the OpenAI shape really does, as data: one adapter reads it.

Where a row was seen is named by repository and commit. Local servers answer any key; what they make costs no fee, and
they report no characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from providers.regions import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClone:
    """How a server takes a recording and keeps it as a voice: one multipart POST.

    ``name_field`` empty: the file's name is the voice's, and the server may change it, so ``answered_by`` says where
    the answer tells the real one. ``consent_field`` empty: nobody asks. ``replaces`` says what a known name does.
    """

    path: str
    file_field: str
    name_field: str = ""
    consent_field: str = ""
    transcript_field: str = ""
    answered_by: Literal["request", "uploaded_files"] = "request"
    replaces: Literal["refused", "overwritten", "kept_silently"] = "refused"
    containers: frozenset[str] = frozenset({"wav", "mp3"})
    # None of them names a shortest one; 30 s is Chatterbox-TTS-Server's, and more helps nobody.
    min_ms: int = 0
    max_ms: int = 30_000
    max_bytes: int = 10 * 1024 * 1024
    delete_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One server. ``models`` empty: any name passes, ``default_model`` is ours for it. ``send_model`` false: there is
    no such field. ``speed`` None: the server has no such field or ignores it. ``unknown_voice`` "default": an unknown
    name is spoken by another voice and answered 200, so names are looked up before every synthesis. ``never_streamed``:
    ``stream: false`` has to be said, or a failure after the first byte is a cut file with status 200.
    """

    name: str
    server: str
    default_model: str
    models: tuple[str, ...] = ()
    send_model: bool = True
    # The one container every server of this kind can give, converted here to what is wanted.
    asks_for: str = "wav"
    speed: tuple[float, float] | None = (0.25, 4.0)
    never_streamed: bool = False
    unknown_voice: Literal["refused", "default"] = "refused"
    voices_path: str = ""
    # The list holds nothing but what somebody uploaded.
    lists_uploads: bool = False
    # Files that voices_path does not show.
    more_voices_path: str = ""
    models_path: str = ""
    health_path: str = ""
    text_limit: int = 100_000
    # Voices it has and lists nowhere.
    known_voices: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    # Of an address of one's own.
    price_list: str = "free"
    clone: StoredClone | None = None


# openai/openai-openapi@f85dbe2: no additional properties; 4096 characters; voices cannot be listed.
OPENAI = Profile(
    name="openai",
    server="OpenAI",
    models=("gpt-4o-mini-tts", "tts-1", "tts-1-hd"),
    default_model="gpt-4o-mini-tts",
    text_limit=4096,
    models_path="/v1/models",
    known_voices=(
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin",
        "cedar",
    ),
    regions=(
        Region(
            name="openai",
            label="OpenAI",
            base_url="https://api.openai.com",
            market="global",
            currency="USD",
            price_list="openai",
            source="openai/openai-openapi@f85dbe2",
        ),
    ),
    price_list="openai",
)  # fmt: skip
# remsky/Kokoro-FastAPI@26eec06: streams unless told not to; voices listed as objects, as plain names in older releases.
KOKORO = Profile(
    name="kokoro",
    server="Kokoro-FastAPI",
    models=("kokoro", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"),
    default_model="kokoro",
    never_streamed=True,
    voices_path="/v1/audio/voices",
    models_path="/v1/models",
    health_path="/health",
)
# matthewhand/openai-f5-tts@c274199: a voice is a folder with a clip and its words, added on the server's disk.
F5 = Profile(
    name="f5",
    server="openai-f5-tts",
    default_model="f5-tts",
    voices_path="/v1/voices",
    models_path="/v1/models",
)
# devnen/Chatterbox-TTS-Server@68213e7: a voice is a file's name with its ending; a file of a known name is not replaced
# and yet reported as uploaded; references are not among the voices; no /v1/models.
CHATTERBOX = Profile(
    name="chatterbox",
    server="Chatterbox-TTS-Server",
    default_model="chatterbox",
    voices_path="/v1/audio/voices",
    more_voices_path="/get_reference_files",
    clone=StoredClone(
        path="/upload_reference",
        file_field="files",
        answered_by="uploaded_files",
        replaces="kept_silently",
    ),
)
# travisvn/chatterbox-tts-api@a5f4661: no model, speed ignored, always WAV; an unknown name is the default voice.
CHATTERBOX_API = Profile(
    name="chatterbox_api",
    server="chatterbox-tts-api",
    default_model="chatterbox",
    send_model=False,
    speed=None,
    text_limit=3000,
    unknown_voice="default",
    lists_uploads=True,
    voices_path="/voices",
    models_path="/v1/models",
    clone=StoredClone(
        path="/voices",
        file_field="voice_file",
        name_field="voice_name",
        containers=frozenset({"wav", "mp3", "flac", "m4a", "ogg"}),
        delete_path="/voices/{name}",
    ),
)
# vllm-project/vllm-omni documentation: one model a server; an uploaded name replaces another of the same name.
QWEN3 = Profile(
    name="qwen3",
    server="vLLM-Omni with Qwen3-TTS",
    default_model="qwen3-tts",
    voices_path="/v1/audio/voices",
    models_path="/v1/models",
    health_path="/health",
    clone=StoredClone(
        path="/v1/audio/voices",
        file_field="audio_sample",
        name_field="name",
        consent_field="consent",
        transcript_field="ref_text",
        replaces="overwritten",
        containers=frozenset({"wav", "mp3", "flac", "ogg"}),
        delete_path="/v1/audio/voices/{name}",
    ),
)
# sagaradjay/kani-tts-2-openai-server@466b8d0: three model names, wav and pcm only, no speed, no list, voices by files.
KANI = Profile(
    name="kani",
    server="kani-tts-2-openai-server",
    models=("tts-1", "tts-1-hd", "gpt-4o-mini-tts"),
    default_model="tts-1",
    speed=None,
    health_path="/health",
    known_voices=("random",),
)

# speaches-ai/speaches@02ca270: models by their Hugging Face ids, which have to be downloaded first (else 404);
# OpenAI's voice names are spoken by its first voice and answered 200; 0.5 to 2 is what its Kokoro takes.
SPEACHES = Profile(
    name="speaches",
    server="Speaches",
    default_model="speaches-ai/Kokoro-82M-v1.0-ONNX",
    speed=(0.5, 2.0),
    unknown_voice="default",
    voices_path="/v1/audio/voices",
    models_path="/v1/models",
    health_path="/health",
)

PROFILES = (OPENAI, KOKORO, F5, CHATTERBOX, CHATTERBOX_API, QWEN3, KANI, SPEACHES)
