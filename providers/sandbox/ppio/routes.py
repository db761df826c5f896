"""Paths of PPIO. There is no list of voices, no deletion, no upload."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax import files
from providers.sandbox.minimax.gate import Endpoint
from providers.sandbox.ppio import long_text, speech, voices
from providers.sandbox.ppio.gate import MANNERS, gateway_refusal

OPERATIONS = frozenset({"t2a", "t2a_async", "task_result", "voice_clone", "download"})


def routes(emulator: Emulator) -> list[BaseRoute]:
    """The routes below `/ppio`."""
    clone = Endpoint(emulator, "voice_clone", voices.clone, manners=MANNERS)
    submit = Endpoint(emulator, "t2a_async", long_text.submit, manners=MANNERS)
    result = Endpoint(emulator, "task_result", long_text.task_result, manners=MANNERS)
    return [
        Route("/v3/minimax-voice-cloning", clone, methods=["POST"]),
        Route("/v3/async/task-result", result, methods=["GET"]),
        Route("/v3/async/{model}", submit, methods=["POST"]),
        Route("/v3/{model}", Endpoint(emulator, "t2a", speech.t2a, manners=MANNERS), methods=["POST"]),
        Route(
            "/download/{name}",
            Endpoint(emulator, "download", files.download, public=True, manners=MANNERS),
            methods=["GET"],
        ),
        Route("/{path:path}", unknown, methods=["GET", "POST", "PUT", "DELETE"]),
    ]


async def unknown(request: Request) -> Response:
    """No such path."""
    return gateway_refusal(404, "API_NOT_FOUND", "api not found")
