"""Whom a server lets in, and how it words a refusal: six shapes for the same sentence."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from providers.sandbox.accounts import account_of
from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.gate import Call, Manners, bearer_key
from providers.sandbox.openai.servers import Server

ANONYMOUS = "anonymous"
# What the shared gate refuses in MiniMax's numbers: rate, balance, key, a body that cannot be read, trouble within.
_STATUSES = {1002: 429, 1041: 429, 1008: 429, 1004: 401, 2013: 400, 2054: 404, 20132: 400}
_TYPES = {400: "invalid_request_error", 401: "authentication_error", 404: "invalid_request_error",
          429: "rate_limit_error"}  # fmt: skip


class RefusedError(VendorError):
    """A refusal with its HTTP status and the field at fault."""

    def __init__(self, status: int, text: str, *, field: str | None = None, code: str | None = None) -> None:
        """`code` is the machine's word, where the server has one."""
        super().__init__(status, text)
        self.status = status
        self.field = field
        self.machine_code = code


def manners_of(server: Server) -> Manners:
    """The ways of one server."""
    return Manners(server.name, lambda emulator, request: _authorise(server, emulator, request), _refusal_of(server))


def _authorise(server: Server, emulator: Emulator, request: Request) -> str:
    """The account that calls: a key opens one, and local servers ask for none."""
    key = bearer_key(request) or request.headers.get("xi-api-key", "")
    if server.keyed and not key:
        raise RefusedError(401, "You didn't provide an API key.")
    if (key or server.keyed) and not emulator.accounts.knows(key):
        raise RefusedError(401, "Incorrect API key provided.", code="invalid_api_key")
    return account_of(key or ANONYMOUS)


def _refusal_of(server: Server) -> Any:
    def refuse(call: Call, error: VendorError) -> Response:
        if isinstance(error, RefusedError):
            return worded(server, error)
        code = "insufficient_quota" if error.code == 1008 else None
        return worded(server, RefusedError(_STATUSES.get(error.code, 500), error.text, code=code))

    return refuse


def worded(server: Server, error: RefusedError) -> Response:
    """The refusal in the server's shape."""
    status, text = error.status, error.text
    # What FastAPI itself refuses looks the same everywhere it is used.
    if status == 422:
        place = ["body", *([error.field] if error.field else [])]
        return JSONResponse({"detail": [{"loc": place, "msg": text, "type": "value_error"}]}, 422)
    return JSONResponse(_body(server, error, status, text), status)


def _body(server: Server, error: RefusedError, status: int, text: str) -> dict[str, Any]:
    kind = _TYPES.get(status, "server_error")
    if server.errors == "openai":
        return {"error": {"message": text, "type": kind, "param": error.field, "code": error.machine_code}}
    if server.errors == "kokoro":
        named = "validation_error" if status < 500 else "server_error"
        return {"detail": {"error": named, "message": text, "type": kind}}
    if server.errors == "chatterbox":
        return {"detail": {"error": {"message": text, "type": kind}}}
    if server.errors == "vllm":
        named = "BadRequestError" if status < 500 else "InternalServerError"
        return {"error": {"message": text, "type": named, "param": error.field, "code": status}}
    if server.errors == "text":
        return {"error": text}
    return {"detail": text}
