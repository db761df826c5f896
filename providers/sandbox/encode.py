"""From samples to the asked container, by PyAV; mu-law and WAV headers too; whole or in pieces."""

import functools
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer

from providers.sandbox.timbre import Samples


class UndecodableError(ValueError):
    """The bytes are no audio that FFmpeg can read."""


@dataclass(frozen=True, slots=True)
class AudioShape:
    """What the caller asked for. `bitrate` in bits per second, used by mp3 and opus."""

    container: str = "mp3"
    sample_rate: int = 32000
    bitrate: int = 128000
    channels: int = 1


@dataclass(frozen=True, slots=True)
class Encoded:
    """Finished bytes and their true length in milliseconds."""

    content: bytes
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono samples and their rate."""

    samples: Samples
    sample_rate: int


MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "pcm": "audio/pcm",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "pcmu_raw": "audio/basic",
    "pcmu_wav": "audio/wav",
}
_CODECS = {
    "mp3": ("mp3", "libmp3lame"),
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
    "pcm": ("s16le", "pcm_s16le"),
    "opus": ("ogg", "libopus"),
    "aac": ("adts", "aac"),
    "pcmu_raw": ("mulaw", "pcm_mulaw"),
    "pcmu_wav": ("wav", "pcm_mulaw"),
}
_REMEMBERED, _REMEMBERED_SECONDS = 64, 3
_FORMATS = {"libmp3lame": "s16p", "libopus": "s16", "aac": "fltp"}


def resample(sound: Sound, sample_rate: int) -> Sound:
    """The same sound at another rate."""
    if sound.sample_rate == sample_rate or not len(sound.samples):
        return Sound(sound.samples, sample_rate)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=sample_rate)
    frames = [*resampler.resample(_frame(sound.samples.reshape(1, -1), "s16", "mono", sound.sample_rate))]
    frames += resampler.resample(None)
    return Sound(np.concatenate([_samples(frame) for frame in frames]), sample_rate)


def encode(sound: Sound, shape: AudioShape) -> Encoded:
    """Encode mono samples, given at `shape.sample_rate`, to the asked container and channels.

    Short sounds are remembered: whoever tries a client out asks for the same words again and again.
    """
    if len(sound.samples) > _REMEMBERED_SECONDS * sound.sample_rate:
        return encode_all([sound], shape)
    return _encoded(sound.samples.tobytes(), sound.sample_rate, shape)


@functools.lru_cache(maxsize=_REMEMBERED)
def _encoded(samples: bytes, sample_rate: int, shape: AudioShape) -> Encoded:
    return encode_all([Sound(np.frombuffer(samples, np.int16), sample_rate)], shape)


def encode_all(sounds: Iterable[Sound], shape: AudioShape) -> Encoded:
    """One file of several sounds, one after the other; only one of them need exist at a time."""
    sink, length = io.BytesIO(), 0
    with av.open(sink, "w", format=_CODECS[shape.container][0]) as container:
        stream = _add_stream(container, shape)
        for sound in sounds:
            container.mux(stream.encode(_shaped_frame(sound.samples, shape, at=length)))
            length += len(sound.samples)
        container.mux(stream.encode(None))
    return Encoded(sink.getvalue(), round(length * 1000 / shape.sample_rate))


def encode_pieces(sound: Sound, shape: AudioShape, *, seconds: float) -> Iterator[bytes]:
    """Encode as it is streamed: one piece per `seconds` of sound, and what the encoder held back as the last one.

    The pieces joined are one clean file; a piece may be empty while the encoder fills its first frame.
    """
    sink = _OneWay()
    step = max(1, round(seconds * shape.sample_rate))
    options = {"mp3": {"write_xing": "0", "id3v2_version": "0"}, "opus": {"page_duration": "200000"}}
    container_format = _CODECS[shape.container][0]
    with av.open(sink, "w", format=container_format, options=options.get(shape.container, {})) as container:
        stream = _add_stream(container, shape)
        for start in range(0, len(sound.samples), step):
            container.mux(stream.encode(_shaped_frame(sound.samples[start : start + step], shape, at=start)))
            yield sink.take()
        container.mux(stream.encode(None))
    yield sink.take()


class _OneWay:
    """A sink that cannot be wound back, as a connection cannot."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def duration_ms(sound: Sound) -> int:
    """The length of a sound in milliseconds."""
    return round(len(sound.samples) * 1000 / sound.sample_rate)


def _add_stream(container: OutputContainer, shape: AudioShape) -> av.AudioStream:
    codec = _CODECS[shape.container][1]
    stream = container.add_stream(codec, rate=shape.sample_rate, options=_options(codec))
    if not isinstance(stream, av.AudioStream):
        raise TypeError(f"{codec} is no audio codec")
    stream.layout = _layout(shape)
    if codec in {"libmp3lame", "libopus"}:
        stream.bit_rate = true_bitrate(shape)
    stream.format = _FORMATS.get(codec, "s16")
    return stream


def _layout(shape: AudioShape) -> str:
    return "stereo" if shape.channels == 2 else "mono"


def _shaped_frame(samples: Samples, shape: AudioShape, *, at: int) -> av.AudioFrame:
    # The AAC encoder takes no whole numbers; PyAV converts on the way into it.
    sample_format = "s16p" if _CODECS[shape.container][1] == "libmp3lame" else "s16"
    planes = _planes(samples, shape.channels, planar=sample_format.endswith("p"))
    frame = _frame(planes, sample_format, _layout(shape), shape.sample_rate)
    frame.pts = at
    return frame


def true_bitrate(shape: AudioShape) -> int:
    """The bitrate that can be had: mp3 allows 64 kbit/s up to 12 kHz and 160 kbit/s up to 24 kHz."""
    if shape.container != "mp3" or shape.sample_rate > 24000:
        return shape.bitrate
    return min(shape.bitrate, 160000 if shape.sample_rate > 12000 else 64000)


def _options(codec: str) -> dict[str, str]:
    # LAME's fastest useful quality: speech of 100 characters encodes in tens of milliseconds.
    return {"compression_level": "7"} if codec == "libmp3lame" else {}


def _planes(samples: Samples, channels: int, *, planar: bool) -> npt.NDArray[np.int16]:
    if planar:
        return np.ascontiguousarray(np.tile(samples, (channels, 1)))
    return np.ascontiguousarray(np.repeat(samples, channels).reshape(1, -1))


def _frame(planes: npt.NDArray[np.int16], sample_format: str, layout: str, sample_rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(planes, format=sample_format, layout=layout)
    frame.sample_rate = sample_rate
    frame.pts = 0
    return frame


def decode(content: bytes, *, sample_rate: int = 16000) -> Sound:
    """Any audio file as mono samples at `sample_rate`. Raises `UndecodableError`."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=sample_rate)
    pieces: list[Samples] = []
    try:
        with av.open(io.BytesIO(content), "r") as container:
            for frame in container.decode(container.streams.audio[0]):
                pieces += [_samples(part) for part in resampler.resample(frame)]
            pieces += [_samples(part) for part in resampler.resample(None)]
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise UndecodableError(str(error)) from error
    if not pieces:
        raise UndecodableError("no audio inside")
    return Sound(np.concatenate(pieces), sample_rate)


def _samples(frame: av.AudioFrame) -> Samples:
    return frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
