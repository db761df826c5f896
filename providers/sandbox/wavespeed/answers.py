"""WaveSpeed's answers: an envelope around everything, and two channels for errors.

A request that the gateway refuses gets an HTTP status and `{code, message}`. A task that fails is HTTP 200, `code` 200
and `data.status` "failed" (error code page).
"""

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

MODERATED = 1200
MISSING_PARAMETER = 1400
INVALID_PARAMETER = 1401
MEDIA_ACCESS_FAILED = 1402
TASK_FAILED = 1405
INTERNAL_ERROR = 5000
TIMED_OUT = 5004

STATUS_TEXTS = {400: "Bad request", 401: "Unauthorized", 404: "Not found", 413: "File too large",
                429: "Too many requests", 500: "Internal server error"}  # fmt: skip


class RefusedError(Exception):
    """The gateway refuses: nothing was made and nothing charged."""

    def __init__(self, status: int, message: str = "", error_code: int | None = None) -> None:
        """With the usual words for the status, unless others are given."""
        super().__init__(status, message)
        self.status = status
        self.message = message or STATUS_TEXTS[status]
        self.error_code = error_code

    def response(self) -> Response:
        """What is answered."""
        told = {} if self.error_code is None else {"error_code": self.error_code}
        return _json({"code": self.status, "message": self.message, **told}, self.status)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed."""

    code: int
    error: str


class TaskFailedError(Exception):
    """A task cannot succeed; told inside HTTP 200."""

    def __init__(self, code: int, error: str) -> None:
        """With the number and the sentence of the answer."""
        super().__init__(code, error)
        self.failure = Failure(code, error)


def answer(data: Any) -> Response:
    """The envelope."""
    return _json({"code": 200, "message": "success", "data": data}, 200)


def _json(body: Any, status: int) -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, media_type="application/json; charset=utf-8")
