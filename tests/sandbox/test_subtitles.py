import httpx
import numpy as np
import pytest

from tests.sandbox.customer import RATE, SENTENCE, code, rms
from tests.sandbox.test_streaming import audio_of, streamed


def subtitles(customer, text, **fields):
    answer = customer.t2a(text, subtitle_enable=True, **fields)
    assert code(answer) == 0, answer
    fetched = httpx.get(answer["data"]["subtitle_file"])
    assert fetched.headers["content-type"] == "application/json"
    samples = np.frombuffer(bytes.fromhex(answer["data"]["audio"]), np.int16)
    return fetched.json(), samples


def heard(samples, begin_ms, end_ms):
    return rms(samples[int(begin_ms * RATE / 1000) : int(end_ms * RATE / 1000)])


def test_subtitles_are_a_flat_list_of_sentences_with_float_milliseconds(customer):
    rows, samples = subtitles(customer, "One code. No app. No sign-up.")
    assert [row["text"] for row in rows] == ["One code.", "No app.", "No sign-up."]
    assert [(row["text_begin"], row["text_end"]) for row in rows] == [(0, 9), (10, 17), (18, 29)]
    times = [time for row in rows for time in (row["time_begin"], row["time_end"])]
    assert times == sorted(times)
    assert all(isinstance(time, float) for time in times)
    assert times[-1] <= len(samples) * 1000 / RATE
    assert [row["timestamped_words"] for row in rows] == [None] * 3


def test_without_asking_there_are_no_subtitles(customer):
    assert "subtitle_file" not in customer.t2a("Hello.", subtitle_type="word")["data"]


def test_the_times_are_those_of_the_audio(customer):
    rows, samples = subtitles(customer, "Hello there.<#1.5#>Goodbye now.", subtitle_type="word")
    first, second = rows
    assert second["time_begin"] - first["time_end"] == pytest.approx(1500, abs=30)
    assert heard(samples, first["time_end"] + 20, second["time_begin"] - 20) < 100
    for row in (*rows, *first["timestamped_words"], *second["timestamped_words"]):
        assert heard(samples, row["time_begin"], row["time_end"]) > 300, row


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_the_times_follow_the_speed(customer, speed):
    rows, samples = subtitles(customer, SENTENCE, voice_setting={"speed": speed})
    assert rows[-1]["time_end"] == pytest.approx(len(samples) * 1000 / RATE, abs=250)


def test_words_stand_in_their_sentence_in_order(customer):
    rows, _ = subtitles(customer, "It's me, John. 处理危险。", subtitle_type="word")
    words = [word for row in rows for word in row["timestamped_words"]]
    assert [word["word"] for word in words] == ["It's", "me", "John", "处", "理", "危", "险"]
    assert [word["word_begin"] for word in words] == [0, 5, 9, 15, 16, 17, 18]
    begins = [word["time_begin"] for word in words]
    assert begins == sorted(set(begins))


def test_a_sentence_of_subtitles_has_at_most_fifty_characters_and_nothing_is_lost(customer):
    text = "a very long sentence without any punctuation at all that goes on and on and on. " * 2 + "文" * 120
    rows, _ = subtitles(customer, text)
    assert max(len(row["text"]) for row in rows) <= 50
    assert "".join(row["text"] for row in rows).replace(" ", "") == text.replace(" ", "")


def test_the_pronounced_text_shows_the_rules(customer):
    tone = ["omg/oh my god", "处理/(chu3)(li3)"]
    rows, _ = subtitles(customer, "Say omg now. 处理。", pronunciation_dict={"tone": tone}, subtitle_type="word")
    assert [(row["text"], row["pronounce_text"]) for row in rows] == [
        ("Say omg now.", "Say oh my god now."),
        ("处理。", "处理。"),
    ]
    ruled = rows[0]["timestamped_words"][1]
    assert (ruled["word"], ruled["pronounce_word"]) == ("omg", "oh my god")
    assert ruled["time_end"] - ruled["time_begin"] > 300
    assert (rows[1]["text_begin"], rows[1]["pronounce_text_begin"]) == (13, 19)


def test_word_streaming_is_for_streams_only_and_comes_with_the_chunks(customer):
    assert code(customer.t2a("Hello.", subtitle_enable=True, subtitle_type="word_streaming")) == 2013
    frames = streamed(customer, "One code. No app.", subtitle_enable=True, subtitle_type="word_streaming")
    live = [frame["data"]["subtitle"] for frame in frames if "subtitle" in frame["data"]]
    assert [row["text"] for row in live] == ["One code.", "No app."]
    assert [word["word"] for row in live for word in row["timestamped_words"]] == ["One", "code", "No", "app"]
    assert httpx.get(frames[-1]["data"]["subtitle_file"]).json() == live
    assert audio_of(frames)


def test_sentence_subtitles_of_a_stream_come_at_its_end(customer):
    frames = streamed(customer, "One code. No app.", subtitle_enable=True)
    assert ["subtitle_file" in frame["data"] for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert all("subtitle" not in frame["data"] for frame in frames)
