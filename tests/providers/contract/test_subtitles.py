"""Times of what is said come with the audio."""

from tests.providers.contract.promises import for_each, only_where
from tests.providers.vendor import failure

OPERATION = "subtitles"
TEXT = "One code. No app, and no sign-up."


def read(customer, url):
    return customer.adapter.read_subtitles(customer.fetched(url))


@for_each(lambda capabilities: sorted(capabilities.subtitle_kinds))
def test_subtitles_cover_the_text_in_order_within_the_audio(customer, case):
    result = customer.speak(TEXT, subtitles=case)
    subtitles = read(customer, result.subtitle_url)
    assert "".join(subtitle.text for subtitle in subtitles).replace(" ", "") == TEXT.replace(" ", "")
    times = [time for subtitle in subtitles for time in (subtitle.begin_ms, subtitle.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= result.duration_ms + 100
    assert bool(subtitles[0].words) is (case == "word")
    assert result.findings == ()


@only_where(lambda capabilities: "word_streaming" in capabilities.stream_subtitle_kinds)
def test_subtitles_come_along_with_a_stream_and_as_a_file(customer):
    _, result = customer.stream(TEXT, subtitles="word_streaming")
    assert result.findings == ()
    assert result.subtitles == read(customer, result.subtitle_url)
    assert result.subtitles[0].words


@only_where(lambda capabilities: "sentence" in capabilities.stream_subtitle_kinds)
def test_a_stream_may_give_its_subtitles_as_a_file_only(customer):
    _, result = customer.stream(TEXT, subtitles="sentence")
    assert result.subtitles == ()
    assert read(customer, result.subtitle_url)


def test_an_unknown_kind_is_refused_before_anything_is_sent(customer):
    assert failure(lambda: customer.speak(TEXT, subtitles="karaoke")).field == "subtitles"
    assert customer.requests() == []
