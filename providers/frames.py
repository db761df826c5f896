"""The WebSocket protocol of one connection, without any I/O: bytes in, messages out.

The opening request and its answer travel over the HTTP client, so that they go where every other request may go and
nowhere else; the framing is the ``websockets`` library's. No extension is offered, so nothing is compressed.
"""

from __future__ import annotations

from collections import deque

import httpx
from websockets.client import ClientProtocol
from websockets.datastructures import Headers as HandshakeHeaders
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Response as HandshakeResponse
from websockets.protocol import CLIENT, OPEN, Protocol
from websockets.uri import parse_uri

from providers.socket import Message

# Where to is the HTTP client's business; what is taken from here has no address in it.
_NOWHERE = parse_uri("ws://localhost/")
_UPGRADE = ("Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version")


class Frames:
    """Both directions of one connection. ``max_bytes`` bounds a message, however many frames it comes in."""

    def __init__(self, max_bytes: int) -> None:
        self._handshake = ClientProtocol(_NOWHERE)
        asked = self._handshake.connect().headers
        self.upgrade = {name: asked[name] for name in _UPGRADE}
        self._protocol = Protocol(CLIENT, state=OPEN, max_size=max_bytes)
        self._messages: deque[Message] = deque()
        self._parts = bytearray()
        self._is_text = True
        self._no_text = ""

    def accept(self, answer: httpx.Response) -> None:
        """Check the answer that opens the connection. Raises ``WebSocketException``."""
        headers = HandshakeHeaders(answer.headers.multi_items())
        self._handshake.process_response(HandshakeResponse(answer.status_code, answer.reason_phrase, headers))

    def say(self, text: str) -> bytes:
        """The bytes of one message. Raises ``InvalidState`` when the connection is closing."""
        self._protocol.send_text(text.encode())
        return self.outgoing()

    def feed(self, data: bytes) -> None:
        """Take the next bytes; none mean that the connection has ended."""
        if not data:
            self._protocol.receive_eof()
            return
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._collect(event)

    def outgoing(self) -> bytes:
        """What has to be written now: messages, answers to pings and to the end."""
        return b"".join(self._protocol.data_to_send())

    def next(self) -> Message | None:
        """The next whole message; None while there is none."""
        return self._messages.popleft() if self._messages else None

    @property
    def has_message(self) -> bool:
        """Whether ``next`` has something to give."""
        return bool(self._messages)

    def close(self) -> bytes:
        """The bytes that end the connection; none when it has ended."""
        try:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
        except InvalidState:
            return b""
        return self.outgoing()

    @property
    def is_open(self) -> bool:
        """Whether more messages may come and go."""
        return self._protocol.state is OPEN and not self._no_text

    @property
    def ending(self) -> str:
        """Why no more comes, in words."""
        closed = self._protocol.close_rcvd
        if closed is not None:
            return f"it was closed with {closed}"
        return "the connection ended"

    @property
    def broken(self) -> str:
        """What the other side said against the protocol; empty when nothing was."""
        if self._no_text:
            # The parser runs ahead of the messages: what it may have found since came later.
            return self._no_text
        failure = self._protocol.parser_exc
        if failure is None or isinstance(failure, EOFError):
            return ""
        return f"{type(failure).__name__} {failure}".strip()

    def _collect(self, frame: Frame) -> None:
        if self._no_text or frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
        self._parts += frame.data
        if not frame.fin:
            return
        content, self._parts = bytes(self._parts), bytearray()
        if not self._is_text:
            self._messages.append(content)
            return
        try:
            self._messages.append(content.decode())
        except UnicodeDecodeError as error:
            self._no_text = f"text that is no UTF-8: {error.reason}"
            self._protocol.fail(CloseCode.INVALID_DATA)
