"""Structured logs: one JSON object a line, with who asked in which request and what the logger's caller adds."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar, Token

# Set for the time of a request (id, then team and token once they are known), read by every log line in it.
_request: ContextVar[dict[str, str] | None] = ContextVar("request", default=None)

# Names of `extra` that are written; whatever else is passed stays out, so that no secret slips in.
FIELDS = ("team", "token_prefix", "attempt", "trace_id", "voice", "clip", "task", "kind", "code", "step")


def begin_request(request_id: str) -> Token[dict[str, str] | None]:
    """From here on every log line bears the request's id; give the answer to `end_request`."""
    return _request.set({"request_id": request_id})


def add_to_request(**fields: str) -> None:
    """What became known about the request; nothing outside of one."""
    known = _request.get()
    if known is not None:
        known.update(fields)


def end_request(begun: Token[dict[str, str] | None]) -> None:
    """The request is answered."""
    _request.reset(begun)


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(_request.get() or {})
        line.update({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
