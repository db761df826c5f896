"""Probing audio: the container by its bytes, the length by decoding, loudness and silence by measuring."""

import contextlib
import io

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.probe import NotAudioError, probe, wrap_pcm


class Pipe:
    """A sink that cannot seek, as a network stream: what is written to it knows no length."""

    def __init__(self):
        self.content = bytearray()

    def write(self, data):
        self.content += bytes(data)
        return len(data)


def tone(seconds, rate, channels=1, amplitude=0.3):
    t = np.arange(round(seconds * rate)) / rate
    samples = (amplitude * np.sin(2 * np.pi * 440 * t) * 32767).astype(np.int16)
    return np.repeat(samples, channels)


def made(muxer, codec, rate, *, seconds=2.0, channels=1, amplitude=0.3, sink=None):
    target = sink or io.BytesIO()
    layout = "mono" if channels == 1 else "stereo"
    with av.open(target, "w", format=muxer) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(
            tone(seconds, rate, channels, amplitude).reshape(1, -1), format="s16", layout=layout
        )
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return bytes(sink.content) if sink else target.getvalue()


@pytest.mark.parametrize(
    ("muxer", "codec", "rate", "container", "name"),
    [
        ("mp3", "libmp3lame", 32000, "mp3", "mp3"),
        ("mp3", "libmp3lame", 8000, "mp3", "mp3"),
        ("wav", "pcm_s16le", 22050, "wav", "pcm_s16le"),
        ("wav", "pcm_mulaw", 8000, "pcmu_wav", "pcm_mulaw"),
        ("flac", "flac", 44100, "flac", "flac"),
        ("ogg", "libopus", 48000, "opus", "opus"),
        ("mp4", "aac", 44100, "m4a", "aac"),
        ("adts", "aac", 44100, "aac", "aac"),
        ("webm", "libopus", 48000, "webm", "opus"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_each_container_tells_what_it_is(muxer, codec, rate, container, name, channels):
    probed = probe(made(muxer, codec, rate, channels=channels))
    assert (probed.container, probed.codec, probed.channels) == (container, name, channels)
    assert probed.sample_rate == rate
    assert probed.duration_ms == pytest.approx(2000, abs=60)


def without_length(flac):
    """The header as a streaming encoder leaves it: the total number of samples (36 bits) is zero."""
    return flac[:21] + bytes([flac[21] & 0xF0]) + b"\0" * 4 + flac[26:]


@pytest.mark.parametrize(
    "streamed",
    [without_length(made("flac", "flac", 44100)), made("webm", "libopus", 48000, sink=Pipe())],
    ids=["flac", "webm"],
)
def test_a_streamed_file_without_a_duration_is_measured_by_decoding(streamed):
    with av.open(io.BytesIO(streamed), "r") as opened:
        assert not opened.duration
    assert probe(streamed).duration_ms == pytest.approx(2000, abs=30)


def test_a_truncated_file_is_as_long_as_what_is_left():
    whole = made("wav", "pcm_s16le", 16000)
    assert probe(whole[: len(whole) // 2]).duration_ms == pytest.approx(1000, abs=10)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 4096,
        b"<html><body>502 Bad Gateway</body></html>",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.mp3\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"RIFF\x24\0\0\0WAVE",
        b"ID3\x04\0\0\0\0\0\0",
        b"fLaC" + b"\0" * 100,
        b"\0\0\0\x18ftypM4A " + b"\0" * 100,
    ],
)
def test_what_is_no_audio_is_refused(content):
    with pytest.raises(NotAudioError):
        probe(content)


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS", b"ID3\x04\0", b"\0\0\0\x20ftyp"])
)
def test_damaged_audio_is_probed_or_refused(content, magic):
    with contextlib.suppress(NotAudioError):
        probe(magic + content)


def test_audio_beyond_the_longest_length_is_refused_while_it_is_decoded():
    with pytest.raises(NotAudioError):
        probe(made("flac", "flac", 44100, seconds=3, amplitude=0.0), max_ms=2_000)


def test_loudness_and_peak_follow_the_amplitude():
    loud = probe(made("wav", "pcm_s16le", 48000, amplitude=0.5))
    quiet = probe(made("wav", "pcm_s16le", 48000, amplitude=0.05))
    assert loud.loudness_lufs is not None
    assert quiet.loudness_lufs is not None
    assert loud.true_peak_db == pytest.approx(-6.0, abs=0.3)
    assert loud.loudness_lufs - quiet.loudness_lufs == pytest.approx(20, abs=0.3)
    assert loud.silence_ratio == 0


def test_silence_has_no_loudness():
    probed = probe(made("wav", "pcm_s16le", 16000, amplitude=0.0))
    assert probed.loudness_lufs is None
    assert probed.true_peak_db is None
    assert probed.silence_ratio == 1


def test_half_a_recording_of_silence_is_half_silence():
    content = wrap_pcm(np.concatenate([tone(1, 16000), np.zeros(16000, np.int16)]).tobytes(), 16000, 1)
    assert probe(content).silence_ratio == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("channels", [1, 2])
def test_headerless_samples_get_a_header_that_plays(channels):
    probed = probe(wrap_pcm(tone(1, 24000, channels).tobytes() + b"\x01", 24000, channels))
    assert (probed.container, probed.sample_rate, probed.channels) == ("wav", 24000, channels)
    assert probed.duration_ms == 1000
