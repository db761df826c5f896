"""A recording long enough to be a sample: a tone, as WAV."""

import functools
import io
import math
import struct
import wave

from django.core.files.uploadedfile import SimpleUploadedFile

RATE = 16_000


def recording(seconds: int = 12) -> SimpleUploadedFile:
    """An upload of so many seconds."""
    return SimpleUploadedFile("tone.wav", _tone(seconds), "audio/wav")


@functools.cache
def _tone(seconds: int) -> bytes:
    samples = (int(12_000 * math.sin(2 * math.pi * 220 * n / RATE)) for n in range(RATE * seconds))
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()
