"""One request over one HTTP client, whichever: how it is put, what its failures mean, what bounds its answer.

The rule of the translation: a connection that was never made cannot have cost anything; as soon as bytes may have been
written, a lost answer is an unknown outcome (unless the request may be repeated freely). The table is closed: an httpx
error that is not listed passes through untranslated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from providers.errors import Category, FetchError, ProviderError, WhoActs, lost_answer, malformed
from providers.types import Request, Response, Timeouts, UploadPart

OnSent = Callable[[Request], None]

# Connection never made: surely not charged. (exception, retryable, who acts)
NEVER_SENT: tuple[tuple[type[Exception], bool, WhoActs], ...] = (
    (httpx.ConnectError, True, "nobody"),
    (httpx.ConnectTimeout, True, "nobody"),
    (httpx.PoolTimeout, True, "nobody"),
    (httpx.UnsupportedProtocol, False, "operator"),
)
# Bytes may have been written: nobody knows what the provider did with them.
MAYBE_SENT: tuple[type[Exception], ...] = (
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.DecodingError,
)
TRANSLATED: tuple[type[Exception], ...] = (*(row[0] for row in NEVER_SENT), *MAYBE_SENT, FetchError)
# A day: more is a mistake, and 1e300 seconds are not a time.
_LONGEST_RETRY_AFTER = 86_400.0
_BODY_SENT = ("http11.send_request_body.complete", "http2.send_request_body.complete")


def refuse_foreign_origin(request: Request) -> None:
    """The key goes to the account's own origin and nowhere else."""
    if _origin(request.url) == _origin(request.account.base_url):
        return
    raise ProviderError(
        f"{request.operation} would leave the address of its account; nothing was sent",
        category=Category.UNSUPPORTED,
        field="base_url",
    )


def translated(error: Exception, request: Request) -> ProviderError:
    """A transport failure as one of ours: surely unpaid when no connection was made, else unknown."""
    if isinstance(error, FetchError):
        return ProviderError(str(error), category=Category.UNSUPPORTED, field="base_url")
    for kind, retryable, who_acts in NEVER_SENT:
        if isinstance(error, kind):
            message = f"No connection for {request.operation}: {_named(error)}"
            return ProviderError(message, category=Category.PROVIDER_DOWN, retryable=retryable, who_acts=who_acts)
    return lost_answer(request, _named(error))


def note_retry_after(error: ProviderError, response: Response | None) -> None:
    """Write on ``error`` how long the answer it was read from asked to be left alone (RFC 9110: seconds or a date)."""
    told = response.headers.get("Retry-After") if response is not None else None
    if not told or error.retry_after_seconds is not None:
        return
    try:
        seconds = float(told) if told.isdecimal() else parsedate_to_datetime(told).timestamp() - time.time()
    except ValueError:
        return
    error.retry_after_seconds = min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()


class Sent:
    """Tells ``on_sent`` exactly once, when the last byte of the request is written."""

    def __init__(self, request: Request, on_sent: OnSent | None) -> None:
        self._request = request
        self._on_sent = on_sent

    def now(self) -> None:
        """The answer begins: everything was sent."""
        tell, self._on_sent = self._on_sent, None
        if tell is not None:
            tell(self._request)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """httpx's trace hook."""
        if event in _BODY_SENT:
            self.now()

    async def async_trace(self, event: str, info: dict[str, Any]) -> None:
        """The same for asynchronous clients."""
        self.trace(event, info)


class Budget:
    """What the answer to one request may take: bytes and seconds."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._size = 0
        self._deadline = time.monotonic() + request.timeout.total

    def spend(self, chunk: bytes) -> None:
        """Count another piece of the answer. Raises ``ProviderError`` when it is too long or too late."""
        self._size += len(chunk)
        if self._size > self._request.max_response_bytes:
            raise malformed(self._request, f"longer than {self._request.max_response_bytes} bytes")
        if time.monotonic() > self._deadline:
            raise lost_answer(self._request, f"still coming after {self._request.timeout.total} s")


def _origin(url: str) -> tuple[str, str, int | None, bytes]:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ProviderError("The address is no URL", category=Category.UNSUPPORTED, field="base_url") from error
    return parsed.scheme, parsed.host, parsed.port, parsed.userinfo


def httpx_timeout(timeouts: Timeouts) -> httpx.Timeout:
    """The phases in httpx's words; the total has no word there and is kept by ``Budget``."""
    return httpx.Timeout(connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool)


def arguments(request: Request) -> dict[str, Any]:
    """The request in httpx's words. Compression is declined: it would let a small answer grow past its bound."""
    return {
        "method": request.method,
        "url": request.url,
        "headers": {"Accept-Encoding": "identity", **request.headers},
        "params": dict(request.params) or None,
        "json": request.json,
        "data": request.form,
        "files": {name: _part(part) for name, part in request.files.items()} if request.files else None,
        "timeout": httpx_timeout(request.timeout),
    }


def _part(part: UploadPart) -> tuple[str, bytes, str]:
    return part.filename, part.content, part.content_type
