"""Structured logs: one JSON object a line, with the request id and what the caller of the logger adds in `extra`."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar

# Set by the middleware for the time of a request, read by every log line in it.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# Names of `extra` that are written; whatever else is passed stays out, so that no secret slips in.
FIELDS = ("team", "token_prefix", "attempt", "trace_id", "voice", "clip", "task", "kind", "code", "step")


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line.update({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
