"""Recordings made for tests: bursts of noise for speech, and the same in other containers."""

import io
import wave

import av
import numpy as np

from providers.transcode import transcode
from providers.types import AudioFormat


def bursts(seconds, *, speaks=0.6, level=0.1, floor=0.0001, lead=0.0, tail=0.0, every=2, rate=24_000) -> bytes:
    """A WAV in which someone "speaks" for the share `speaks` of `every` seconds, over a noise of level `floor`."""
    randomness = np.random.default_rng(1)
    count = int(seconds * rate)
    sound = randomness.normal(0, level, count)
    pause = (np.arange(count) / rate) % every >= every * speaks
    sound[pause] = randomness.normal(0, 1, pause.sum()) * floor
    whole = np.concatenate((np.zeros(int(lead * rate)), sound, np.zeros(int(tail * rate)))).clip(-1, 1)
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes((whole * 32767).astype("<i2").tobytes())
    return packed.getvalue()


def as_flac(wav: bytes) -> bytes:
    return transcode(wav, AudioFormat("flac", 24_000, None, 1))


def as_opus(wav: bytes) -> bytes:
    return transcode(wav, AudioFormat("opus", 24_000, None, 1))


def as_webm(wav: bytes) -> bytes:
    """As a browser's recorder makes it: Opus in WebM, without a length in its head."""
    sink = io.BytesIO()
    with av.open(io.BytesIO(wav), "r") as source, av.open(sink, "w", format="webm", options={"live": "1"}) as out:
        stream = out.add_stream("libopus", rate=48_000)
        stream.layout = "mono"
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                piece.pts = None
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return sink.getvalue()


def as_m4a(wav: bytes) -> bytes:
    sink = io.BytesIO()
    with av.open(io.BytesIO(wav), "r") as source, av.open(sink, "w", format="ipod") as out:
        stream = out.add_stream("aac", rate=24_000)
        stream.layout = "mono"
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=24_000)
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                piece.pts = None
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return sink.getvalue()


FORMATS = {"flac": as_flac, "opus": as_opus, "webm": as_webm, "m4a": as_m4a}
