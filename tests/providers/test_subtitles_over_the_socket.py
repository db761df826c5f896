"""Subtitles against the emulator over real sockets: asked for, fetched without a key, read."""

import pytest

from providers.fetch import FetchPolicy, fetch
from tests.providers.conversation import MINIMAX

TEXT = "One code. No app, and no sign-up."


def fetched(vendor, url):
    policy = FetchPolicy(allowed={vendor.host_port}, content_types=frozenset({"application/json"}))
    return MINIMAX.read_subtitles(fetch(url, policy).content)


@pytest.mark.parametrize("kind", ["sentence", "word"])
def test_subtitles_cover_the_text_in_order_within_the_audio(vendor, kind):
    result = vendor.speak(TEXT, subtitles=kind)
    subtitles = fetched(vendor, result.subtitle_url)
    assert "".join(subtitle.text for subtitle in subtitles).replace(" ", "") == TEXT.replace(" ", "")
    times = [time for subtitle in subtitles for time in (subtitle.begin_ms, subtitle.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= result.duration_ms + 100
    assert bool(subtitles[0].words) is (kind == "word")
    assert result.findings == ()


def test_subtitles_come_along_with_a_stream_and_as_a_file(vendor):
    _, result = vendor.stream(TEXT, subtitles="word_streaming")
    assert result.findings == ()
    assert result.subtitles == fetched(vendor, result.subtitle_url)
    assert result.subtitles[0].words


def test_a_stream_may_give_its_subtitles_as_a_file_only(vendor):
    _, result = vendor.stream(TEXT, subtitles="sentence")
    assert result.subtitles == ()
    assert fetched(vendor, result.subtitle_url)
