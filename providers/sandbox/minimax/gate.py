"""What every MiniMax call passes: key, GroupId, ordered faults, limits; and the trace id on every answer."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from providers.sandbox.accounts import account_of, group_id_of
from providers.sandbox.clock import iso
from providers.sandbox.emulator import Emulator
from providers.sandbox.engine import EngineError
from providers.sandbox.faults import BEFORE, EMOTIONAL, Fault, corrupt_hex
from providers.sandbox.journal import Entry
from providers.sandbox.limits import ConnectionLimitError, RateLimitError
from providers.sandbox.minimax.answers import VendorError, invalid, new_trace_id, refusal
from providers.sandbox.minimax.event_stream import EventStream
from providers.sandbox.reply import Reply
from providers.sandbox.voice_shelf import VoiceShelf

# The header that carries the trace id, by the beginning of the path; "": none.
TRACE_HEADERS = {"/ppio/": "", "/openai/v1/": "x-request-id", "/openai/": "", "/clore/": "", "/": "Trace-Id"}
LIMITED = frozenset({"t2a", "t2a_async", "voice_clone", "voice_design"})
OPERATIONS = frozenset(
    {"t2a", "t2a_async", "t2a_async_query", "files_upload", "files_list", "files_retrieve", "files_retrieve_content",
     "files_delete", "voice_clone", "voice_design", "get_voice", "delete_voice", "download"}
)  # fmt: skip


@dataclass(slots=True)
class Call:
    """One authorised request on its way through the vendor."""

    emulator: Emulator
    request: Request
    operation: str
    trace_id: str
    account: str = ""
    body: Any = None
    fault: Fault | None = None
    entry: Entry | None = None
    provider: str = "minimax"
    blanks: dict[str, Any] = field(default_factory=dict)

    @property
    def trouble(self) -> str:
        """The name of the fault that strikes this call, empty without one."""
        return self.fault.fault if self.fault else ""

    @property
    def voices(self) -> VoiceShelf:
        """The voices made at the vendor that is called."""
        return self.emulator.voices_at(self.provider)

    def url_of(self, token: str, extension: str) -> str:
        """Where a published result can be fetched without a key."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}/{self.provider}/download/{token}.{extension}"


Work = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Manners:
    """Where a vendor that speaks MiniMax's speech has ways of its own: its mount, whom it lets in, how it refuses."""

    provider: str
    authorise: Callable[[Emulator, Request], str]
    refuse: Callable[[Call, VendorError], Response]


class TraceIds:
    """ASGI middleware: a `Trace-Id` header on every answer and handshake, the same the handler sees."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request its id."""
        trace_id = new_trace_id()
        scope["trace_id"] = trace_id

        path = scope.get("path", "/")
        header = next((name for start, name in TRACE_HEADERS.items() if path.startswith(start)), "")

        async def traced(message: Message) -> None:
            if header and message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(scope=message)[header] = trace_id
            await send(message)

        await self._app(scope, receive, traced)


def authorise(emulator: Emulator, request: Request) -> str:
    """The account that calls. Raises `VendorError` for a key or GroupId that does not fit."""
    key = bearer_key(request)
    if key is None or not emulator.accounts.knows(key):
        raise VendorError(1004)
    account = account_of(key)
    group_id = request.query_params.get("GroupId")
    if group_id == "":
        # Misleading, but measured: an empty GroupId reads as an empty purse.
        raise VendorError(1008)
    if group_id is not None and group_id != group_id_of(account):
        raise VendorError(1004, "token not match group")
    return account


