"""Paths below `/openai`: OpenAI itself, and each local server below its name."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Mount, Route

from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax.gate import Endpoint
from providers.sandbox.openai import voices
from providers.sandbox.openai.gate import manners_of
from providers.sandbox.openai.servers import (
    CHATTERBOX,
    CHATTERBOX_API,
    F5,
    KANI,
    KOKORO,
    OPENAI,
    QWEN3,
    SERVERS,
    SPEACHES,
    Server,
)
from providers.sandbox.openai.speech import speech_at
from providers.sandbox.openai.voices import Work

OPERATIONS = frozenset({"t2a", "models", "get_voice", "voice_clone", "delete_voice", "health"})
_MODEL_LISTS = (OPENAI, KOKORO, F5, CHATTERBOX_API, QWEN3, SPEACHES)


def routes(emulator: Emulator) -> list[BaseRoute]:
    """OpenAI's own paths, and a mount for each server."""
    mounts = [Mount(f"/{server.name}", routes=_routes(emulator, server)) for server in SERVERS if server is not OPENAI]
    return [*mounts, *_routes(emulator, OPENAI)]


def _routes(emulator: Emulator, server: Server) -> list[BaseRoute]:
    manners = manners_of(server)
    return [
        Route(path, Endpoint(emulator, operation, work, manners=manners), methods=[method])
        for method, path, operation, work in _table(server)
    ]


def _table(server: Server) -> Iterable[tuple[str, str, str, Work]]:
    yield "POST", "/v1/audio/speech", "t2a", speech_at(server)
    if server in _MODEL_LISTS:
        yield "GET", "/v1/models", "models", voices.models_at(server)
        yield "GET", "/v1/models/{model}", "models", voices.model_at(server)
    if server in (KOKORO, CHATTERBOX, QWEN3, SPEACHES):
        yield "GET", "/v1/audio/voices", "get_voice", voices.voices_at(server)
    if server in (KOKORO, QWEN3, KANI, SPEACHES):
        yield "GET", "/health", "health", voices.health
    if server is F5:
        yield "GET", "/v1/voices", "get_voice", voices.voices_at(server)
    if server is CHATTERBOX:
        yield "GET", "/get_reference_files", "get_voice", voices.reference_files
        yield "POST", "/upload_reference", "voice_clone", voices.upload_reference
    if server is CHATTERBOX_API:
        yield "GET", "/voices", "get_voice", voices.voices_at(server)
        yield "POST", "/voices", "voice_clone", voices.add_voice
        yield "DELETE", "/voices/{name}", "delete_voice", voices.remove_voice
    if server is QWEN3:
        yield "POST", "/v1/audio/voices", "voice_clone", voices.add_uploaded_voice
        yield "DELETE", "/v1/audio/voices/{name}", "delete_voice", voices.remove_voice
