"""One emulated vendor: its clock, its memory, its tongue. Everything the HTTP surface needs, in one value."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from providers.sandbox.accounts import Accounts
from providers.sandbox.bill import Bill
from providers.sandbox.clock import SandboxClock
from providers.sandbox.engine import Engine
from providers.sandbox.faults import Faults
from providers.sandbox.file_shelf import FileShelf
from providers.sandbox.journal import Journal
from providers.sandbox.limits import Limits, Pace
from providers.sandbox.store import Store
from providers.sandbox.switches import Switches
from providers.sandbox.tasks import Tasks
from providers.sandbox.transcripts import Transcripts
from providers.sandbox.voice_shelf import VoiceShelf


class Emulator:
    """Made and used inside one event loop; `close` when done."""

    def __init__(self, *, state: Path | None = None, keys: Iterable[str] | None = None) -> None:
        """Resume from the file `state`, or begin in memory."""
        self.stopping = asyncio.Event()
        self.store = Store(state)
        self.accounts = Accounts(keys)
        self.clock = SandboxClock(self.store, self.stopping)
        self.bill = Bill(self.store, self.clock)
        self.voices = VoiceShelf(self.store, self.clock)
        self.files = FileShelf(self.store, self.clock)
        self.faults = Faults()
        self.limits = Limits(self.store)
        self.pace = Pace.stored(self.store)
        self.journal = Journal()
        self.switches = Switches(self.store)
        self.engine = Engine()
        self.tasks = Tasks(self.store, self.clock)
        self.transcripts = Transcripts(self.store)

    def voices_at(self, provider: str) -> VoiceShelf:
        """The voices made at another provider than MiniMax."""
        return VoiceShelf(self.store, self.clock, provider)

    def reset(self, *, account: str | None = None) -> None:
        """Forget everything but the clock; with `account`, only what belongs to it."""
        self.store.forget(account=account)
        self.limits.clear(account)
        self.voices.clear_rules(account)
        self.journal.clear(account)
        self.transcripts.clear(account)
        if account is None:
            self.faults.clear()
            self.switches.clear()
            self.bill.count_by("")
            self.pace = Pace()
            self.pace.keep(self.store)

    def close(self) -> None:
        """End the child process, leave tasks to the next start, and close the store."""
        self.tasks.close()
        self.engine.close()
        self.store.close()
