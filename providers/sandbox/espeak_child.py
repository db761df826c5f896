"""The process that holds eSpeak NG (GPL-3.0-or-later), apart from ours so that a crash or its licence stays there.

It is started by file path, imports nothing of the product and speaks over its pipes: each request is a frame of JSON,
each answer a frame of JSON followed by a frame of 16-bit mono samples. A frame is four bytes of length, big-endian,
and the payload. It leaves at the end of its input, so it cannot outlive the process that started it.
"""

import ctypes
import json
import struct
import sys
from typing import Any, BinaryIO, cast

import espeakng_loader

SYNCHRONOUS = 2
BUFFER_MS = 500
DO_NOT_EXIT = 0x8000
UTF8 = 0x0001
READ_PHONEMES = 0x0100
IPA = 0x02
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4

WORD_EVENT, END_EVENT = 1, 5


class _Identity(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """`text_position` counts characters from 1, `sample` counts from the start of the utterance."""

    _fields_ = (
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", _Identity),
    )  # fmt: skip


SampleCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """One loaded library. Not thread-safe by nature; this process has one thread."""

    def __init__(self) -> None:
        """Load the library and its data; `RuntimeError` when that fails."""
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._chunks: list[bytes] = []
        self.anchors: list[tuple[int, int]] = []
        self._callback = SampleCallback(self._collect)
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate = self._library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, data, DO_NOT_EXIT)
        if self.sample_rate <= 0:
            raise RuntimeError("eSpeak NG could not be initialised")
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        number = 0
        while events and events[number].type:
            if events[number].type in (WORD_EVENT, END_EVENT):
                self.anchors.append((events[number].text_position - 1, events[number].sample))
            number += 1
        return 0

    def choose(self, voice: str) -> bool:
        """Select a voice by identifier, such as `sit/cmn+f2`; language names are not understood everywhere."""
        return bool(self._library.espeak_SetVoiceByName(voice.encode()) == 0)

    def say(self, text: str, *, rate: int, pitch: int, intonation: int) -> bytes:
        """The samples of `text`, where `[[...]]` is read as phonemes; `anchors` then tie characters to samples."""
        for parameter, value in ((RATE, rate), (VOLUME, 100), (PITCH, pitch), (RANGE, intonation)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._chunks.clear()
        self.anchors = []
        spoken = text.encode() + b"\0"
        self._library.espeak_Synth(spoken, len(spoken), 0, 0, 0, UTF8 | READ_PHONEMES, None, None)
        return b"".join(self._chunks)

    def phonemes(self, text: str) -> str:
        """The phonemes eSpeak would speak, in IPA."""
        buffer = ctypes.create_string_buffer(text.encode())
        position = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses = []
        while position.value:
            clause = self._library.espeak_TextToPhonemes(ctypes.byref(position), UTF8, IPA)
            clauses.append((clause or b"").decode("utf-8", "replace").strip())
        return " ".join(clause for clause in clauses if clause)


def answer(espeak: Espeak, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Speak or transcribe the pieces of one request."""
    lengths, sounds, phonemes, anchors = [], [], [], []
    for piece in request["pieces"]:
        if not espeak.choose(piece["voice"]):
            return {"error": f"eSpeak NG has no voice {piece['voice']!r}"}, b""
        if request["do"] == "phonemes":
            phonemes.append(espeak.phonemes(piece["text"]))
            continue
        sound = espeak.say(piece["text"], rate=request["rate"], pitch=piece["pitch"], intonation=request["intonation"])
        lengths.append(len(sound))
        sounds.append(sound)
        anchors.append(espeak.anchors)
    head = {"sample_rate": espeak.sample_rate, "lengths": lengths, "phonemes": phonemes, "anchors": anchors}
    return head, b"".join(sounds)


def read_frame(source: BinaryIO) -> bytes | None:
    """The next frame, or None at the end of the input."""
    head = source.read(4)
    if len(head) < 4:
        return None
    size = struct.unpack(">I", head)[0]
    payload = source.read(size)
    return payload if len(payload) == size else None


def main() -> None:
    """Answer requests until the input ends."""
    espeak = Espeak()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (frame := read_frame(cast(BinaryIO, source))) is not None:
        head, sound = answer(espeak, json.loads(frame))
        encoded = json.dumps(head).encode()
        sink.write(struct.pack(">I", len(encoded)) + encoded + struct.pack(">I", len(sound)) + sound)
        sink.flush()


if __name__ == "__main__":
    main()
