"""Audio formats, completed from what the provider makes."""

from providers.minimax.limits import CAPABILITIES
from providers.types import AudioFormat
from synthesis.formats import file_ending, media_type, read_format


def test_a_format_is_completed_from_the_provider():
    assert read_format(None, CAPABILITIES) == AudioFormat("mp3", 32000, 128000, 1)
    assert read_format("wav", CAPABILITIES) == AudioFormat("wav", 32000, None, 1)
    assert read_format("opus", CAPABILITIES) == AudioFormat("opus", 48000, None, 1)
    assert read_format({"container": "pcm", "sample_rate": 8000, "channels": 2}, CAPABILITIES) == AudioFormat(
        "pcm", 8000, None, 2
    )


def test_every_container_has_an_ending_and_a_type():
    for container in CAPABILITIES.formats:
        assert file_ending(container) != "bin"
        assert media_type(container).startswith("audio/")
