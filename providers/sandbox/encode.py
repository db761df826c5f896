"""From samples to the asked container, by PyAV; mu-law and WAV headers too."""

import io
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

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
    "pcmu_raw": "audio/basic",
    "pcmu_wav": "audio/wav",
}
_CODECS = {
    "mp3": ("mp3", "libmp3lame"),
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
    "pcm": ("s16le", "pcm_s16le"),
    "opus": ("ogg", "libopus"),
    "pcmu_raw": ("mulaw", "pcm_mulaw"),
    "pcmu_wav": ("wav", "pcm_mulaw"),
}
_FORMATS = {"libmp3lame": "s16p", "libopus": "s16"}


def resample(sound: Sound, sample_rate: int) -> Sound:
    """The same sound at another rate."""
    if sound.sample_rate == sample_rate or not len(sound.samples):
        return Sound(sound.samples, sample_rate)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=sample_rate)
    frames = [*resampler.resample(_frame(sound.samples.reshape(1, -1), "s16", "mono", sound.sample_rate))]
    frames += resampler.resample(None)
    return Sound(np.concatenate([_samples(frame) for frame in frames]), sample_rate)


def encode(sound: Sound, shape: AudioShape) -> Encoded:
    """Encode mono samples, given at `shape.sample_rate`, to the asked container and channels."""
    container_format, codec = _CODECS[shape.container]
    layout = "stereo" if shape.channels == 2 else "mono"
    sink = io.BytesIO()
    with av.open(sink, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=shape.sample_rate, options=_options(codec))
        if not isinstance(stream, av.AudioStream):
            raise TypeError(f"{codec} is no audio codec")
        stream.layout = layout
        if codec in {"libmp3lame", "libopus"}:
            stream.bit_rate = true_bitrate(shape)
        sample_format = _FORMATS.get(codec, "s16")
        stream.format = sample_format
        planes = _planes(sound.samples, shape.channels, planar=sample_format.endswith("p"))
        for packet in stream.encode(_frame(planes, sample_format, layout, shape.sample_rate)):
            container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return Encoded(sink.getvalue(), round(len(sound.samples) * 1000 / shape.sample_rate))


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
