"""How long one run of an operation may wait, and whom it tells of accepted work; the same for both drivers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from providers.errors import PendingError
from providers.types import Accepted, Pause, Request

OnAccepted = Callable[[Accepted], None]

# What is left for a question about accepted work, at least: one that begins at the very end still has a chance.
_LEAST_SECONDS = 1.0


class Patience:
    """The time one run has. Each request may take ``seconds`` until work is accepted or the run pauses; pauses and the
    requests after that share what is left of ``seconds`` since the run began."""

    def __init__(self, seconds: float, on_accepted: OnAccepted | None) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._on_accepted = on_accepted
        self._task = ""
        self._shares = False

    def accept(self, accepted: Accepted) -> None:
        """Remember and tell that paid work goes on at the provider under an id."""
        self._task, self._shares = accepted.task, True
        if self._on_accepted is not None:
            self._on_accepted(accepted)

    def spend(self, pause: Pause) -> float:
        """The seconds to sleep. Raises ``PendingError`` when the pause does not fit into what is left."""
        if pause.seconds > self._left():
            raise PendingError(self._task, pause.seconds)
        self._shares = True
        return pause.seconds

    def bounded(self, request: Request) -> Request:
        """The request, no longer than it may take."""
        seconds = max(self._left(), _LEAST_SECONDS) if self._shares else self._seconds
        return replace(request, timeout=request.timeout.within(seconds))

    def _left(self) -> float:
        return self._ends - time.monotonic()
