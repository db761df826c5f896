"""Asking for work a provider has accepted until it is finished: one rule for every provider that works that way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from providers.errors import PendingError, ProviderError
from providers.types import Operation, Pause, Request, Response

T = TypeVar("T")

POLL_SECONDS = 45.0
"""How long one conversation waits for accepted work before it leaves it to the next one (planning figure)."""
POLL_EVERY_SECONDS = 1.0
ASK_AGAIN_SECONDS = 15.0
_LONGEST_PAUSE_SECONDS = 10.0

# Nothing was said about the work: the key, the pace or the server stood in the way, and each can change.
_SAYS_NOTHING = frozenset({401, 403, 408, 425, 429})


def poll(
    task: str,
    request: Request,
    read: Callable[[Response], T | None],
    *,
    seconds: float = POLL_SECONDS,
    every_seconds: float = POLL_EVERY_SECONDS,
    growth: float = 1.0,
) -> Operation[T]:
    """Send the (free, repeatable) ``request`` until ``read`` finds a result in its answer.

    ``read`` returns None while the provider works on, and raises ``ProviderError`` only for what the provider says
    about the work itself: failed, expired, unknown id. A question that failed (no connection, 401, 403, 429, 5xx) says
    nothing about the work, which goes on and is billed: it is asked again. Each pause is ``growth`` times as long as
    the one before, up to ten seconds. Raises ``PendingError`` when ``seconds`` are over.
    """
    waited = 0.0
    while True:
        try:
            response = yield request
        except ProviderError:
            response = None
        found = None if response is None or _says_nothing(response) else read(response)
        if found is not None:
            return found
        if waited >= seconds:
            raise PendingError(task, ASK_AGAIN_SECONDS)
        yield Pause(every_seconds)
        waited += every_seconds
        every_seconds = max(every_seconds, min(every_seconds * growth, _LONGEST_PAUSE_SECONDS))


def _says_nothing(response: Response) -> bool:
    return response.status in _SAYS_NOTHING or response.status >= 500
