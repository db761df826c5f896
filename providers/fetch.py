"""Fetches foreign URLs (result audio, previews) the guarded way, and checks addresses that people enter.

What is refused: other schemes than http(s), credentials in the URL, addresses that are not public unless the operator
listed the exact "host:port", redirects to any of these (each hop is checked anew), more than three hops, a step down
from https, answers too large, too slow or of the wrong type. No header of a caller goes out, so no key can leak.
"""

from __future__ import annotations

import re
import ssl
import time
from dataclasses import dataclass, field
from typing import NoReturn

import httpx

from providers.errors import FetchFailedError, FetchRefusedError
from providers.guard import (
    Allowed,
    GuardedBackend,
    GuardedTransport,
    Resolver,
    checked_addresses,
    is_listed,
    system_resolver,
)

MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_CREDENTIALS = re.compile(r"[^/?#]*//[^/?#]*@")
# What a browser and a library read differently: backslashes, white space, control characters.
_AMBIGUOUS = re.compile(r"[\\\s\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """What may be fetched.

    ``allowed`` lists "host:port" that may lie in a private range; ``timeout_seconds`` bounds the whole fetch with all
    its redirects; ``content_types`` holds full types ("audio/mpeg") or families ("audio/"), None takes every type.
    """

    allowed: Allowed = frozenset()
    max_bytes: int = 64 * 1024 * 1024
    timeout_seconds: float = 60.0
    content_types: frozenset[str] | None = None
    https_only: bool = False

    def lists(self, url: httpx.URL) -> bool:
        """Whether the operator listed the host and port of ``url``."""
        return is_listed(url.host, _port(url), self.allowed)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was at the end of the redirects."""

    content: bytes = field(repr=False)
    content_type: str
    final_url: str


def check_url(url: str, policy: FetchPolicy, *, resolver: Resolver = system_resolver) -> None:
    """Refuse a URL at the moment it is entered, by the rules that will hold when it is used.

    Raises ``FetchRefusedError``; ``FetchFailedError("resolve")`` for an unknown name.
    """
    parsed = _checked(url, policy)
    checked_addresses(parsed.host, _port(parsed), allowed=policy.allowed, resolver=resolver)


def fetch(
    url: str, policy: FetchPolicy, *, resolver: Resolver = system_resolver, tls: ssl.SSLContext | None = None
) -> Fetched:
    """The bytes at ``url``. Raises ``FetchRefusedError`` and ``FetchFailedError``.

    ``tls`` replaces the public certificate authorities (an operator's own, for one).
    """
    deadline = time.monotonic() + policy.timeout_seconds
    backend = GuardedBackend(allowed=policy.allowed, resolver=resolver)
    transport = GuardedTransport(backend=backend, limits=httpx.Limits(max_keepalive_connections=0), tls=tls)
    with httpx.Client(transport=transport, trust_env=False, follow_redirects=False) as client:
        current = _checked(url, policy)
        for _ in range(MAX_REDIRECTS + 1):
            outcome = _hop(client, current, policy, deadline)
            if isinstance(outcome, Fetched):
                return outcome
            current = _next(current, outcome, policy)
    raise FetchRefusedError("redirects", f"More than {MAX_REDIRECTS} redirects")


def _hop(client: httpx.Client, url: httpx.URL, policy: FetchPolicy, deadline: float) -> Fetched | str:
    """One exchange: the content, or where the answer points to."""
    try:
        with client.stream("GET", url, headers=_HEADERS, timeout=_remaining(deadline)) as answer:
            if answer.status_code in _REDIRECTS and "location" in answer.headers:
                return answer.headers["location"]
            if answer.status_code != 200:
                raise FetchFailedError("status", f"It answered HTTP {answer.status_code}", answer.status_code)
            content_type = answer.headers.get("content-type", "").split(";")[0].strip().lower()
            _check_type(content_type, policy)
            return Fetched(_bounded(answer, policy, deadline), content_type, str(url))
    except httpx.TimeoutException as error:
        raise FetchFailedError("timeout", f"No answer in time: {type(error).__name__}") from error
    except httpx.TransportError as error:
        raise FetchFailedError("connection", f"{type(error).__name__} {error}".strip()) from error


_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "voice-library"}


def _bounded(answer: httpx.Response, policy: FetchPolicy, deadline: float) -> bytes:
    declared = answer.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > policy.max_bytes:
        _refuse("size", f"{declared} bytes; at most {policy.max_bytes} are taken")
    if answer.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        _refuse("type", "It is compressed although that was declined")
    content = bytearray()
    for chunk in answer.iter_raw():
        content += chunk
        if len(content) > policy.max_bytes:
            _refuse("size", f"More than {policy.max_bytes} bytes")
        _remaining(deadline)
    return bytes(content)


def _next(current: httpx.URL, location: str, policy: FetchPolicy) -> httpx.URL:
    if _AMBIGUOUS.search(location):
        _refuse("url", "The redirect holds white space, control characters or backslashes")
    try:
        target = _checked(str(current.join(location)), policy)
    except httpx.InvalidURL as error:
        raise FetchRefusedError("url", f"The redirect is no URL: {error}") from error
    if current.scheme == "https" and target.scheme == "http" and not policy.lists(target):
        _refuse("scheme", "A redirect steps down from https")
    return target


def _checked(url: str, policy: FetchPolicy) -> httpx.URL:
    if _AMBIGUOUS.search(url):
        _refuse("url", "It holds white space, control characters or backslashes")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FetchRefusedError("url", f"It is no URL: {error}") from error
    if parsed.scheme not in _PORTS:
        _refuse("scheme", f"{parsed.scheme or 'No scheme'} is neither http nor https")
    if not parsed.host or not 0 < _port(parsed) < 65536:
        _refuse("url", "It names no host, or a port that is none")
    if parsed.userinfo or _CREDENTIALS.match(url):
        _refuse("credentials", "It holds a user name or password")
    if policy.https_only and parsed.scheme != "https" and not policy.lists(parsed):
        _refuse("scheme", "Only https is fetched")
    return parsed


def _check_type(content_type: str, policy: FetchPolicy) -> None:
    wanted = policy.content_types
    if wanted is None or content_type in wanted or f"{content_type.split('/')[0]}/" in wanted:
        return
    _refuse("type", f"{content_type or 'no type'} is none of {', '.join(sorted(wanted))}")


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise FetchFailedError("timeout", "It took too long")
    return remaining


def _port(url: httpx.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port


def _refuse(reason: str, message: str) -> NoReturn:
    raise FetchRefusedError(reason, message)