def bearer_key(request: Request) -> str | None:
    """The key of the Authorization header, None for anything but a bearer."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


MINIMAX = Manners("minimax", authorise, lambda call, error: refusal(error))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The ASGI endpoint of one operation. `public` ones need no key."""

    emulator: Emulator
    operation: str
    work: Work
    public: bool = False
    manners: Manners = MINIMAX

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        call = Call(self.emulator, Request(scope, receive, send), self.operation, scope["trace_id"])
        call.provider = self.manners.provider
        # The place among the account's connections is held until the last byte of the answer.
        with contextlib.ExitStack() as held:
            response = await self._answer(call, held)
            if call.entry and (code := _status_code(response)) is not None:
                call.entry.status_code = code
            answered = with_bad_hex(response) if call.trouble == "bad_hex" and _is_json(response) else response
            await Reply(self.emulator.clock, call.fault, answered).send(scope, receive, send)

    async def _answer(self, call: Call, held: contextlib.ExitStack) -> Response:
        try:
            call.account = "" if self.public else self.manners.authorise(self.emulator, call.request)
            call.body = await _json_body(call.request)
            call.entry = _remember(call)
            call.fault = self.emulator.faults.draw(
                provider=call.provider,
                operation=self.operation,
                account=call.account,
                streaming=_asked(call.body).get("stream") is True,
                emotional=bool(_asked(_asked(call.body).get("voice_setting")).get("emotion")),
            )
            return await _attempt(call, held, self.work)
        except VendorError as error:
            error.extra = call.blanks | error.extra
            return self.manners.refuse(call, error)


async def _json_body(request: Request) -> Any:
    kind = Headers(scope=request.scope).get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or kind == "multipart/form-data":
        return None
    content = await request.body()
    # Without the JSON content type the vendor binds nothing, and every required field is missing.
    if kind != "application/json":
        return {}
    try:
        return read_json(content)
    except (ValueError, RecursionError) as error:
        raise VendorError(2013, "invalid params, body is not valid JSON") from error


def read_json(content: bytes | str) -> Any:
    """JSON as the vendor's decoder reads it. `ValueError`, or `RecursionError` for an abyss."""
    return _cleaned(json.loads(content, parse_constant=_no_number))


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _cleaned(value: Any) -> Any:
    """Half of a surrogate pair is no character: replaced, as the vendor's decoder does."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(inner) for name, inner in value.items()}
    return value


def _asked(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _remember(call: Call) -> Entry:
    body = call.body if call.request.method == "POST" else dict(call.request.query_params)
    at = iso(call.emulator.clock.now())
    entry = Entry(call.account, at, call.operation, call.trace_id, body, provider=call.provider)
    call.emulator.journal.add(entry)
    return entry


async def _attempt(call: Call, held: contextlib.ExitStack, work: Work) -> Response:
    if call.fault and call.fault.fault in BEFORE:
        return _struck(call.fault)
    if call.fault and call.fault.fault in EMOTIONAL:
        raise invalid("voice_setting emotion")
    try:
        if call.operation in LIMITED:
            held.enter_context(call.emulator.limits.entered(call.account, call.operation))
        elif call.operation == "t2a_async_query":
            call.emulator.limits.query(call.account, call.operation)
        return await work(call)
    except EngineError as error:
        raise VendorError(1024) from error
    except RateLimitError as error:
        raise VendorError(1002) from error
    except ConnectionLimitError as error:
        raise VendorError(1041) from error


def _struck(fault: Fault) -> Response:
    codes = {"rate_limit": 1002, "voice_gone": 2054}
    if fault.fault in codes:
        raise VendorError(fault.status_code or codes[fault.fault])
    if fault.fault == "error_in_200":
        return refusal(VendorError(fault.status_code or 1033))
    if fault.fault == "http_500":
        status = fault.status_code if fault.status_code in range(500, 600) else 500
        return Response("Internal Server Error", status_code=status or 500, media_type="text/plain")
    page = "<html><head><title>Gateway</title></head><body>upstream request failed</body></html>"
    return Response(page, media_type="text/html")


def _is_json(response: Response) -> bool:
    return (response.media_type or "").startswith("application/json")


def _status_code(response: Response) -> int | None:
    if isinstance(response, EventStream):
        return 0
    if not (response.media_type or "").startswith("application/json"):
        return None
    body = json.loads(bytes(response.body))
    verdict = (body.get("base_resp") or {}) if isinstance(body, dict) else {}
    code = verdict.get("status_code")
    return int(code) if code is not None else response.status_code


def with_bad_hex(response: Response) -> Response:
    """The answer with audio that is no hex."""
    body = json.loads(bytes(response.body))
    place = body.get("data") or body
    audio = place.get("audio")
    if audio and not audio.startswith("http"):
        place["audio"] = corrupt_hex(audio)
    return Response(json.dumps(body).encode(), media_type=response.media_type)


async def in_thread(work: Callable[[], Any]) -> Any:
    """Run slow work (speech, encoding, decoding) beside the event loop."""
    return await asyncio.to_thread(work)
