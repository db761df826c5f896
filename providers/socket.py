"""A session that speaks text after text over one WebSocket: what an adapter describes, without any I/O.

An adapter gives a ``SocketExchange``: the request that opens the connection and the dialogue that is held over it.
``Driver.socket`` and ``AsyncDriver.socket`` (``providers.session``) do what it says.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Protocol

from providers.errors import ProviderError
from providers.types import (
    AudioFormat,
    MixWeight,
    PronunciationRule,
    Request,
    Response,
    SpeechRequest,
    SpeechResult,
    SpeechSettings,
    SubtitleKind,
)

Message = str | bytes
"""What one message of the other side holds: text, or bytes where it was binary."""

Talk = Generator[str | None, Message, None]
"""A part of the dialogue: yields the frame to send (None: nothing), receives the next message, ends when it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketRequest:
    """How a session speaks: the same words as in ``SpeechRequest``, said once for all of its texts.

    ``continuous_sound`` asks for one flow of speech without splitting the text, which sounds more natural and begins
    later.
    """

    model: str
    voice_id: str
    format: AudioFormat
    settings: SpeechSettings = field(default_factory=SpeechSettings)
    rules: tuple[PronunciationRule, ...] = ()
    mix: tuple[MixWeight, ...] = ()
    subtitles: SubtitleKind | None = None
    continuous_sound: bool = False

    def saying(self, text: str) -> SpeechRequest:
        """The same for one text alone."""
        return SpeechRequest(
            text=text,
            model=self.model,
            voice_id=self.voice_id,
            format=self.format,
            settings=self.settings,
            rules=self.rules,
            mix=self.mix,
            subtitles=self.subtitles,
        )


class SpeechTurn(Protocol):
    """One text and what is heard of it; usable once. Methods raise ``ProviderError``."""

    @property
    def frame(self) -> str:
        """What is sent to have the text spoken."""

    @property
    def heard_bytes(self) -> int:
        """Audio bytes given so far."""

    @property
    def finished(self) -> bool:
        """Whether the provider has ended this text, with audio or with an error: the session goes on. An error before
        that ends the session, for nobody knows what the next message would belong to."""

    def feed(self, message: Message) -> bytes:
        """The audio in the next message; empty when it holds none."""

    def end(self) -> SpeechResult:
        """The verdict once it is finished: the summary of this text, without the audio."""


class SpeechDialogue(Protocol):
    """What is said in one session; usable once. All methods raise ``ProviderError``."""

    def declined(self, response: Response) -> ProviderError:
        """The error in an answer that opened no connection."""

    def open(self) -> Talk:
        """Everything before the first text."""

    def speak(self, text: str) -> SpeechTurn:
        """Have ``text`` spoken. Pure; raises ``RefusedError`` for what cannot be spoken."""

    def unasked(self, message: Message) -> None:
        """A message while no text is spoken; raises when it ends the session."""

    def keep_alive(self) -> Talk:
        """Say something that costs nothing, so that the provider does not take the session for forgotten."""

    def finish(self) -> Talk:
        """Say goodbye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketExchange:
    """One session: how to connect, and what is said then.

    ``request`` is the HTTP request that asks for the upgrade. Its ``timeout.read`` is the longest silence inside a
    text, ``timeout.total`` bounds each text, ``max_response_bytes`` one message. ``open_seconds`` bounds everything
    before the first text, ``close_seconds`` the goodbye. The dialogue makes it good for one use.
    """

    request: Request
    dialogue: SpeechDialogue = field(repr=False)
    open_seconds: float = 15.0
    close_seconds: float = 5.0
