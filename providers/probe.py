"""What a piece of audio really is, found out by decoding all of it (PyAV, FFmpeg's libraries).

The length is the decoded one: streamed FLAC and WebM declare none and ADTS declares a wrong one. Loudness follows
EBU R 128 as FFmpeg's ``ebur128`` measures it.
"""

from __future__ import annotations

import io
import math
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.container
import av.error
import av.filter
import numpy as np
from av.audio.stream import AudioStream

from providers.audio import sniff

_SILENT_POWER = 10 ** (-50.0 / 10)
_WINDOW_MS = 20
_METER_RATE = 48_000
# What ebur128 reports when nothing was loud enough to be counted.
_NO_LOUDNESS = -70.0


class NotAudioError(ValueError):
    """The bytes hold no audio that can be decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """Facts about audio. ``loudness_lufs`` and ``true_peak_db`` are None for silence or less than 0.4 s;
    ``silence_ratio`` is the share (0 to 1) of 20 ms windows below -50 dBFS."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    duration_ms: int
    loudness_lufs: float | None
    true_peak_db: float | None
    silence_ratio: float


# Formats are named, never guessed: playlist formats would make FFmpeg open files and addresses written in the upload.
DEMUXERS = {
    "mp3": "mp3",
    "wav": "wav",
    "pcmu_wav": "wav",
    "flac": "flac",
    "opus": "ogg",
    "ogg": "ogg",
    "m4a": "mov",
    "webm": "matroska",
    "aac": "aac",
}
# FFmpeg names some codecs after the decoder it happens to use.
_CODECS = {"mp3float": "mp3"}


def probe(content: bytes, *, max_ms: int = 4 * 3_600_000) -> Probed:
    """Decode ``content`` and describe it. Memory does not grow with its length.

    Raises ``NotAudioError`` for bytes that are no known audio, hold no audio stream, decode to nothing, or last longer
    than ``max_ms`` (small files can hold days of silence).
    """
    container = sniff(content)
    if container is None:
        raise NotAudioError("These bytes are no audio format we know")
    try:
        with av.open(io.BytesIO(content), "r", format=DEMUXERS[container], metadata_errors="replace") as opened:
            if not opened.streams.audio:
                raise NotAudioError(f"The {container} holds no sound")
            return _measured(container, opened, max_ms)
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, NotAudioError):
            raise
        raise NotAudioError(f"The {container} cannot be decoded: {error}") from error


def wrap_pcm(content: bytes, sample_rate: int, channels: int) -> bytes:
    """A WAV file around headerless 16-bit little-endian samples; half a sample at the end is cut off."""
    whole = len(content) - len(content) % (2 * channels)
    packed = io.BytesIO()
    with wave.open(packed, "wb") as wav:
        wav.setnchannels(channels)
        wav.setsampwidth(2)
        wav.setframerate(sample_rate)
        wav.writeframes(content[:whole])
    return packed.getvalue()


def _measured(container: str, opened: av.container.InputContainer, max_ms: int) -> Probed:
    stream = opened.streams.audio[0]
    samples = 0
    rate, channels = 0, 0
    meter: _Meter | None = None
    for frame in frames_of(opened, stream):
        if meter is None:
            rate, channels = frame.sample_rate, frame.layout.nb_channels
            meter = _Meter(channels)
        samples += frame.samples
        if samples * 1000 > max_ms * rate:
            raise NotAudioError(f"It lasts longer than {max_ms // 1000} s")
        meter.add(frame)
    if meter is None or not samples:
        raise NotAudioError(f"The {container} holds no sound")
    loudness, peak, silence = meter.result()
    return Probed(
        container=container,
        codec=_CODECS.get(stream.codec_context.name, stream.codec_context.name),
        sample_rate=rate,
        channels=channels,
        duration_ms=round(samples * 1000 / rate),
        loudness_lufs=loudness,
        true_peak_db=peak,
        silence_ratio=silence,
    )


def frames_of(opened: av.container.InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
    """All frames that can be decoded; a damaged packet costs its own frame only, as in every player."""
    for packet in opened.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            if isinstance(frame, av.AudioFrame) and frame.samples:
                yield frame


class _Meter:
    """Loudness, true peak and silence of frames as they pass; keeps nothing of the sound itself."""

    def __init__(self, channels: int) -> None:
        layout = "mono" if channels == 1 else "stereo"
        self._resampler = av.AudioResampler(format="flt", layout=layout, rate=_METER_RATE)
        self._window = _METER_RATE * _WINDOW_MS // 1000 * (1 if channels == 1 else 2)
        self._rest = np.empty(0, dtype=np.float32)
        self._windows = 0
        self._silent = 0
        # PyAV does not show the metadata filters put on frames, so FFmpeg writes it to a file.
        self._report = tempfile.NamedTemporaryFile("r", encoding="ascii", suffix=".r128")  # noqa: SIM115
        self._graph = _loudness_graph(layout, self._report.name)

    def add(self, frame: av.AudioFrame) -> None:
        for piece in self._resampler.resample(frame):
            self._take(piece)

    def result(self) -> tuple[float | None, float | None, float]:
        """Loudness in LUFS, true peak in dBTP, share of silence; nothing can be added afterwards."""
        for piece in self._resampler.resample(None):
            self._take(piece)
        self._graph.push(None)
        self._drain()
        with self._report as report:
            loudness, peak = _last_readings(report.read())
        return loudness, peak, self._silent / self._windows if self._windows else 1.0

    def _take(self, piece: av.AudioFrame) -> None:
        self._count_silence(piece.to_ndarray().reshape(-1))
        self._graph.push(piece)
        self._drain()

    def _count_silence(self, samples: np.ndarray[tuple[int], np.dtype[Any]]) -> None:
        joined = np.concatenate((self._rest, samples))
        count = len(joined) // self._window
        windows = joined[: count * self._window].reshape(count, self._window)
        self._rest = joined[count * self._window :]
        self._windows += count
        self._silent += int(np.count_nonzero(np.mean(np.square(windows), axis=1) < _SILENT_POWER))

    def _drain(self) -> None:
        while True:
            try:
                self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return


def _loudness_graph(layout: str, report: str) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=_METER_RATE, format="flt", layout=layout, time_base=Fraction(1, _METER_RATE))
    loudness = graph.add("ebur128", "metadata=1:peak=true")
    written = graph.add("ametadata", f"mode=print:direct=1:file='{report}'")
    graph.link_nodes(source, loudness, written, graph.add("abuffersink")).configure()
    return graph


def _last_readings(report: str) -> tuple[float | None, float | None]:
    readings = dict(line.split("=", 1) for line in report.splitlines() if line.startswith("lavfi.r128."))
    loudness = float(readings.get("lavfi.r128.I", _NO_LOUDNESS))
    peak = float(readings.get("lavfi.r128.true_peak", 0.0))
    return (
        round(loudness, 2) if math.isfinite(loudness) and loudness > _NO_LOUDNESS else None,
        round(20 * math.log10(peak), 2) if peak > 0 else None,
    )
