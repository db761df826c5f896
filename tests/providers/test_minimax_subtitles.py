"""Times of words and sentences: how they are asked for, and what is read of the vendor's file."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ProviderError, RefusedError
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, converse, first_request, request, spoken
from tests.providers.frames import Heard, ending, frame

URL = "https://cdn.example/a.json?sig=1"


def word(said, begin, end, *, at, pronounced=None):
    return {
        "word": said, "word_begin": at, "word_end": at + len(said), "pronounce_word": pronounced or said,
        "time_begin": begin, "time_end": end,
    }  # fmt: skip


def entry(said="One code.", begin: Any = 0.0, end: Any = 1037.78, **fields):
    return {
        "text": said, "pronounce_text": said, "time_begin": begin, "time_end": end, "text_begin": 0,
        "text_end": len(said), "is_final_segment": True,
    } | fields  # fmt: skip


def read(*entries, lead=b""):
    return MINIMAX.read_subtitles(lead + json.dumps(entries, ensure_ascii=False).encode())


@pytest.mark.parametrize("kind", ["sentence", "word"])
def test_subtitles_are_asked_for_by_kind(kind):
    body = first_request(MINIMAX.speech(ACCOUNT, request(subtitles=kind))).json
    assert (body["subtitle_enable"], body["subtitle_type"]) == (True, kind)


def test_subtitles_nobody_wants_are_not_asked_for():
    body = first_request(MINIMAX.speech(ACCOUNT, request())).json
    assert not {"subtitle_enable", "subtitle_type"} & body.keys()


def test_words_while_they_are_spoken_are_a_matter_of_streams():
    body: Any = MINIMAX.stream_speech(ACCOUNT, request(subtitles="word_streaming")).request.json
    assert body["subtitle_type"] == "word_streaming"
    with pytest.raises(RefusedError) as caught:
        MINIMAX.check_speech(ACCOUNT, request(subtitles="word_streaming"))
    assert caught.value.field == "subtitles"


def test_an_unknown_kind_of_subtitles_is_refused():
    with pytest.raises(RefusedError) as caught:
        MINIMAX.check_stream(ACCOUNT, request(subtitles="letter"))
    assert caught.value.field == "subtitles"


def test_the_result_says_where_the_subtitles_are():
    answer = spoken(data={"audio": MP3.hex(), "status": 2, "subtitle_file": URL})
    result, _ = converse(MINIMAX.speech(ACCOUNT, request(subtitles="word")), answer)
    assert (result.subtitle_url, result.findings) == (URL, ())


@pytest.mark.parametrize("file", [None, "", 5, "ftp://x/a.json", "a.json"])
def test_subtitles_that_did_not_come_are_noted_and_the_audio_is_kept(file):
    answer = spoken(data={"audio": MP3.hex(), "status": 2, "subtitle_file": file})
    result, _ = converse(MINIMAX.speech(ACCOUNT, request(subtitles="word")), answer)
    assert (result.audio, result.subtitle_url) == (MP3, None)
    assert [finding.code for finding in result.findings] == ["subtitles_missing"]


def test_a_stream_tells_where_its_subtitles_are_too():
    last = ending(pieces=[MP3], data={"audio": "", "status": 2, "subtitle_file": URL})
    result = Heard(frame(MP3), last, subtitles="sentence").result
    assert (result.subtitle_url, result.findings) == (URL, ())
    missing = Heard(frame(MP3), ending(pieces=[MP3]), subtitles="sentence").result
    assert [finding.code for finding in missing.findings] == ["subtitles_missing"]


def test_a_flat_array_of_entries_is_read():
    (first, second) = read(entry(), entry("No app.", 1037.78, 2000, pronounce_text="No application."))
    assert (first.text, first.begin_ms, first.end_ms, first.begin, first.end) == ("One code.", 0.0, 1037.78, 0, 9)
    assert (second.text, second.spoken, second.end_ms) == ("No app.", "No application.", 2000.0)


@pytest.mark.parametrize("several", [False, True])
def test_times_that_come_along_with_a_stream_are_kept(several):
    said = entry(timestamped_words=[word("One", 0, 1, at=0)])
    data = {"audio": MP3.hex(), "status": 1, "subtitle": [said] if several else said}
    result = Heard(frame(data=data), ending(pieces=[MP3]), subtitles="word_streaming").result
    assert result.subtitles == read(said)
    assert result.findings == ()


@pytest.mark.parametrize("said", [{"text": "no times"}, "text", [entry()] * 200])
def test_times_in_a_stream_that_cannot_be_used_spoil_no_audio(said):
    data = {"audio": MP3.hex(), "status": 1, "subtitle": said}
    heard = Heard(frame(data=data), ending(pieces=[MP3]), subtitles="word_streaming")
    assert heard.audio == MP3
    assert [finding.code for finding in heard.result.findings] == ["subtitles_unreadable"]


@pytest.mark.parametrize("fields", [{}, {"timestamped_words": None}, {"timestamped_words": []}])
def test_sentences_have_no_words(fields):
    assert read(entry(**fields))[0].words == ()


def test_words_have_their_times():
    words = [word("One", 47.4, 189.6, at=0), word("[SPACE]", 189.6, 200, at=3), word("code", 200, 500, at=4)]
    read_words = read(entry(timestamped_words=words))[0].words
    assert [(said.text, said.begin_ms, said.end_ms) for said in read_words] == [
        ("One", 47.4, 189.6), (" ", 189.6, 200.0), ("code", 200.0, 500.0),
    ]  # fmt: skip


def test_several_syllables_of_one_word_are_one_word():
    syllables = [word("2026", 0, 100, at=0, pronounced=said) for said in ("二零", "二", "六")]
    syllables[2]["time_end"] = 300
    (joined,) = read(entry(timestamped_words=syllables))[0].words
    assert (joined.text, joined.spoken, joined.begin_ms, joined.end_ms) == ("2026", "二零二六", 0.0, 300.0)


def test_the_same_word_twice_is_two_words():
    words = [word("la", 0, 1, at=0), word("la", 1, 2, at=2)]
    assert len(read(entry(timestamped_words=words))[0].words) == 2
    unplaced = [{"word": "la", "time_begin": 0, "time_end": 1}] * 2
    assert len(read(entry(timestamped_words=unplaced))[0].words) == 2


def test_a_byte_order_mark_is_no_part_of_the_text():
    first = entry("\ufeffOne code.", timestamped_words=[word("\ufeffOne", 0, 1, at=0)])
    for lead in (b"", b"\xef\xbb\xbf"):
        (subtitle,) = read(first, lead=lead)
        assert (subtitle.text, subtitle.words[0].text) == ("One code.", "One")


def test_an_empty_file_of_subtitles_is_empty():
    assert read() == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"{}",
        b"null",
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[{}]",
        json.dumps([entry(begin=None)]).encode(),
        json.dumps([entry(begin=-1)]).encode(),
        json.dumps([entry(end=float("nan"))]).encode(),
        json.dumps([entry(end=float("inf"))]).encode(),
        json.dumps([entry(begin=True)]).encode(),
        json.dumps([entry(begin="0")]).encode(),
        json.dumps([entry(timestamped_words={})]).encode(),
        json.dumps([entry(timestamped_words=[None])]).encode(),
        b'[{"time_begin": 1' + b"0" * 400 + b', "time_end": 5}]',
    ],
)
def test_anything_else_is_malformed_and_cost_nothing_more(content):
    with pytest.raises(ProviderError) as caught:
        MINIMAX.read_subtitles(content)
    assert (caught.value.category, caught.value.possibly_charged) == ("malformed_response", False)


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
KEYS = st.sampled_from(["text", "word", "time_begin", "time_end", "timestamped_words", "word_begin", "word_end"])
ENTRIES = st.dictionaries(KEYS, st.one_of(LEAVES, st.lists(st.dictionaries(KEYS, LEAVES), max_size=3)), max_size=6)


@given(content=st.one_of(st.binary(max_size=60), st.lists(ENTRIES, max_size=3).map(lambda e: json.dumps(e).encode())))
def test_any_bytes_give_subtitles_or_a_provider_error(content):
    try:
        subtitles = MINIMAX.read_subtitles(content)
    except ProviderError:
        return
    assert all(subtitle.begin_ms >= 0 for subtitle in subtitles)
