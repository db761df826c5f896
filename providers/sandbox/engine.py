"""The parent's side of eSpeak NG: one child process, respawned when it dies, asked by one thread at a time."""

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

CHILD = Path(__file__).with_name("espeak_child.py")
PATIENCE_SECONDS = 120.0
READ_BYTES = 1 << 20


class EngineError(Exception):
    """eSpeak NG could not be started, died twice in a row, hung, or lacks the voice."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text to speak with one eSpeak voice identifier at eSpeak's own pitch, 0-99."""

    voice: str
    text: str
    pitch: int = 50


@dataclass(frozen=True, slots=True)
class Speech:
    """The samples of each utterance, 16-bit mono at `sample_rate`, and where in them its words begin.

    An anchor is a character of the utterance and a sample.
    """

    sample_rate: int
    sounds: tuple[bytes, ...]
    anchors: tuple[tuple[tuple[int, int], ...], ...] = ()


class Engine:
    """eSpeak NG in a child process. The child starts with the first request and dies with this process."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The child's process id, or None when none runs."""
        return self._child.pid if self._child else None

    def say(self, utterances: Sequence[Utterance], *, rate: int, intonation: int) -> Speech:
        """Speak at `rate` words per minute; `intonation` is eSpeak's pitch range, 0-99. Raises `EngineError`."""
        head, sound = self._ask("say", utterances, rate=rate, intonation=intonation)
        sounds, start = [], 0
        for length in head["lengths"]:
            sounds.append(sound[start : start + length])
            start += length
        anchors = tuple(tuple((place, sample) for place, sample in row) for row in head["anchors"])
        return Speech(head["sample_rate"], tuple(sounds), anchors)

    def phonemes(self, utterances: Sequence[Utterance]) -> str:
        """What eSpeak would pronounce, in IPA. Raises `EngineError`."""
        head, _ = self._ask("phonemes", utterances)
        return " ".join(head["phonemes"])

    def close(self) -> None:
        """End the child, also while it speaks: whoever waits for it gets an `EngineError`."""
        self._closed = True
        if (child := self._child) is not None:
            child.kill()
        with self._lock:
            self._drop()

    def _ask(self, do: str, utterances: Sequence[Utterance], **settings: int) -> tuple[dict[str, Any], bytes]:
        pieces = [{"voice": u.voice, "text": u.text, "pitch": u.pitch} for u in utterances]
        frame = json.dumps({"do": do, "pieces": pieces, **settings}).encode()
        with self._lock:
            try:
                head, sound = self._exchange(frame)
            except OSError:
                # A child that died between two requests is not the request's fault: once more with a new one.
                head, sound = self._exchange_afresh(frame)
        if "error" in head:
            raise EngineError(head["error"])
        return head, sound

    def _exchange_afresh(self, frame: bytes) -> tuple[dict[str, Any], bytes]:
        self._drop()
        try:
            return self._exchange(frame)
        except OSError as error:
            self._drop()
            raise EngineError("eSpeak NG died while it was speaking") from error

    def _exchange(self, frame: bytes) -> tuple[dict[str, Any], bytes]:
        request, reply = _pipes(self._child or self._spawn())
        request.write(struct.pack(">I", len(frame)) + frame)
        request.flush()
        deadline = time.monotonic() + PATIENCE_SECONDS
        head = json.loads(self._read_frame(reply.fileno(), deadline))
        return head, self._read_frame(reply.fileno(), deadline)

    def _read_frame(self, descriptor: int, deadline: float) -> bytes:
        size = struct.unpack(">I", self._read(descriptor, 4, deadline))[0]
        return self._read(descriptor, size, deadline)

    def _read(self, descriptor: int, size: int, deadline: float) -> bytes:
        received = bytearray()
        while len(received) < size:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                self._drop()
                raise EngineError("eSpeak NG did not answer in time")
            chunk = os.read(descriptor, min(READ_BYTES, size - len(received)))
            if not chunk:
                raise BrokenPipeError("eSpeak NG closed its output")
            received += chunk
        return bytes(received)

    def _spawn(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise EngineError("eSpeak NG was closed")
        # A session of its own keeps the terminal's Ctrl-C away from it: it leaves when its input ends.
        self._child = subprocess.Popen(
            [sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        return self._child

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        request, reply = _pipes(child)
        child.kill()
        with contextlib.suppress(OSError):
            request.close()
        reply.close()
        child.wait()


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None:
        raise EngineError("eSpeak NG was started without pipes")
    return child.stdin, child.stdout
