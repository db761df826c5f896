"""Sessions: the messages of one, its dialogue held by hand, its server on a real socket, its client step by step."""

import asyncio
import json
from contextlib import ExitStack
from typing import Any

import httpx
from websockets.frames import Frame, Opcode
from websockets.protocol import SERVER, Protocol
from websockets.utils import accept_key

from providers.driver import AsyncDriver, Driver, async_http_client, http_client
from providers.errors import ProviderError
from providers.socket import SocketRequest
from providers.types import AudioFormat, SpeechSettings
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3

PIECES = (MP3, b"\x11" * 40, b"\x22" * 7)
SIZE = sum(map(len, PIECES))


def socket_request(*, settings=None, **fields):
    defaults: dict[str, Any] = {
        "model": "speech-2.8-hd",
        "voice_id": "English_Graceful_Lady",
        "format": AudioFormat("mp3", 32000, 128000),
        "settings": SpeechSettings(**settings or {}),
    }
    return SocketRequest(**defaults | fields)


def said(event, *, code=0, message="success", trace="text-trace", **fields):
    """One message of the server."""
    body = {"session_id": "s", "trace_id": trace, "base_resp": {"status_code": code, "status_msg": message}}
    return json.dumps(({"event": event} if event else {}) | body | fields)


def piece(audio=b"", **fields):
    """A message with audio; bytes are sent as hex, anything else as it is."""
    payload = audio.hex() if isinstance(audio, bytes) else audio
    return said(**{"event": "task_continued", "data": {"audio": payload}, "is_final": False} | fields)


def last(audio=b"", *, usage=6, size=SIZE, **fields):
    """The last message of a text."""
    info = {"audio_length": 1234, "audio_size": size, "usage_characters": usage, "word_count": 6}
    return piece(audio, **{"is_final": True, "extra_info": info} | fields)


HELLO, STARTED, FINISHED = said("connected_success"), said("task_started"), said("task_finished")
SPOKEN = (*map(piece, PIECES), last())


class Turn:
    """One text of a dialogue, told messages until it is finished or fails."""

    def __init__(self, *messages, of=ACCOUNT, text="Hello.", dialogue=None, **fields):
        self.error: Any = None
        self.result: Any = None
        self.audio = b""
        self.dialogue = dialogue or MINIMAX.open_socket(of, socket_request(**fields)).dialogue
        self.turn = self.dialogue.speak(text)
        try:
            for message in messages:
                self.audio += self.turn.feed(message)
            self.result = self.turn.end()
        except ProviderError as error:
            self.error = error
        assert self.turn.heard_bytes == len(self.audio)

    def verdict(self):
        error = self.error
        assert error, self.result
        return error.category, error.code, error.possibly_charged, error.heard_bytes


def held(talk, *messages):
    """The frames a part of a dialogue sends, each with its fields; None for what it ends with or waits for."""
    frames = [next(talk)]
    try:
        for message in messages:
            frames.append(talk.send(message))
    except StopIteration:
        return [frame and json.loads(frame) for frame in frames], True
    return [frame and json.loads(frame) for frame in frames], False


class Peer:
    """The server's end of one connection inside a ``Loopback`` script."""

    def __init__(self, connection, head, *, extra=""):
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        self.connection = connection
        self._protocol = Protocol(SERVER)
        self._heard: list[Any] = []
        connection.sendall(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_key(key)}\r\n{extra}\r\n".encode()
        )

    def say(self, *messages):
        for message in messages:
            opcode = Opcode.TEXT if isinstance(message, str) else Opcode.BINARY
            self.frame(opcode, message.encode() if isinstance(message, str) else message)

    def frame(self, opcode, data=b"", *, fin=True):
        self.connection.sendall(Frame(opcode, data, fin).serialize(mask=False))

    def hear(self):
        """The next message or control frame of the client; None when it has hung up."""
        while not self._heard:
            try:
                data = self.connection.recv(65536)
            except OSError:
                return None
            if not data:
                return None
            self._protocol.receive_data(data)
            self._heard += self._protocol.events_received()
        event = self._heard.pop(0)
        return json.loads(event.data) if event.opcode is Opcode.TEXT else event

    def start(self):
        """Everything before the first text; the task_start it was told."""
        self.say(HELLO)
        asked = self.hear()
        self.say(STARTED)
        return asked


class Talker:
    """One session of one of the two drivers, asked step by step. ``pieces`` is what was heard of the last text."""

    def __init__(self, kind, exchange, hosts, *, tls=None, **options):
        self._exchange, self._hosts, self._options = exchange, hosts, options
        self._kind, self._tls = kind, tls
        self._stack = ExitStack()
        self.pieces: list[bytes] = []
        self.session: Any = None

    def __enter__(self):
        with ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception):
        return self._stack.__exit__(*exception)

    def _open(self, stack):
        if self._kind == "blocking":
            client = stack.enter_context(self._client(http_client, httpx.Client))
            self.session = stack.enter_context(Driver(client, **self._options).socket(self._exchange))
            return
        self._run = stack.enter_context(asyncio.Runner()).run
        client = self._client(async_http_client, httpx.AsyncClient)
        stack.callback(lambda: self._run(client.aclose()))
        self.session = AsyncDriver(client, **self._options).socket(self._exchange)
        self._run(self.session.__aenter__())
        stack.push(lambda *exception: self._run(self.session.__aexit__(*exception)))

    def _client(self, guarded, plain):
        if self._tls is None:
            return guarded(allowed_hosts=self._hosts)
        return plain(verify=self._tls, trust_env=False)

    def hear(self, text="Hello.", *, most=None):
        """All pieces and the result; with ``most`` only so many pieces, and no result."""
        self.pieces = []
        spoken = self.session.speak(text)
        if self._kind == "blocking":
            self._listen(spoken, most)
        else:
            self._run(self._async_listen(spoken, most))
        return (b"".join(self.pieces), spoken.result) if most is None else spoken

    def _listen(self, spoken, most):
        for chunk in spoken:
            self.pieces.append(chunk)
            if len(self.pieces) == most:
                return

    async def _async_listen(self, spoken, most):
        async for chunk in spoken:
            self.pieces.append(chunk)
            if len(self.pieces) == most:
                return

    def go_on(self, spoken):
        """Read on where ``hear`` stopped."""
        if self._kind == "blocking":
            self._listen(spoken, None)
        else:
            self._run(self._async_listen(spoken, None))

    def keep_alive(self):
        self._do(self.session.keep_alive)

    def close(self):
        self._do(self.session.close)

    def _do(self, call):
        if self._kind == "blocking":
            call()
        else:
            self._run(call())
