"""Whom the gateway lets in and how it refuses (UModelverse's error page): what it decides itself it says in OpenAI's
shape with an HTTP status and the id of the request in `param`; what MiniMax decides passes through as HTTP 200."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from providers.sandbox.accounts import account_of
from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax.answers import VendorError, refusal
from providers.sandbox.minimax.gate import Call, Manners, bearer_key

# MiniMax's code that stands for it in here: HTTP status, the gateway's code.
GATEWAY = {
    1001: (408, "timeout"),
    1002: (429, "rate_limit"),
    1004: (401, "auth_error"),
    1024: (500, "model_server_error"),
    1026: (400, "sensitive_check_error"),
    1041: (429, "rate_limit"),
}
_TYPES = {401: "authentication_error", 408: "timeout_error", 429: "rate_limit_error", 500: "server_error"}


class GatewayError(VendorError):
    """A refusal by the gateway, before MiniMax."""

    def __init__(self, status: int, code: str, text: str) -> None:
        """With the HTTP status and the gateway's code."""
        super().__init__(status, text)
        self.status = status
        self.gateway_code = code


def authorise(emulator: Emulator, request: Request) -> str:
    """The account that calls."""
    key = bearer_key(request)
    if key is None or not emulator.accounts.knows(key):
        raise GatewayError(401, "auth_error", "Invalid API key")
    return account_of(key)


def refuse(call: Call, error: VendorError) -> Response:
    """In the shape of whoever refuses."""
    if isinstance(error, GatewayError):
        return gateway_refusal(error.status, error.gateway_code, error.text, call.trace_id)
    if error.code in GATEWAY:
        return gateway_refusal(*GATEWAY[error.code], error.text, call.trace_id)
    return refusal(error)


def gateway_refusal(status: int, code: str, text: str, request_id: str) -> Response:
    """The gateway's envelope."""
    kind = _TYPES.get(status, "invalid_request_error")
    return JSONResponse({"error": {"message": text, "type": kind, "code": code, "param": request_id}}, status)


MANNERS = Manners("umodelverse", authorise, refuse)
