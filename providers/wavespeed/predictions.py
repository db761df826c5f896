"""Submitting a task and asking for it until it ends (pages "What are predictions" and "Sync mode", official clients).

A submission is never sent twice: no page knows a key for that. From the moment its id is known it is asked for by id,
also after a sync call that timed out (5004) and after a 504 that still tells the id. A 504 without one is an unknown
outcome.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from providers.error_rows import ANSWER_LOST
from providers.errors import ProviderError, malformed
from providers.minimax.answers import identifier, json_object, mapping, text, whole
from providers.polling import POLL_SECONDS, poll
from providers.types import JSON, Accepted, Account, Operation, Request, Response, Timeouts
from providers.wavespeed import answers
from providers.wavespeed.errors import forgotten, task_failed

TIMEOUTS = Timeouts(read=60.0, total=90.0)
# In sync mode the server holds the call for about 90 seconds.
SYNC_TIMEOUTS = Timeouts(read=120.0, total=150.0)
# Pages: at least 2 seconds between two readings, with growing gaps.
POLL_EVERY_SECONDS = 2.0
POLL_GROWTH = 1.5
_FASTEST, _SLOWEST = 0.01, 60.0
# How long one conversation waits where the end will be told: nobody can be woken in it (planning figure).
TOLD_SECONDS = 5.0

_COMPLETED = "completed"
# Pages know failed; official clients treat the others as ends too.
_ENDED_BADLY = frozenset({"failed", "cancelled", "canceled", "timeout"})
_STILL_RUNNING = 5004


@dataclass(frozen=True, slots=True)
class Prediction:
    """A finished task. ``outputs`` are addresses that work without a key for seven days."""

    task: str
    outputs: tuple[str, ...]
    flagged: bool
    timings: dict[str, JSON]


def submit(account: Account, path: str, body: dict[str, JSON], *, operation: str) -> Operation[Prediction]:
    """Hand over a task and wait for its end. Raises ``ProviderError``; ``PendingError`` when it takes too long."""
    asked = submission(account, path, body, operation=operation)
    data = _submitted(asked, (yield asked))
    task = task_id(data)
    ended = _ended(asked, data, task, still_running=True)
    if not task:
        raise malformed(asked, "no id in it", http_status=200)
    yield Accepted(task)
    if ended is not None:
        return ended
    return (yield from ask(account, asked, task, url=text(mapping(data.get("urls")).get("get")), fresh=True))


def resume(account: Account, path: str, body: dict[str, JSON], task: str, *, operation: str) -> Operation[Prediction]:
    """Ask for a task accepted earlier: reads only."""
    asked = submission(account, path, body, operation=operation)
    return (yield from ask(account, asked, task, fresh=False))


def submission(account: Account, path: str, body: dict[str, JSON], *, operation: str) -> Request:
    """The request that costs. Where the account hears webhooks, the end of the task is told to its address."""
    sync = account.options.get("sync_mode") is True
    if sync:
        body = {**body, "enable_sync_mode": True}
    asked = answers.post(account, path, operation=operation, json=body, timeout=SYNC_TIMEOUTS if sync else TIMEOUTS)
    return replace(asked, params={**asked.params, "webhook": account.webhook_url}) if account.webhook_url else asked


def ask(account: Account, asked: Request, task: str, *, url: str = "", fresh: bool) -> Operation[Prediction]:
    """Read a task until it ends. ``fresh``: it was accepted a moment ago, so not to be known yet is no end."""
    every_seconds = _every_seconds(account)
    return poll(
        task,
        _reading(account, task, url),
        _reader(asked, task, fresh=fresh),
        seconds=_patience(account, every_seconds),
        every_seconds=every_seconds,
        growth=POLL_GROWTH,
    )


def _reading(account: Account, task: str, url: str) -> Request:
    """By the address the answer named, where that is one of the two known forms at the account's own host: it is
    foreign input, and the key goes with the request."""
    built = answers.get(account, f"predictions/{task}/result", operation="prediction_query")
    short = answers.get(account, f"predictions/{task}", operation="prediction_query")
    return short if url == short.url else built


def _reader(asked: Request, task: str, *, fresh: bool) -> Callable[[Response], Prediction | None]:
    """Reads an answer about a task; what says nothing about the task itself is None."""

    def read(response: Response) -> Prediction | None:
        if response.status == 404 and not fresh:
            raise forgotten(asked, task)
        data = mapping((json_object(response.content) or {}).get("data"))
        if response.status != 200 or task_id(data) != task:
            return None
        return _ended(asked, data, task)

    return read


def _submitted(asked: Request, response: Response) -> dict[str, Any]:
    """``data`` of the answer to a submission; a gateway that gave up may tell the id all the same."""
    if response.status in ANSWER_LOST:
        data = mapping((json_object(response.content) or {}).get("data"))
        if task_id(data):
            return data
    return answers.read(asked, response)


def _ended(asked: Request, data: dict[str, Any], task: str, *, still_running: bool = False) -> Prediction | None:
    """The result, None while it is being made. Raises ``ProviderError`` for a task that ended without one.

    ``still_running``: in the answer to a submission, 5004 says that the waiting ended and not the work.
    """
    status, code = text(data.get("status")).lower(), whole(data.get("code"))
    if still_running and code == _STILL_RUNNING and task:
        return None
    if status in _ENDED_BADLY:
        raise task_failed(asked, code or None, text(data.get("error")), trace_id=task)
    if status != _COMPLETED:
        return None
    outputs = tuple(address for address in map(_address, _listed(data.get("outputs"))) if address)
    if not outputs:
        raise _without_output(asked, task)
    return Prediction(
        task=task,
        outputs=outputs,
        flagged=any(flag is True for flag in _listed(data.get("has_nsfw_contents"))),
        timings=mapping(data.get("timings")),
    )


def _patience(account: Account, every_seconds: float) -> float:
    """Seconds to wait in one conversation: a moment where a webhook may end the wait between two of them sooner."""
    if not account.webhook_url:
        return POLL_SECONDS
    return TOLD_SECONDS if every_seconds <= TOLD_SECONDS else 0.0


def task_id(data: dict[str, Any]) -> str:
    """The id of a task, which becomes a part of an address; empty for anything that could not be one."""
    said = identifier(data.get("id")) or ""
    return said if re.fullmatch(r"[A-Za-z0-9_-]{1,128}", said) else ""


def _without_output(asked: Request, task: str) -> ProviderError:
    return malformed(asked, "completed, and no output in it", http_status=200, trace_id=task)


def _address(output: object) -> str:
    """Elements are addresses, or objects that hold one as ``url``."""
    said = text(output) or text(mapping(output).get("url"))
    return said if said.lower().startswith(("http://", "https://")) else ""


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _every_seconds(account: Account) -> float:
    """The account may ask in another rhythm; the pages' own is the default."""
    told = account.options.get("poll_every_seconds")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return POLL_EVERY_SECONDS
    return min(max(float(told), _FASTEST), _SLOWEST)
