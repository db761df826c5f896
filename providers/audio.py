"""Audio decided on bytes: what an answer's audio field holds, what the bytes are, whether the length is plausible."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from providers.characters import is_han
from providers.types import Finding

_HEX = re.compile(r"[0-9A-Fa-f]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_PAUSE = re.compile(r"<#(\d{1,2}(?:\.\d{1,2})?)#>")
_TAG = re.compile(r"\([a-z-]+\)")

HEADERLESS = frozenset({"pcm", "pcmu_raw"})
"""Containers that have no mark to recognise them by."""


class PayloadError(ValueError):
    """The text of an audio field is neither a URL nor well-formed encoded audio."""


@dataclass(frozen=True, slots=True)
class AudioUrl:
    """An audio field that says where the audio is."""

    url: str


def decode_payload(text: str, *, allow_base64: bool = False) -> bytes | AudioUrl:
    """The content of an audio field: a URL, else hexadecimal, else (where the provider uses it) base64.

    Hexadecimal text is valid base64 too and decodes to garbage without complaint, so base64 is accepted only for
    providers that send it and only when the result bears the mark of a known container. Raises ``PayloadError``.
    """
    if text[:8].lower().startswith(("http://", "https://")):
        return AudioUrl(text)
    if not text:
        raise PayloadError("no audio in it")
    if _HEX.fullmatch(text):
        if len(text) % 2:
            raise PayloadError("an odd number of hexadecimal digits")
        return bytes.fromhex(text)
    if allow_base64 and _BASE64.fullmatch(text):
        return _from_base64(text)
    raise PayloadError("characters that are not hexadecimal")


def _from_base64(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise PayloadError("damaged base64") from error
    if sniff(decoded) is None:
        raise PayloadError("base64 of something that is no audio")
    return decoded


def sniff(content: bytes) -> str | None:
    """The container by its first bytes: "mp3", "wav", "pcmu_wav", "flac", "opus", "ogg", "m4a", "webm", "aac"; None for
    headerless or unknown bytes."""
    head = content[:64]
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "pcmu_wav" if _wav_format(content) == 7 else "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "opus" if b"OpusHead" in head else "ogg"
    if head[:3] == b"ID3":
        return "mp3"
    if head[4:8] == b"ftyp":
        return "m4a"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm"
    if _chained(content, _mp3_frame_length):
        return "mp3"
    return "aac" if _chained(content, _adts_frame_length) else None


def _wav_format(content: bytes) -> int | None:
    position = 12
    while position + 10 <= len(content):
        if content[position : position + 4] == b"fmt ":
            return int.from_bytes(content[position + 8 : position + 10], "little")
        size = int.from_bytes(content[position + 4 : position + 8], "little")
        position += 8 + size + size % 2
    return None


_MP3_KBITS = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mp3_frame_length(head: bytes) -> int | None:
    """Bytes of the MPEG layer III frame whose header this is; None when it is none."""
    if head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, kbit_index, rate_index = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or kbit_index in (0, 15) or rate_index == 3:
        return None
    kbits = _MP3_KBITS[3 if version == 3 else 2][kbit_index]
    samples_by_8 = 144 if version == 3 else 72
    return samples_by_8 * kbits * 1000 // _MP3_RATES[version][rate_index] + (head[2] >> 1 & 1)


def _adts_frame_length(head: bytes) -> int | None:
    if head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else None


def _chained(content: bytes, frame_length: Callable[[bytes], int | None]) -> bool:
    """Whether the content begins with a frame that is followed by another one or by the end: a single sync word also
    occurs in raw samples."""
    if len(content) < 8:
        return False
    length = frame_length(content[:8])
    if length is None:
        return False
    following = content[length : length + 8]
    return len(content) == length or (len(following) == 8 and frame_length(following) is not None)


# Milliseconds per unit of text, far outside of what people do: quick speech is above, slow speech below.
_SHORTEST_MS = {"han": 50, "letter": 18}
_LONGEST_MS = {"han": 1200, "letter": 450}
_SLACK_MS = 4000


def plausible_duration(text: str, duration_ms: int, *, speed: float = 1.0) -> Finding | None:
    """Compare the length of audio with its text; None when it is plausible.

    Status 0 proves nothing: measured was 0.2 s for a text of 88 characters, and clones that speak words not in the
    text. Bounds are wide: the finding flags, it does not judge.
    """
    pauses_ms = round(sum(float(seconds) for seconds in _PAUSE.findall(text)) * 1000)
    spoken = _TAG.sub("", _PAUSE.sub("", text))
    han = sum(map(_is_syllable, spoken))
    letters = sum(character.isalnum() for character in spoken) - han
    shortest = (han * _SHORTEST_MS["han"] + letters * _SHORTEST_MS["letter"]) / speed + pauses_ms * 0.8
    longest = (han * _LONGEST_MS["han"] + letters * _LONGEST_MS["letter"]) / speed + pauses_ms * 1.2 + _SLACK_MS
    if duration_ms < shortest:
        return Finding("audio_too_short", f"{duration_ms} ms of audio, at least {round(shortest)} ms expected")
    if duration_ms > longest:
        return Finding("audio_too_long", f"{duration_ms} ms of audio, at most {round(longest)} ms expected")
    return None


def _is_syllable(character: str) -> bool:
    """Characters that are spoken as a syllable or more: ideographs, digits."""
    return is_han(character) or character.isdigit()
