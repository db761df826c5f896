"""OpenAI's interface, and each local server that imitates it, on the sandbox."""

from providers.openai.answers import post
from providers.openai.profiles import PROFILES
from providers.openai.speech import body, read_speech
from providers.registry import adapter_for
from tests.providers.contract.stage import Refusal, Stage

VOICES = {
    "openai": ("alloy", "coral"),
    "kokoro": ("af_bella", "am_adam"),
    "f5": ("Emilia", "Narrator"),
    "chatterbox": ("Emily.wav", "Michael.wav"),
    "chatterbox_api": ("anna", "narrator"),
    "qwen3": ("Vivian", "Ryan"),
    "kani": ("katie", "simon"),
    "speaches": ("af_bella", "am_adam"),
}
ROUTES = {"speech": "t2a", "list": "get_voice", "clone": "voice_clone", "delete": "delete_voice"}
CODES = {"openai": "rate_limit_error"}


def unchecked_at(profile):
    def unchecked(account, request):
        asked = post(account, "/v1/audio/speech", operation="t2a", json=body(profile, account, request))
        return read_speech(asked, (yield asked), request)

    return unchecked


def stage_of(profile):
    adapter = adapter_for(profile.name)
    voice_id, other_voice_id = VOICES[profile.name]
    return Stage(
        adapter=adapter,
        mount="openai" if profile.name == "openai" else f"openai/{profile.name}",
        voice_id=voice_id,
        other_voice_id=other_voice_id,
        routes={name: ROUTES[name] for name in adapter.capabilities.operations},
        refusal=Refusal(fault="rate_limit", category="rate_limited", code=CODES.get(profile.name, "429")),
        unchecked=unchecked_at(profile),
        # MPEG and the others know 12 kHz too; nobody asks for it.
        stricter=frozenset(f"{container} at 12000" for container in ("mp3", "wav", "flac", "pcm")),
        own_kind="cloned" if profile.lists_uploads else "system",
        traced=profile.name == "openai",
    )


OPENAI_LIKE = tuple(map(stage_of, PROFILES))
