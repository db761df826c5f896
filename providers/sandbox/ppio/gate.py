"""Whom the gateway lets in and how it refuses (error lists of PPIO and Novita): a real HTTP status and an envelope
whose `reason` is what to go by. Up to 2.6 everything comes that way; from 2.8 on MiniMax's own verdicts pass."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from providers.sandbox.accounts import account_of
from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax.answers import VendorError, refusal
from providers.sandbox.minimax.gate import Call, Manners, bearer_key

# MiniMax's code for it: HTTP status and reason. What the list does not name is a body that does not fit.
REASONS = {
    1000: (500, "TASK_FAILED"),
    1001: (500, "GET_RESULT_FAILED"),
    1002: (429, "RATE_LIMIT_EXCEEDED"),
    1004: (403, "INVALID_API_KEY"),
    1008: (400, "BILLING_BALANCE_NOT_ENOUGH"),
    1024: (500, "TASK_FAILED"),
    1026: (400, "ILLEGAL_PROMPT"),
    1033: (500, "TASK_FAILED"),
    1039: (429, "RATE_LIMIT_EXCEEDED"),
    1041: (429, "RATE_LIMIT_EXCEEDED"),
    2037: (400, "INVALID_AUDIO_FILE"),
    2038: (403, "NEED_REAL_NAME_VERIFY"),
    2048: (400, "INVALID_AUDIO_FILE"),
}
# What the gateway decides before a model of 2.8 is asked.
_BEFORE_MINIMAX = frozenset({1002, 1004, 1008, 1041})


class GatewayError(VendorError):
    """A refusal by the gateway itself."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        """With the HTTP status and the reason."""
        super().__init__(status, text)
        self.status = status
        self.reason = reason


def authorise(emulator: Emulator, request: Request) -> str:
    """The account that calls. No key is a bad request, a wrong one is forbidden; neither is a 401."""
    if not request.headers.get("authorization"):
        raise GatewayError(400, "MISSING_API_KEY", "missing api-key")
    key = bearer_key(request)
    if key is None or not emulator.accounts.knows(key):
        raise GatewayError(403, "INVALID_API_KEY", "invalid api-key")
    return account_of(key)


def refuse(call: Call, error: VendorError) -> Response:
    """In the shape of whoever refuses."""
    if isinstance(error, GatewayError):
        return gateway_refusal(error.status, error.reason, error.text)
    if is_nested(call) and error.code not in _BEFORE_MINIMAX:
        return refusal(error)
    return gateway_refusal(*REASONS.get(error.code, (400, "INVALID_REQUEST_BODY")), error.text)


def is_nested(call: Call) -> bool:
    """Whether this route answers in MiniMax's shape: 2.8, and all once the switch is on."""
    path = call.request.url.path
    if "minimax-speech-" not in path:
        return False
    return "minimax-speech-2.8-" in path or call.emulator.switches.is_on("ppio", "nested_answers")


def envelope(status: int, reason: str, text: str) -> dict[str, Any]:
    """The gateway's envelope."""
    return {"code": status, "reason": reason, "message": text, "metadata": {}}


def gateway_refusal(status: int, reason: str, text: str) -> Response:
    """The envelope with its HTTP status."""
    return JSONResponse(envelope(status, reason, text), status)


MANNERS = Manners("ppio", authorise, refuse)
