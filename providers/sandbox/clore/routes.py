"""The proxy of the guide (Clore, "MiniMax Speech"): FastAPI before t2a_v2, one model, one rate.

As published it decodes MiniMax's hexadecimal as base64, which yields bytes that are no audio, or falls over when the
number of digits does not suit base64, paid or not. The switch `as_published` brings that back; without it the proxy is
one that somebody repaired.
"""

import base64
import binascii

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from providers.sandbox.accounts import account_of
from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import Encoded, encode
from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.gate import Call, Endpoint, Manners, bearer_key, in_thread
from providers.sandbox.minimax.performance import cast_of, charge, perform
from providers.sandbox.minimax.validation import read_speech

OPERATIONS = frozenset({"t2a", "health"})
MODEL = "speech-02-hd"
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "voice_id": str,
    "speed": (int, float),
    "output_format": str,
}
ANONYMOUS = "anonymous"


class InvalidBodyError(VendorError):
    """What FastAPI refuses before the proxy's own code runs."""

    def __init__(self, field: str, text: str) -> None:
        """With the field at fault."""
        super().__init__(422, text)
        self.field = field


def routes(emulator: Emulator) -> list[BaseRoute]:
    """The routes below `/clore`."""
    return [
        Route("/tts", Endpoint(emulator, "t2a", tts, manners=MANNERS), methods=["POST"]),
        Route("/health", Endpoint(emulator, "health", health, manners=MANNERS), methods=["GET"]),
    ]


async def tts(call: Call) -> Response:
    """Speak through MiniMax, on the account of whoever runs the proxy."""
    container = _checked(call)
    asked = call.body
    body = {
        "model": MODEL,
        "text": asked["text"],
        "voice_setting": {"voice_id": asked.get("voice_id", "Calm_Woman"), "speed": asked.get("speed", 1.0)},
        "audio_setting": {"sample_rate": 32000, "bitrate": 128000, "format": container},
    }
    ask = read_speech(body)
    cast = cast_of(call, ask)
    spoken = await in_thread(lambda: perform(call.emulator, ask, cast, short=call.trouble == "short_audio"))
    encoded: Encoded = await in_thread(lambda: encode(spoken.sound, ask.shape))
    charge(call, ask)
    await call.emulator.clock.pause(call.emulator.pace.seconds(encoded.duration_ms))
    content = encoded.content
    if call.emulator.switches.is_on("clore", "as_published"):
        try:
            content = base64.b64decode(content.hex())
        except binascii.Error:
            return _fell_over()
    return Response(content, media_type=f"audio/{container}")


async def health(call: Call) -> Response:
    """Up."""
    return JSONResponse({"status": "ok", "model": "minimax-speech-2.6"})


def _checked(call: Call) -> str:
    """The container, once the body fits the guide's model."""
    body = call.body
    if not isinstance(body, dict):
        raise InvalidBodyError("", "Input should be a valid dictionary or object to extract fields from")
    if "text" not in body:
        raise InvalidBodyError("text", "Field required")
    for name, kind in _FIELDS.items():
        if name in body and (not isinstance(body[name], kind) or isinstance(body[name], bool)):
            raise InvalidBodyError(name, "Input should have another type")
    return str(body.get("output_format", "mp3"))


def _authorise(emulator: Emulator, request: Request) -> str:
    """The proxy asks for no key; one that comes along tells accounts apart."""
    return account_of(bearer_key(request) or ANONYMOUS)


def _refuse(call: Call, error: VendorError) -> Response:
    """FastAPI words its own refusals, and a gate before the proxy those of its pace; whatever MiniMax refuses,
    `data["data"]["audio"]` is not there."""
    if error.code in (1002, 1041):
        return JSONResponse({"detail": "Too Many Requests"}, 429)
    if isinstance(error, InvalidBodyError):
        detail = [{"type": "value_error", "loc": ["body", error.field], "msg": error.text, "input": None}]
        return JSONResponse({"detail": detail}, 422)
    return _fell_over()


def _fell_over() -> Response:
    return Response("Internal Server Error", 500, media_type="text/plain")


MANNERS = Manners("clore", _authorise, _refuse)
