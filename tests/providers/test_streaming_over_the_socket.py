"""Streamed speech against the emulator over real sockets, through both drivers."""

import pytest

from providers.probe import probe, wrap_pcm
from providers.types import AudioFormat, SpeechSettings, VoiceEffects
from tests.providers.conversation import MINIMAX
from tests.providers.vendor import failure

SENTENCE = "One sentence for the road, and another one for those who stay."
FORMATS = [
    AudioFormat(container, max(MINIMAX.capabilities.formats[container]), None, 1 + number % 2)
    for number, container in enumerate(sorted(MINIMAX.capabilities.stream_formats))
]


def test_a_stream_is_real_audio_in_pieces_and_billed_as_counted(vendor):
    pieces, result = vendor.stream(SENTENCE, force_cbr=True)
    probed = probe(b"".join(pieces))
    assert len(pieces) > 3
    assert (result.container, result.billed_characters, result.audio) == ("mp3", len(SENTENCE), b"")
    assert probed.duration_ms == pytest.approx(result.duration_ms, abs=100)
    assert result.findings == ()
    (line,) = vendor.bill()
    assert (line["characters"], line["trace_id"]) == (len(SENTENCE), result.trace_id)


@pytest.mark.parametrize("audio", FORMATS, ids=lambda audio: audio.container)
def test_every_container_declared_streamable_is_streamed(vendor, audio):
    pieces, result = vendor.stream(format=audio)
    content = b"".join(pieces)
    assert result.container == audio.container
    assert result.findings == ()
    if audio.container == "pcm":
        content = wrap_pcm(content, audio.sample_rate, audio.channels)
    if audio.container != "pcmu_raw":
        assert probe(content).duration_ms == pytest.approx(result.duration_ms, abs=150)


def test_effects_are_streamed_in_mp3(vendor):
    settings = SpeechSettings(effects=VoiceEffects(pitch=3, sound="robotic"))
    assert vendor.stream(settings=settings)[0]


@pytest.mark.parametrize(
    ("fault", "fields", "category", "charged"),
    [
        ("rate_limit", {}, "rate_limited", False),
        ("error_in_200", {"status_code": 1008}, "balance", False),
        ("http_500", {}, "provider_down", True),
        ("bad_hex", {}, "malformed_response", True),
        ("close_connection", {}, "timeout_unknown_outcome", True),
        ("voice_gone", {}, "voice_missing", False),
        ("wrong_content_type", {}, "malformed_response", True),
    ],
)
def test_a_stream_that_fails_before_its_first_audio(vendor, fault, fields, category, charged):
    vendor.order(fault, **fields)
    error = failure(lambda: vendor.stream(SENTENCE))
    assert (error.category, error.possibly_charged, error.heard_bytes) == (category, charged, 0)
    if not charged:
        assert vendor.bill() == []


@pytest.mark.parametrize(
    ("fault", "fields", "category"),
    [
        ("cut_stream", {}, "timeout_unknown_outcome"),
        ("no_end_frame", {}, "timeout_unknown_outcome"),
        ("stall", {"seconds": 0.1}, "timeout_unknown_outcome"),
        ("error_mid_stream", {}, "provider_down"),
        ("error_mid_stream", {"status_code": 1002}, "rate_limited"),
    ],
)
def test_a_stream_that_fails_after_audio_may_be_charged_whatever_it_says(vendor, fault, fields, category):
    vendor.order(fault, **fields)
    error = failure(lambda: vendor.stream(SENTENCE))
    assert (error.category, error.possibly_charged) == (category, True)
    assert error.heard_bytes > 0
    assert len(vendor.bill()) == 1
