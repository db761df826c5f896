"""How an answer reaches the client, a fault permitting. The same for every provider's surface."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from providers.sandbox.clock import SandboxClock
from providers.sandbox.faults import Fault
from providers.sandbox.minimax.event_stream import EventStream
from providers.sandbox.transport import hang_up


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and the fault that strikes it, if any."""

    clock: SandboxClock
    fault: Fault | None
    response: Response

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it whole, late, half or not at all."""
        kind = self.fault.fault if self.fault else ""
        seconds = self.fault.seconds if self.fault else 0.0
        if kind in ("timeout_after_charge", "timeout_before_charge", "slow_first_byte"):
            await self.clock.pause(seconds)
        if kind in ("timeout_after_charge", "timeout_before_charge", "close_connection"):
            await hang_up(scope, receive)
        elif isinstance(self.response, EventStream):
            await self.response(scope, receive, send)
        elif kind in ("stall", "cut_stream"):
            await self._half(seconds if kind == "stall" else 0.0, scope, receive, send)
        else:
            await self.response(scope, receive, send)

    async def _half(self, seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytes(self.response.body)
        start = {"type": "http.response.start", "status": self.response.status_code}
        await send({**start, "headers": self.response.raw_headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await self.clock.pause(seconds)
        await hang_up(scope, receive)
