"""The controls under `/_sandbox/`: a page, clock, bill, voices, retention, faults, pace, limits, counting, switches,
transcripts, requests, reset.

Bodies are JSON and say so (a page in a browser cannot send that unasked), and the Host header must be ours, so that no
name on the internet that resolves to this machine reaches them.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, fields
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from providers.sandbox.accounts import account_of, group_id_of
from providers.sandbox.bill import COUNTING_RULES
from providers.sandbox.catalogue import system_voices
from providers.sandbox.clore import routes as clore
from providers.sandbox.emulator import Emulator
from providers.sandbox.faults import (
    AFTER,
    BEFORE,
    DEFAULT_SECONDS,
    EMOTIONAL,
    GATEWAY,
    STREAMING,
    TASKS,
    WEBHOOKS,
    Fault,
)
from providers.sandbox.limits import QUERIES_PER_SECOND, Pace
from providers.sandbox.minimax.gate import OPERATIONS
from providers.sandbox.openai import routes as openai
from providers.sandbox.openai.servers import SERVERS
from providers.sandbox.orders import ControlError, orders_of, query_number, query_of
from providers.sandbox.ppio import routes as ppio
from providers.sandbox.status_page import PAGE_HEADERS, status_page
from providers.sandbox.switches import SWITCHES
from providers.sandbox.umodelverse import routes as umodelverse
from providers.sandbox.voice_shelf import LIFETIME_HOURS, RULES
from providers.sandbox.wavespeed import gate as wavespeed

PROVIDERS = {
    "minimax": OPERATIONS,
    "ppio": ppio.OPERATIONS,
    "umodelverse": umodelverse.OPERATIONS,
    "wavespeed": wavespeed.OPERATIONS,
    "clore": clore.OPERATIONS,
    **dict.fromkeys((server.name for server in SERVERS), openai.OPERATIONS),
}
EVERYWHERE = BEFORE | AFTER | STREAMING | EMOTIONAL | TASKS
FAULTS = {"wavespeed": EVERYWHERE | GATEWAY | WEBHOOKS}
ALL_OPERATIONS = frozenset().union(*PROVIDERS.values())
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
STEPPED_PAUSE_MS = 300
MOST_STEPS = 100_000
LONGEST_WAIT_SECONDS = 60.0
LONGEST_TRANSCRIPT = 10_000
SHA256 = re.compile(r"[0-9a-fA-F]{64}")

Handler = Callable[[Emulator, Request], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Control:
    """Guards one handler; answers its value as JSON, unless it is an answer already."""

    emulator: Emulator
    hosts: frozenset[str]
    handler: Handler

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive, send)
        try:
            self._check(request)
            value = await self.handler(self.emulator, request)
            response: Response = value if isinstance(value, Response) else JSONResponse(value)
        except ControlError as error:
            response = JSONResponse({"error": error.sentence}, status_code=error.status)
        await response(scope, receive, send)

    def _check(self, request: Request) -> None:
        host = request.headers.get("host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name.lower() not in self.hosts:
            raise ControlError(f"This sandbox does not answer for the host {name!r}.", 421)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method == "POST" and kind != "application/json":
            raise ControlError("Send JSON with the header Content-Type: application/json.", 415)


def routes(emulator: Emulator, hosts: Collection[str]) -> list[BaseRoute]:
    """The routes below `/_sandbox`; `hosts` are answered beside the local names."""
    table: tuple[tuple[str, str, Handler], ...] = (
        ("GET", "/", _page),
        ("GET", "/clock", _read_clock),
        ("POST", "/clock", _move_clock),
        ("GET", "/voices", _voices),
        ("GET", "/bill", _bill),
        ("GET", "/account", _account),
        ("GET", "/requests", _requests),
        ("GET", "/faults", _list_faults),
        ("POST", "/faults", _add_fault),
        ("DELETE", "/faults", _clear_faults),
        ("POST", "/pace", _pace),
        ("POST", "/limits", _limits),
        ("POST", "/retention", _retention),
        ("POST", "/counting", _counting),
        ("POST", "/switches", _switches),
        ("GET", "/transcripts", _list_transcripts),
        ("POST", "/transcripts", _tell_transcript),
        ("POST", "/reset", _reset),
    )
    known = LOCAL_HOSTS | {host.lower() for host in hosts}
    return [Route(path, _Control(emulator, known, handler), methods=[method]) for method, path, handler in table]


def _query_account(values: dict[str, str | None]) -> str | None:
    return account_of(values["key"]) if values["key"] else None


def _query_provider(values: dict[str, str | None]) -> str | None:
    if values["provider"] not in (None, *PROVIDERS):
        raise ControlError(f"provider must be one of: {', '.join(sorted(PROVIDERS))}.")
    return values["provider"]


async def _page(emulator: Emulator, request: Request) -> Response:
    query_of(request)
    return HTMLResponse(status_page(emulator), headers=PAGE_HEADERS)


async def _read_clock(emulator: Emulator, request: Request) -> Any:
    query = query_of(request, "newer_than", "wait_seconds")
    newer_than = query_number(query, "newer_than", None)
    wait = query_number(query, "wait_seconds", 10.0)
    if newer_than is not None:
        await emulator.clock.wait_beyond(newer_than, seconds=min(wait or 0.0, LONGEST_WAIT_SECONDS))
    return emulator.clock.reading()


async def _move_clock(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    advance = orders.number("advance_seconds")
    step = orders.number("step_seconds", None)
    if step is not None and step <= 0:
        raise ControlError("step_seconds must be greater than 0.")
    if step and advance / step > MOST_STEPS:
        raise ControlError(f"That would take more than {MOST_STEPS} steps.")
    pause_ms = orders.number("pause_ms", STEPPED_PAUSE_MS if step else 0, high=60_000)
    orders.end()
    await emulator.clock.advance(seconds=advance, step_seconds=step or advance, pause_seconds=pause_ms / 1000)
    return emulator.clock.reading()


async def _voices(emulator: Emulator, request: Request) -> Any:
    query = query_of(request, "key", "provider", "kind")
    provider = _query_provider(query)
    kind = query["kind"]
    if kind not in (None, "cloning", "generation", "system"):
        raise ControlError("kind must be one of: cloning, generation, system.")
    if kind == "system":
        return {"voices": [_system_row(voice_id) for voice_id in system_voices()]}
    rows = emulator.voices.report(account=_query_account(query), provider=provider)
    return {"voices": [row for row in rows if kind in (None, row["kind"])]}


def _system_row(voice_id: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("created_at", "activated_at", "expires_at", "deleted_at"))
    return {"provider": "minimax", "voice_id": voice_id, "kind": "system", "state": "permanent", **nothing,
            "fee_charged": False}  # fmt: skip


async def _bill(emulator: Emulator, request: Request) -> Any:
    query = query_of(request, "key", "provider")
    return emulator.bill.statement(account=_query_account(query), provider=_query_provider(query))


async def _account(emulator: Emulator, request: Request) -> Any:
    query = query_of(request, "key")
    if not query["key"]:
        raise ControlError("key is required.")
    return {"known": emulator.accounts.knows(query["key"]), "group_id": group_id_of(account_of(query["key"]))}


async def _requests(emulator: Emulator, request: Request) -> Any:
    query = query_of(request, "key", "provider", "operation", "limit")
    provider = _query_provider(query)
    operations = PROVIDERS[provider] if provider else ALL_OPERATIONS
    if query["operation"] not in (None, *operations):
        raise ControlError(f"operation must be one of: {', '.join(sorted(operations))}.")
    limit = query_number(query, "limit", 50)
    entries = emulator.journal.latest(
        account=_query_account(query),
        provider=provider,
        operation=query["operation"],
        limit=max(1, int(limit or 50)),
    )
    return {"requests": await asyncio.to_thread(lambda: [entry.row() for entry in entries])}


async def _list_faults(emulator: Emulator, request: Request) -> Any:
    query_of(request)
    shown = [field.name for field in fields(Fault) if field.name != "account"]
    return {"faults": [{name: getattr(fault, name) for name in shown} for fault in emulator.faults.orders()]}


async def _add_fault(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    provider = orders.choice("provider", PROVIDERS, "minimax")
    fault = Fault(
        provider=provider,
        operation=orders.choice("operation", PROVIDERS[provider] | {"*"}),
        fault=orders.choice("fault", FAULTS.get(provider, EVERYWHERE)),
        probability=orders.number("probability", 1.0, high=1),
        count=orders.whole("count", None, low=1),
        seconds=orders.number("seconds", DEFAULT_SECONDS, high=3600),
        status_code=orders.whole("status_code", None, low=1),
        account=orders.account_if_given(),
    )
    orders.end()
    return {"id": emulator.faults.add(fault)}


async def _clear_faults(emulator: Emulator, request: Request) -> Any:
    query_of(request)
    emulator.faults.clear()
    return {}


async def _pace(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    now = emulator.pace
    pace = Pace(
        first_byte_ms=orders.number("first_byte_ms", now.first_byte_ms, high=600_000),
        realtime_factor=orders.number("realtime_factor", now.realtime_factor, high=100),
        async_task_seconds=orders.number("async_task_seconds", now.async_task_seconds),
        ws_idle_seconds=orders.number("ws_idle_seconds", now.ws_idle_seconds),
        sync_hold_seconds=orders.number("sync_hold_seconds", now.sync_hold_seconds, high=600),
    )
    orders.end()
    emulator.pace = pace
    return pace.keep(emulator.store)


async def _limits(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    account = orders.account()
    limits = {
        "rpm": orders.whole("rpm", None),
        "concurrency": orders.whole("concurrency", None),
        "queries_per_second": orders.whole_or_null("queries_per_second", QUERIES_PER_SECOND),
        "queued_texts": orders.whole("queued_texts", None),
    }
    orders.end()
    emulator.limits.put(account, limits)
    return limits


async def _retention(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    account = orders.account()
    rule = orders.choice("rule", RULES)
    hours = orders.number("hours", LIFETIME_HOURS)
    orders.end()
    emulator.voices.put_rule(account, rule, hours)
    return {"rule": rule, "hours": hours}


async def _counting(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    # Empty: each provider counts by its own rule again.
    rule = orders.choice("rule", ("", *COUNTING_RULES))
    orders.end()
    emulator.bill.count_by(rule)
    return {"rule": rule}


async def _switches(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    provider = orders.choice("provider", SWITCHES)
    name = orders.choice("switch", SWITCHES[provider])
    on = orders.take("on")
    if not isinstance(on, bool):
        raise ControlError("on must be true or false.")
    orders.end()
    emulator.switches.turn(provider, name, on=on)
    return {"switches": emulator.switches.all()}


async def _list_transcripts(emulator: Emulator, request: Request) -> Any:
    query_of(request)
    return {"transcripts": [{"sha256": sha256, "text": text} for _, sha256, text in emulator.transcripts.all()]}


async def _tell_transcript(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    account = orders.account_if_given()
    sha256, text = orders.take("sha256"), orders.take("text")
    orders.end()
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        raise ControlError("sha256 must be the digest of the recording, 64 hexadecimal digits.")
    if not isinstance(text, str) or len(text) > LONGEST_TRANSCRIPT:
        raise ControlError(f"text must be what is said, up to {LONGEST_TRANSCRIPT} characters.")
    emulator.transcripts.tell(account=account or "", sha256=sha256.lower(), text=text)
    return {"sha256": sha256.lower(), "text": text}


async def _reset(emulator: Emulator, request: Request) -> Any:
    orders = await orders_of(request)
    account = orders.account_if_given()
    orders.end()
    emulator.reset(account=account)
    return {}
