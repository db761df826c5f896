"""Paths of UModelverse: synchronous speech, and MiniMax's other routes only when they are switched on.

The page documents POST /v1/t2a_v2 alone. Clones, files and long texts may be passed through without being documented;
until somebody tries, the sandbox answers both ways (switch `native_routes`).
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax import design, files, long_text, voices
from providers.sandbox.minimax.gate import Call, Endpoint, Work
from providers.sandbox.minimax.speech import say
from providers.sandbox.minimax.validation import Dialect, read_speech
from providers.sandbox.umodelverse.gate import MANNERS, GatewayError, gateway_refusal

# The page's table: it spells the weights with an r, while the prose beside it writes timbre_weights.
DIALECT = Dialect(
    models=frozenset(
        {"speech-2.8-hd", "speech-2.8-turbo", "speech-2.6-hd", "speech-2.6-turbo", "speech-02-hd", "speech-02-turbo"}
    ),
    containers=frozenset({"mp3", "pcm", "flac", "wav"}),
    text_limit=9_999,
    weights="timber_weights",
    subtitles_in_streams=False,
)
_NATIVE: tuple[tuple[str, str, str, Work], ...] = (
    ("POST", "/v1/t2a_async_v2", "t2a_async", long_text.create),
    ("GET", "/v1/query/t2a_async_query_v2", "t2a_async_query", long_text.query),
    ("POST", "/v1/files/upload", "files_upload", files.upload),
    ("GET", "/v1/files/list", "files_list", files.list_files),
    ("GET", "/v1/files/retrieve", "files_retrieve", files.retrieve),
    ("GET", "/v1/files/retrieve_content", "files_retrieve_content", files.retrieve_content),
    ("POST", "/v1/files/delete", "files_delete", files.delete),
    ("POST", "/v1/voice_clone", "voice_clone", voices.clone),
    ("POST", "/v1/voice_design", "voice_design", design.design),
    ("POST", "/v1/get_voice", "get_voice", voices.get_voice),
    ("POST", "/v1/delete_voice", "delete_voice", voices.delete_voice),
)
OPERATIONS = frozenset({"t2a", "models", "download", *(operation for _, _, operation, _ in _NATIVE)})


def routes(emulator: Emulator) -> list[BaseRoute]:
    """The routes below `/umodelverse`."""
    table: list[BaseRoute] = [Route("/v1/t2a_v2", Endpoint(emulator, "t2a", t2a, manners=MANNERS), methods=["POST"])]
    for method, path, operation, work in _NATIVE:
        guarded = Endpoint(emulator, operation, _switched(work), manners=MANNERS)
        table.append(Route(path, guarded, methods=[method]))
    return [
        *table,
        Route("/v1/models", Endpoint(emulator, "models", models, manners=MANNERS), methods=["GET"]),
        Route(
            "/download/{name}",
            Endpoint(emulator, "download", files.download, public=True, manners=MANNERS),
            methods=["GET"],
        ),
        Route("/{path:path}", unknown, methods=["GET", "POST", "PUT", "DELETE"]),
    ]


async def t2a(call: Call) -> Response:
    """POST /v1/t2a_v2. The gateway routes by the model, so an unknown one never reaches MiniMax."""
    call.blanks = {"data": None, "trace_id": call.trace_id}
    if not isinstance(call.body, dict) or call.body.get("model") not in DIALECT.models:
        raise GatewayError(400, "param_error", "The model does not exist")
    return await say(call, read_speech(call.body, DIALECT))


async def models(call: Call) -> Response:
    """GET /v1/models: text models only, whatever speaks."""
    rows: list[Any] = [{"id": "deepseek-ai/DeepSeek-V3", "object": "model", "owned_by": "modelverse"}]
    return JSONResponse({"object": "list", "data": rows})


async def unknown(request: Request) -> Response:
    """No such path."""
    text = f"{request.method} {request.url.path.removeprefix('/umodelverse')} not found"
    return gateway_refusal(404, "param_error", text, request.scope["trace_id"])


def _switched(work: Work) -> Work:
    """A route of MiniMax's that is there only when it is switched on."""

    async def guarded(call: Call) -> Response:
        if not call.emulator.switches.is_on("umodelverse", "native_routes"):
            raise GatewayError(404, "param_error", f"{call.request.method} {call.request.url.path} not found")
        return await work(call)

    return guarded
