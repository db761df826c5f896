"""Paths and methods of the MiniMax surface."""

from starlette.routing import BaseRoute, Route, WebSocketRoute

from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax import design, files, long_text, speech, voices
from providers.sandbox.minimax.bidirectional import BidirectionalSession
from providers.sandbox.minimax.gate import Endpoint, Work
from providers.sandbox.minimax.socket_speech import SpeechSocket

_TABLE: tuple[tuple[str, str, str, Work], ...] = (
    ("POST", "/v1/t2a_v2", "t2a", speech.t2a),
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


def routes(emulator: Emulator) -> list[BaseRoute]:
    """The routes below `/minimax`."""
    table: list[BaseRoute] = [
        Route(path, Endpoint(emulator, operation, work), methods=[method]) for method, path, operation, work in _TABLE
    ]
    download = Endpoint(emulator, "download", files.download, public=True)
    return [
        *table,
        Route("/download/{name}", download, methods=["GET"]),
        WebSocketRoute("/ws/v1/t2a_v2", SpeechSocket(emulator)),
        WebSocketRoute("/ws/v1/t2a_v2_bidi", SpeechSocket(emulator, BidirectionalSession)),
    ]
