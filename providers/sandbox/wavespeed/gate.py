"""What every WaveSpeed call passes: key, ordered faults, limits, and the shape of a refusal."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from providers.sandbox.accounts import account_of
from providers.sandbox.clock import iso
from providers.sandbox.emulator import Emulator
from providers.sandbox.engine import EngineError
from providers.sandbox.faults import BEFORE, Fault
from providers.sandbox.journal import Entry
from providers.sandbox.limits import ConnectionLimitError, RateLimitError
from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.gate import read_json
from providers.sandbox.reply import Reply
from providers.sandbox.wavespeed.answers import INVALID_PARAMETER, RefusedError
from providers.sandbox.wavespeed.predictions import Predictions

PROVIDER = "wavespeed"
SUBMISSIONS = frozenset({"t2a", "voice_clone", "voice_design"})
OPERATIONS = SUBMISSIONS | {
    "prediction_query", "predictions_list", "files_upload", "balance", "models", "model_price", "webhook_secret",
    "webhook", "download",
}  # fmt: skip
GATEWAY_PAGE = "<html><head><title>504 Gateway Time-out</title></head><body>504 Gateway Time-out</body></html>"


@dataclass(slots=True)
class Call:
    """One authorised request on its way through the vendor."""

    emulator: Emulator
    predictions: Predictions
    request: Request
    operation: str
    trace_id: str
    account: str = ""
    body: Any = None
    fault: Fault | None = None
    entry: Entry | None = None

    @property
    def trouble(self) -> str:
        """The name of the fault that strikes this call, empty without one."""
        return self.fault.fault if self.fault else ""

    @property
    def base_url(self) -> str:
        """Where this surface is reached."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}/wavespeed"

    def own_media(self, url: str) -> str | None:
        """The name of an upload or result behind a URL of ours."""
        parts = urlsplit(url)
        ours = parts.netloc == self.request.url.netloc and parts.path.startswith("/wavespeed/media/")
        return parts.path.rpartition("/")[2] if ours else None


Work = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The ASGI endpoint of one operation; a submission's operation depends on its model. `public` ones need no key."""

    emulator: Emulator
    predictions: Predictions
    operation: str | Callable[[Request], str]
    work: Work
    public: bool = False
    streaming: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive, send)
        operation = self.operation if isinstance(self.operation, str) else self.operation(request)
        call = Call(self.emulator, self.predictions, request, operation, scope["trace_id"])
        # The place among the account's connections is held until the last byte of the answer.
        with contextlib.ExitStack() as held:
            response = await self._answer(call, held)
            if call.entry:
                call.entry.status_code = response.status_code
            await Reply(self.emulator.clock, call.fault, response).send(scope, receive, send)

    async def _answer(self, call: Call, held: contextlib.ExitStack) -> Response:
        try:
            call.account = "" if self.public else authorise(self.emulator, call.request)
            call.body = await _json_body(call.request)
            _remember(call)
            call.fault = self.emulator.faults.draw(
                provider=PROVIDER,
                operation=call.operation,
                account=call.account,
                streaming=self.streaming,
                tasks=call.operation in SUBMISSIONS and not self.streaming,
            )
            response = await self._attempt(call, held)
        except RefusedError as error:
            return error.response()
        return _late(call, response)

    async def _attempt(self, call: Call, held: contextlib.ExitStack) -> Response:
        if call.trouble in BEFORE and call.trouble not in ("error_in_200", "voice_gone"):
            return _struck(call.trouble, call.fault.status_code if call.fault else None)
        try:
            if call.operation in SUBMISSIONS:
                held.enter_context(call.emulator.limits.entered(call.account, call.operation))
            return await self.work(call)
        except (RateLimitError, ConnectionLimitError) as error:
            raise RefusedError(429) from error
        except VendorError as error:
            # A field that the shared reader of MiniMax's fields refused.
            raise RefusedError(400, error.text.removeprefix("invalid params, "), INVALID_PARAMETER) from error
        except EngineError as error:
            raise RefusedError(500) from error


def authorise(emulator: Emulator, request: Request) -> str:
    """The account that calls. Raises `RefusedError`."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not emulator.accounts.knows(key.strip()):
        raise RefusedError(401)
    return account_of(key.strip())


async def _json_body(request: Request) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return None
    content = await request.body()
    try:
        return read_json(content) if content else None
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "body is not valid JSON") from error


def _remember(call: Call) -> None:
    body = call.body if call.body is not None else dict(call.request.query_params)
    now = iso(call.emulator.clock.now())
    call.entry = Entry(call.account, now, call.operation, call.trace_id, body, provider=PROVIDER)
    call.emulator.journal.add(call.entry)


def _struck(kind: str, status_code: int | None) -> Response:
    if kind == "rate_limit":
        raise RefusedError(429)
    if kind == "http_500":
        status = status_code if status_code in range(500, 600) else 500
        return Response("Internal Server Error", status_code=status or 500, media_type="text/plain")
    page = "<html><head><title>Gateway</title></head><body>upstream request failed</body></html>"
    return Response(page, media_type="text/html")


def _late(call: Call, response: Response) -> Response:
    """The gateway lost its patience while the work goes on; now and then it still tells the id."""
    if call.trouble == "gateway_timeout":
        return Response(GATEWAY_PAGE, status_code=504, media_type="text/html")
    if call.trouble == "gateway_timeout_with_id":
        told = json.loads(bytes(response.body)).get("data") or {}
        known = {name: told[name] for name in ("id", "urls") if name in told}
        body = json.dumps({"code": 504, "message": "gateway timeout", "data": known}).encode()
        return Response(body, status_code=504, media_type="application/json")
    return response


async def in_thread(work: Callable[[], Any]) -> Any:
    """Run slow work (speech, encoding, decoding) beside the event loop."""
    return await asyncio.to_thread(work)
