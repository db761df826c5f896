"""Audio from one container to another (PyAV, FFmpeg's libraries): for servers that make only one kind.

What comes in is trusted as far as its bytes go: its head may lie about the length, as that of a streamed WAV does.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from types import MappingProxyType

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer

from providers.audio import sniff
from providers.probe import DEMUXERS, NotAudioError
from providers.types import AudioFormat

RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
FORMATS = MappingProxyType(
    {
        "mp3": RATES,
        "wav": RATES,
        "flac": RATES,
        "pcm": RATES,
        "opus": (8000, 12000, 16000, 24000, 48000),
    }
)
"""What can be made here: container → sample rates."""
BITRATES = MappingProxyType({"mp3": (32000, 64000, 128000, 256000)})
CHANNELS = (1, 2)

_MUXERS = MappingProxyType({"mp3": "mp3", "flac": "flac", "opus": "ogg"})
_CODECS = MappingProxyType({"mp3": ("libmp3lame", "s16p"), "flac": ("flac", "s16"), "opus": ("libopus", "s16")})
_OPUS_BITRATE = 64_000


def transcode(content: bytes, wanted: AudioFormat) -> bytes:
    """``content`` as ``wanted``, sample by sample; headerless "pcm" is 16-bit little-endian.

    Bytes that are ``wanted`` already are handed back untouched when container, rate and channels fit and nothing but
    the bitrate could differ. Raises ``NotAudioError`` for what cannot be decoded; ``wanted`` is one of ``FORMATS``.
    """
    container = sniff(content)
    if container is None:
        raise NotAudioError("These bytes are no audio format we know")
    try:
        with av.open(io.BytesIO(content), "r", format=DEMUXERS[container], metadata_errors="replace") as opened:
            if not opened.streams.audio:
                raise NotAudioError(f"The {container} holds no sound")
            stream = opened.streams.audio[0]
            if container == wanted.container and _fits(stream, wanted):
                return content
            return _made(_samples(opened, stream, wanted), wanted)
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, NotAudioError):
            raise
        raise NotAudioError(f"The {container} cannot be decoded: {error}") from error


def _fits(stream: AudioStream, wanted: AudioFormat) -> bool:
    # The head of a WAV may hold the placeholder of a stream as its length: it is written anew.
    if wanted.container == "wav":
        return False
    return (stream.rate, stream.layout.nb_channels) == (wanted.sample_rate, wanted.channels)


def _samples(opened: InputContainer, stream: AudioStream, wanted: AudioFormat) -> Iterator[np.ndarray]:
    """Interleaved 16-bit samples at the wanted rate and channels."""
    layout = "mono" if wanted.channels == 1 else "stereo"
    resampler = av.AudioResampler(format="s16", layout=layout, rate=wanted.sample_rate)
    for frame in opened.decode(stream):
        yield from (piece.to_ndarray() for piece in resampler.resample(frame))
    yield from (piece.to_ndarray() for piece in resampler.resample(None))


def _made(pieces: Iterator[np.ndarray], wanted: AudioFormat) -> bytes:
    if wanted.container in _CODECS:
        return _encoded(pieces, wanted)
    raw = b"".join(piece.astype("<i2", copy=False).tobytes() for piece in pieces)
    if not raw:
        raise NotAudioError("It holds no sound")
    return raw if wanted.container == "pcm" else _wav(raw, wanted)


def _wav(raw: bytes, wanted: AudioFormat) -> bytes:
    packed = io.BytesIO()
    with wave.open(packed, "wb") as wav:
        wav.setnchannels(wanted.channels)
        wav.setsampwidth(2)
        wav.setframerate(wanted.sample_rate)
        wav.writeframes(raw)
    return packed.getvalue()


def _encoded(pieces: Iterator[np.ndarray], wanted: AudioFormat) -> bytes:
    codec, sample_format = _CODECS[wanted.container]
    layout = "mono" if wanted.channels == 1 else "stereo"
    sink, length = io.BytesIO(), 0
    with av.open(sink, "w", format=_MUXERS[wanted.container]) as out:
        stream = out.add_stream(codec, rate=wanted.sample_rate)
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is no audio codec")
        stream.layout, stream.format = layout, sample_format
        if codec != "flac":
            stream.bit_rate = wanted.bitrate or _OPUS_BITRATE
        for piece in pieces:
            frame = av.AudioFrame.from_ndarray(_planes(piece, wanted, sample_format), sample_format, layout)
            frame.sample_rate, frame.pts = wanted.sample_rate, length
            length += frame.samples
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    if not length:
        raise NotAudioError("It holds no sound")
    return sink.getvalue()


def _planes(piece: np.ndarray, wanted: AudioFormat, sample_format: str) -> np.ndarray:
    if not sample_format.endswith("p"):
        return piece
    return np.ascontiguousarray(piece.reshape(-1, wanted.channels).T)
