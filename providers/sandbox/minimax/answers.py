"""The vendor's answers: business errors are HTTP 200 with a `base_resp` (MiniMax error code page, and measured)."""

import json
import secrets
from typing import Any

from starlette.responses import Response

LOGIN_FAIL = "login fail: Please carry the API secret key in the 'Authorization' field of the request header"

MESSAGES = {
    1000: "unknown error",
    1001: "request timeout",
    1002: "rate limit exceeded(RPM)",
    1004: LOGIN_FAIL,
    1008: "insufficient balance",
    1013: "internal service error",
    1024: "internal error",
    1026: "input new_sensitive",
    1027: "output new_sensitive",
    1033: "system error, mysql failed",
    1039: "rate limit exceeded(TPM)",
    1041: "conn limit",
    1042: "invisible character ratio limit",
    1043: "asr similarity check failed",
    1044: "clone prompt similarity check failed",
    2013: "invalid params",
    20132: "invalid samples or voice_id",
    2037: "voice duration too short or too long",
    2038: "voice clone not permitted",
    2039: "voice clone voice id duplicate",
    2042: "you don't have access to this voice_id",
    2045: "rate growth limit",
    2048: "prompt audio too long",
    2049: "invalid api key",
    2054: "voice id not exist",
    2056: "usage limit exceeded",
    2201: "connection idle timeout",
    2202: "illegal event",
    2203: "empty text skipped",
    2204: "text over the character limit skipped",
    2205: "too many queued requests",
}


class VendorError(Exception):
    """A refusal by the vendor. `extra` are the empty fields that some refusals carry beside `base_resp`."""

    def __init__(self, code: int, text: str | None = None, **extra: Any) -> None:
        """With the vendor's own text for the code, unless another is given."""
        super().__init__(code, text)
        self.code = code
        self.text = MESSAGES.get(code, "unknown error") if text is None else text
        self.extra = extra


def invalid(field: str) -> VendorError:
    """2013 in the measured manner, for a field that is missing, of the wrong type or out of range."""
    return VendorError(2013, f"invalid params, invalid params: {field}")


def new_trace_id() -> str:
    """32 hexadecimal digits, as the vendor's."""
    return "0" + secrets.token_hex(16)[1:]


def base_resp(code: int = 0, text: str = "success") -> dict[str, Any]:
    """The envelope's verdict."""
    return {"status_code": code, "status_msg": text}


def answer(body: dict[str, Any]) -> Response:
    """A JSON answer with the characters as they are."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, media_type="application/json; charset=utf-8")


def refusal(error: VendorError) -> Response:
    """An error, as HTTP 200."""
    return answer({**error.extra, "base_resp": base_resp(error.code, error.text)})


def not_found() -> Response:
    """What the vendor's gateway says to a wrong path or method."""
    return Response("404 page not found", status_code=404, media_type="text/plain")
