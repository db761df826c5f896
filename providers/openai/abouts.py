"""What to know of OpenAI and of each local server of its shape before the first call."""

from types import MappingProxyType

from providers.about import About

_OWN = "It runs in your own house and costs nothing per call: booked as 0, and every number of characters is our count."
_LISTED = "FETCH_ALLOWED_HOSTS has to name its `host:port`, as its address is not public."

ABOUTS = MappingProxyType(
    {
        "openai": About(
            title="OpenAI",
            what="Speech by `/v1/audio/speech` at OpenAI itself.",
            before_paying=(
                "`tts-1` and `tts-1-hd` are billed by characters (15 and 30 USD a million). `gpt-4o-mini-tts`, the "
                "default, "
                "is billed by tokens (about 0.015 USD a minute): it is booked at tts-1's price as an estimate.",
                "OpenAI's custom voices are neither made nor spoken with here; names of further voices go into the "
                "option `voices`.",
            ),
            traps=(
                "429 with `insufficient_quota` is an empty purse, not a pace: it is not tried again.",
                "A field too many is refused, so none is sent that the model does not know.",
            ),
            sources=(
                "[openai/openai-openapi](https://github.com/openai/openai-openapi)@f85dbe2",
                "[tts-1](https://developers.openai.com/api/docs/models/tts-1), "
                "[tts-1-hd](https://developers.openai.com/api/docs/models/tts-1-hd), "
                "[gpt-4o-mini-tts](https://developers.openai.com/api/docs/models/gpt-4o-mini-tts): prices",
            ),
        ),
        "kokoro": About(
            title="Kokoro-FastAPI",
            what="Kokoro's small model behind remsky's server. No cloning.",
            before_paying=(_OWN, _LISTED),
            traps=(
                "It streams unless told not to, and a failure after the first byte is then a cut file with status 200.",
                "Voices are listed as objects now, as plain names in older releases.",
            ),
            sources=("[remsky/Kokoro-FastAPI](https://github.com/remsky/Kokoro-FastAPI)@26eec06",),
            address="http://kokoro.internal:8880",
        ),
        "f5": About(
            title="F5-TTS (openai-f5-tts)",
            what="F5-TTS behind matthewhand's server. Voices are folders on its disk: a recording and its words.",
            before_paying=(_OWN, _LISTED, "Voices are added on the server's disk, not from here."),
            traps=("A format it does not know is answered as mp3 under another name: bytes decide.",),
            sources=("[matthewhand/openai-f5-tts](https://github.com/matthewhand/openai-f5-tts)@c274199",),
            address="http://f5.internal:9090",
        ),
        "chatterbox": About(
            title="Chatterbox-TTS-Server",
            what="Chatterbox behind devnen's server. A voice is a file's name with its ending.",
            before_paying=(_OWN, _LISTED, "Recordings last 30 seconds at most; there is no deletion."),
            traps=(
                "A file of a known name is not replaced and yet reported as uploaded: names come from the content.",
                "A recording that fails its checks is reported among the errors of a success.",
                "Uploaded recordings are not in the list of voices but in one of their own.",
            ),
            sources=("[devnen/Chatterbox-TTS-Server](https://github.com/devnen/Chatterbox-TTS-Server)@68213e7",),
            address="http://chatterbox.internal:8004",
        ),
        "chatterbox_api": About(
            title="chatterbox-tts-api",
            what="Chatterbox behind travisvn's server, with a library of uploaded voices.",
            before_paying=(
                _OWN,
                _LISTED,
                "All it lists was uploaded by somebody: none is a system voice unless the option `voices` names it.",
            ),
            traps=(
                "An unknown voice is spoken by another one and answered 200: the name is looked up before each "
                "synthesis.",
                "It answers WAV whatever is asked, and ignores the speed: the first is converted, the second refused.",
            ),
            sources=("[travisvn/chatterbox-tts-api](https://github.com/travisvn/chatterbox-tts-api)@a5f4661",),
            address="http://chatterbox.internal:4123",
        ),
        "qwen3": About(
            title="Qwen3-TTS (vLLM-Omni)",
            what="Qwen3-TTS behind vLLM-Omni. One model a server; its served name goes into the option `model`.",
            before_paying=(_OWN, _LISTED, "Cloning needs a server that runs the Base model."),
            traps=("An uploaded name replaces another voice of the same name: ours carry a random ending.",),
            sources=("[vllm-project/vllm-omni](https://github.com/vllm-project/vllm-omni), speech API documentation",),
            address="http://qwen.internal:8091",
        ),
        "kani": About(
            title="Kani-TTS-2 (kani-tts-2-openai-server)",
            what="Kani-TTS-2 behind an OpenAI-shaped server. Voices are files on its disk, loaded at its start.",
            before_paying=(
                _OWN,
                _LISTED,
                "It lists no voices: `random` is known, name the others in the option `voices`.",
            ),
            traps=(
                "It makes WAV and PCM only and refuses mp3 with 422: WAV is asked for and converted here.",
                "It has no speed: refused by name.",
            ),
            sources=(
                "[sagaradjay/kani-tts-2-openai-server](https://github.com/sagaradjay/kani-tts-2-openai-server)@466b8d0",
            ),
            address="http://kani.internal:8000",
        ),
        "speaches": About(
            title="Speaches",
            what="A server that runs Kokoro, Piper and others by their Hugging Face ids. No cloning.",
            before_paying=(
                _OWN,
                _LISTED,
                "The model has to be downloaded there first (`POST /v1/models/{id}`); another than Kokoro goes into "
                "the option `model`.",
            ),
            traps=(
                "OpenAI's voice names are spoken by its first voice and answered 200: the name is looked up before "
                "each synthesis.",
                "It always streams, so that a failure after the first byte is a cut answer: that is no success.",
            ),
            sources=("[speaches-ai/speaches](https://github.com/speaches-ai/speaches)@02ca270",),
            address="http://speaches.internal:8000",
        ),
    }
)
