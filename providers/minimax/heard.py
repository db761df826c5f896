"""What has been heard of one synthesis whose audio comes in pieces: its account, its subtitles, its first bytes."""

from __future__ import annotations

from typing import Any

from providers.audio import PayloadError, decode_payload
from providers.errors import ProviderError, malformed
from providers.minimax.answers import billed_characters, mapping
from providers.minimax.speech import container_of, duration_ms, missing_subtitles, oddities, subtitle_url
from providers.minimax.subtitles import entries_of
from providers.types import Finding, Request, SpeechRequest, SpeechResult, Subtitle

FINISHED = 2
"""``data.status`` of a synthesis that is done."""

# Enough to tell any container by; audio itself is not kept.
_HEAD = 8 * 1024
# A text has no more stretches than characters; more of them would fill the memory.
_SPARE_SUBTITLES = 100


class Heard:
    """Collects what the pieces say. Keeps the first kilobytes of audio, nothing more of it."""

    def __init__(self, asked: Request, request: SpeechRequest) -> None:
        self.size = 0
        self.trace_id = ""
        self.billed: int | None = None
        self.declared: dict[str, Any] = {}
        self._asked = asked
        self._request = request
        self._head = b""
        self._subtitle_url: str | None = None
        self._subtitles: list[Subtitle] = []
        self._bad_subtitles = 0

    def note(self, answer: dict[str, Any]) -> None:
        """Take the account and the subtitles of a piece; not its audio."""
        declared = mapping(answer.get("extra_info"))
        if declared:
            self.declared, self.billed = declared, billed_characters(answer)
        self._note_subtitles(mapping(answer.get("data")))

    def audio(self, encoded: str) -> bytes:
        """The bytes of an audio field. Raises ``ProviderError`` (malformed)."""
        try:
            content = decode_payload(encoded)
        except PayloadError as error:
            raise self.malformed(str(error)) from error
        if not isinstance(content, bytes):
            raise self.malformed("a URL in a stream")
        self._head += content[: _HEAD - len(self._head)]
        self.size += len(content)
        return content

    def result(self, *, more: tuple[Finding, ...] = ()) -> SpeechResult:
        """The summary of what was heard. Raises ``ProviderError`` (malformed) when that is no audio."""
        if not self.size:
            raise self.malformed("no audio in it")
        try:
            container = container_of(self._head, self._request.format.container)
        except PayloadError as error:
            raise self.malformed(str(error)) from error
        return SpeechResult(
            audio=b"",
            container=container,
            billed_characters=self.billed,
            duration_ms=duration_ms(self.declared),
            declared=self.declared,
            trace_id=self.trace_id,
            vendor_status=FINISHED,
            findings=self._findings(container) + more,
            subtitle_url=self._subtitle_url,
            subtitles=tuple(self._subtitles),
        )

    def malformed(self, what: str) -> ProviderError:
        """The error for a piece that cannot be used; it tells what was billed so far."""
        return malformed(self._asked, what, http_status=200, trace_id=self.trace_id, billed_characters=self.billed)

    def _note_subtitles(self, data: dict[str, Any]) -> None:
        """The address of the file, and what comes along with the audio (``data.subtitle``, as on the WebSocket: where
        HTTP puts it is not documented). Trouble with them must not spoil the audio."""
        self._subtitle_url = subtitle_url(data) or self._subtitle_url
        came = data.get("subtitle")
        if not came:
            return
        try:
            entries = entries_of(came if isinstance(came, list) else [came])
        except ProviderError:
            self._bad_subtitles += 1
            return
        if len(self._subtitles) + len(entries) > len(self._request.text) + _SPARE_SUBTITLES:
            self._bad_subtitles += 1
            return
        self._subtitles.extend(entries)

    def _findings(self, container: str) -> tuple[Finding, ...]:
        found = oddities(self.size, container, self.declared, self._request)
        found += missing_subtitles(bool(self._subtitle_url or self._subtitles or self._bad_subtitles), self._request)
        if self._bad_subtitles:
            found += (Finding("subtitles_unreadable", f"Subtitles of {self._bad_subtitles} frames cannot be used"),)
        return found
