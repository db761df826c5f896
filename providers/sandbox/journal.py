"""The last requests, so that a test can prove what reached the vendor. Keys are never kept; length is bounded."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

KEPT_REQUESTS = 500


@dataclass(slots=True)
class Entry:
    """One request. `phonemes` is asked for only when somebody reads it: it costs eSpeak's time."""

    account: str
    at: str
    operation: str
    trace_id: str
    body: Any
    status_code: int | None = None
    provider: str = "minimax"
    phonemes: Callable[[], tuple[str, str]] | None = None
    spoken: tuple[str, str] | None = None

    def row(self) -> dict[str, Any]:
        """The control's shape. Blocks while eSpeak transcribes."""
        if self.spoken is None and self.phonemes is not None:
            self.spoken = self.phonemes()
        spoken = self.spoken or (None, None)
        return {
            "at": self.at,
            "provider": self.provider,
            "operation": self.operation,
            "trace_id": self.trace_id,
            "status_code": self.status_code,
            "body": self.body,
            "phonemes": spoken[0],
            "phonemes_without_rules": spoken[1],
        }


class Journal:
    """A bounded list of entries, newest last."""

    def __init__(self) -> None:
        """Empty."""
        self._entries: deque[Entry] = deque(maxlen=KEPT_REQUESTS)

    def add(self, entry: Entry) -> None:
        """Remember a request."""
        self._entries.append(entry)

    def clear(self, account: str | None) -> None:
        """Forget an account's requests, or all."""
        kept = [] if account is None else [entry for entry in self._entries if entry.account != account]
        self._entries = deque(kept, maxlen=KEPT_REQUESTS)

    def latest(
        self, *, account: str | None, operation: str | None, limit: int, provider: str | None = None
    ) -> list[Entry]:
        """Up to `limit` newest entries, oldest of them first."""
        meant = [
            entry
            for entry in self._entries
            if account in (None, entry.account)
            and operation in (None, entry.operation)
            and provider in (None, entry.provider)
        ]
        return meant[-limit:]
