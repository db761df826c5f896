"""Predictions: kept in the store for seven days of the sandbox's clock, worked on in the background."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from providers.sandbox.clock import SandboxClock
from providers.sandbox.store import Store
from providers.sandbox.wavespeed.answers import INTERNAL_ERROR, Failure

RETENTION_SECONDS = 7 * 86400
Outcome = Literal["processing", "completed", "failed", "timeout"]
# What an ordered fault makes of a task that is accepted and charged.
TROUBLES: dict[str, Outcome] = {"task_failed": "failed", "task_expired": "timeout"}


@dataclass(frozen=True, slots=True)
class Prediction:
    """One task. `output` is the name of the published result; `request` what the work needs."""

    prediction_id: str
    account: str
    model: str
    created_at: float
    ready_at: float
    outcome: Outcome
    code: int
    error: str
    output: str
    inference_ms: int
    webhook: str
    base_url: str
    trouble: str
    request: dict[str, Any]

    def status(self, now: float) -> str:
        """The vendor's word for where it is."""
        return "processing" if now < self.ready_at else self.outcome


class Predictions:
    """The predictions of all accounts, and which of them this process works on."""

    def __init__(self, store: Store, clock: SandboxClock) -> None:
        """Resume the stored ones; work on one begins when somebody asks for it."""
        self._store = store
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._beside: set[asyncio.Task[None]] = set()

    def add(
        self,
        *,
        account: str,
        model: str,
        seconds: float,
        webhook: str,
        base_url: str,
        trouble: str,
        request: dict[str, Any],
        failure: Failure | None = None,
    ) -> Prediction:
        """Keep a task that may be ready after `seconds`; with a failure it is known already how it ends."""
        prediction_id, now = secrets.token_hex(16), self._clock.now()
        outcome: Outcome = "failed" if failure else "processing"
        told = failure or Failure(0, "")
        self._store.execute(
            "INSERT INTO predictions (prediction_id, account, model, created_at, ready_at, outcome, code, error,"
            " output, inference_ms, webhook, base_url, trouble, request)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?, ?, ?)",
            *(prediction_id, account, model, now, now + seconds, outcome, told.code, told.error),
            *(webhook, base_url, trouble, json.dumps(request)),
        )
        return self._all("prediction_id = ?", prediction_id)[0]

    def find(self, *, account: str, prediction_id: str) -> Prediction | None:
        """A prediction of the account that is not forgotten yet, or None."""
        found = self._all("account = ? AND prediction_id = ?", account, prediction_id)
        return found[0] if found and self._clock.now() < found[0].created_at + RETENTION_SECONDS else None

    def listed(self, *, account: str) -> list[Prediction]:
        """Every prediction of the account that is not forgotten, newest first."""
        oldest = self._clock.now() - RETENTION_SECONDS
        return self._all("account = ? AND created_at > ? ORDER BY created_at DESC", account, oldest)

    def complete(self, prediction: Prediction, *, output: str, inference_ms: int) -> None:
        """Note a result, unless a fault was ordered for the task."""
        outcome = TROUBLES.get(prediction.trouble, "completed")
        told = ("", 0) if outcome == "completed" else ("task could not be completed", INTERNAL_ERROR)
        self._store.execute(
            "UPDATE predictions SET outcome = ?, output = ?, inference_ms = ?, error = ?, code = ?"
            " WHERE prediction_id = ?",
            *(outcome, output if outcome == "completed" else "", inference_ms, *told, prediction.prediction_id),
        )

    def fail(self, prediction: Prediction, failure: Failure) -> None:
        """Note a failure."""
        self._store.execute(
            "UPDATE predictions SET outcome = 'failed', code = ?, error = ? WHERE prediction_id = ?",
            *(failure.code, failure.error, prediction.prediction_id),
        )

    def begin(self, prediction: Prediction, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin the work unless it is going on."""
        if prediction.prediction_id not in self._running:
            running = asyncio.create_task(work())
            self._running[prediction.prediction_id] = running
            running.add_done_callback(lambda _: self._running.pop(prediction.prediction_id, None))

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the requests, until it ends or the server stops."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def wait(self, prediction: Prediction, *, seconds: float) -> Prediction:
        """Wait until it is finished on the sandbox's clock, or for so many real seconds."""
        deadline = time.monotonic() + seconds
        if running := self._running.get(prediction.prediction_id):
            await asyncio.wait({running}, timeout=seconds)
        while (early := prediction.ready_at - self._clock.now()) > 0 and (left := deadline - time.monotonic()) > 0:
            before = self._clock.offset_seconds
            await self._clock.wait_beyond(before, seconds=min(early, left))
            if self._clock.stopping:
                break
        return self._all("prediction_id = ?", prediction.prediction_id)[0]

    def _all(self, condition: str, *values: object) -> list[Prediction]:
        rows = self._store.execute(f"SELECT * FROM predictions WHERE {condition}", *values)  # noqa: S608
        return [Prediction(**{**dict(row), "request": json.loads(row["request"])}) for row in rows]
