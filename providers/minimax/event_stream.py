"""Lines of an event stream out of pieces that were cut anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from providers.errors import malformed
from providers.types import Request

# Signatures in addresses have 64 digits, audio has thousands.
_AUDIO = re.compile(rb"[0-9A-Fa-f]{4096,}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. ``shortened``: it was longer than may be kept, so its runs of hexadecimal digits were
    thrown away."""

    content: bytes
    shortened: bool = False


class Lines:
    """Joins pieces to lines.

    The last frame may repeat all audio in one line of any length, which nobody needs: a line longer than ``longest``
    bytes loses its audio and keeps the rest. Carriage returns end lines as newlines do (event stream format); an empty
    line more means nothing here.
    """

    def __init__(self, asked: Request, longest: int) -> None:
        self._asked = asked
        self._longest = longest
        self._open: list[bytes] = []
        self._size = 0
        self._shortened = False

    def feed(self, data: bytes) -> Iterator[Line]:
        """The lines that ``data`` completes. Raises ``ProviderError`` (malformed) for one too long without audio."""
        *complete, rest = data.replace(b"\r", b"\n").split(b"\n")
        for piece in complete:
            self._add(piece)
            yield self.rest()
        self._add(rest)

    def rest(self) -> Line:
        """What has come of the line that is not complete; it begins anew."""
        line = Line(self._open[0] if len(self._open) == 1 else b"".join(self._open), self._shortened)
        self._keep(b"")
        self._shortened = False
        return line

    def _add(self, piece: bytes) -> None:
        if not piece:
            return
        self._size += len(piece)
        self._open.append(piece)
        if self._size <= self._longest:
            return
        self._keep(_AUDIO.sub(b"", b"".join(self._open)))
        self._shortened = True
        if self._size > self._longest // 2:
            raise malformed(self._asked, f"a line longer than {self._longest} bytes that is no audio")

    def _keep(self, content: bytes) -> None:
        self._open = [content] if content else []
        self._size = len(content)
