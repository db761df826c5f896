"""Tasks of long text: kept in the store, worked on in the background, taken up again after a restart."""

import asyncio
import json
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from providers.sandbox.clock import SandboxClock
from providers.sandbox.store import Store

FIRST_TASK_ID = 90_000_000_000_000
Outcome = Literal["processing", "success", "failed", "expired"]


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `request` is what its work needs; `trouble` the fault that was ordered for it."""

    task_id: int
    account: str
    created_at: float
    ready_at: float
    file_id: int
    outcome: Outcome
    trouble: str
    request: dict[str, Any]

    def status(self, now: float) -> str:
        """The vendor's word for where it is."""
        return "Processing" if now < self.ready_at else self.outcome.capitalize()


class Tasks:
    """The tasks of all accounts, and which of them this process works on."""

    def __init__(self, store: Store, clock: SandboxClock) -> None:
        """Resume the stored tasks; work on one begins when somebody asks for it."""
        self._store = store
        self._clock = clock
        self._running: dict[int, asyncio.Task[None]] = {}

    def add(self, *, account: str, file_id: int, seconds: float, trouble: str, request: dict[str, Any]) -> Task:
        """Keep a task that may be ready after `seconds` on the sandbox's clock."""
        newest = self._store.execute("SELECT COALESCE(MAX(task_id), ?) AS newest FROM tasks", FIRST_TASK_ID)
        task_id, now = newest[0]["newest"] + 1 + secrets.randbelow(1_000_000), self._clock.now()
        outcome = trouble.removeprefix("task_") if trouble in ("task_failed", "task_expired") else "processing"
        self._store.execute(
            "INSERT INTO tasks (task_id, account, created_at, ready_at, file_id, outcome, trouble, request)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(task_id, account, now, now + seconds, file_id, outcome, trouble, json.dumps(request)),
        )
        return self._all("task_id = ?", task_id)[0]

    def find(self, *, account: str, task_id: int) -> Task | None:
        """A task of the account, or None."""
        return next(iter(self._all("account = ? AND task_id = ?", account, task_id)), None)

    def newest(self, limit: int) -> list[Task]:
        """The last tasks, newest first."""
        return self._all("1 ORDER BY task_id DESC LIMIT ?", limit)

    def end(self, task_id: int, outcome: Outcome) -> None:
        """Note how a task ended."""
        self._store.execute("UPDATE tasks SET outcome = ? WHERE task_id = ?", outcome, task_id)

    async def work(
        self, task: Task, work: Callable[[], Coroutine[Any, Any, None]], *, patience_seconds: float = 0
    ) -> None:
        """Begin a task's work unless it is going on, and give it a moment to end."""
        if task.task_id not in self._running:
            running = asyncio.create_task(work())
            self._running[task.task_id] = running
            running.add_done_callback(lambda _: self._running.pop(task.task_id, None))
        if patience_seconds:
            await asyncio.wait({self._running[task.task_id]}, timeout=patience_seconds)

    def close(self) -> None:
        """Stop working."""
        for running in list(self._running.values()):
            running.cancel()

    def _all(self, condition: str, *values: object) -> list[Task]:
        rows = self._store.execute(f"SELECT * FROM tasks WHERE {condition}", *values)  # noqa: S608
        return [Task(**{**dict(row), "request": json.loads(row["request"])}) for row in rows]
