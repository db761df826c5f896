"""A WebSocket session by hand: what is sent, what its messages mean, and what each failure is worth."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.characters import billed_characters
from providers.errors import ProviderError, RefusedError
from providers.types import (
    AudioFormat,
    Headers,
    MixWeight,
    PronunciationRule,
    Response,
    SubtitleWord,
    VoiceEffects,
)
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, account
from tests.providers.talk import FINISHED, HELLO, PIECES, SPOKEN, STARTED, Turn, held, last, piece, said, socket_request
from tests.providers.test_readers_survive_anything import BODIES


def dialogue(of=ACCOUNT, **fields):
    return MINIMAX.open_socket(of, socket_request(**fields)).dialogue


def failure(talk, *messages) -> Any:
    with pytest.raises(ProviderError) as caught:
        held(talk, *messages)
    return caught.value


def charged(call):
    try:
        call()
    except ProviderError as error:
        return error.possibly_charged
    return False


def started_with(**fields):
    (_, start), done = held(dialogue(**fields).open(), HELLO, STARTED)
    assert done
    return start


# What is asked.


def test_the_connection_is_asked_for_at_the_accounts_own_address_with_its_key():
    asked = MINIMAX.open_socket(ACCOUNT, socket_request()).request
    assert (asked.method, asked.url) == ("GET", "https://api.minimax.io/ws/v1/t2a_v2")
    assert asked.headers == {"Authorization": f"Bearer {ACCOUNT.key}"}
    assert (asked.params, asked.repeatable) == ({}, False)


def test_a_group_id_goes_along_only_where_there_is_one():
    assert MINIMAX.open_socket(account(group_id="17"), socket_request()).request.params == {"GroupId": "17"}


def test_nothing_is_said_before_the_greeting_and_no_text_before_the_task_has_started():
    frames, done = held(dialogue().open(), HELLO)
    assert (frames[0], frames[1]["event"], done) == (None, "task_start", False)
    assert held(dialogue().open(), HELLO, said("something_new"), STARTED)[1]


def test_the_start_says_how_to_speak_under_the_names_of_the_websocket():
    start = started_with(
        settings={"speed": 1.2, "text_normalization": True, "latex_read": True, "language_boost": "Chinese",
                  "effects": VoiceEffects(pitch=3)},
        rules=(PronunciationRule("omg", "oh my god"),),
        subtitles="word_streaming",
        continuous_sound=True,
    )  # fmt: skip
    assert start == {
        "event": "task_start",
        "model": "speech-2.8-hd",
        "voice_setting": {
            "voice_id": "English_Graceful_Lady", "speed": 1.2, "english_normalization": True, "latex_read": True
        },
        "audio_setting": {"format": "mp3", "sample_rate": 32000, "channel": 1, "bitrate": 128000},
        "pronunciation_dict": {"tone": ["omg/oh my god"]},
        "language_boost": "Chinese",
        "voice_modify": {"pitch": 3},
        "subtitle_enable": True,
        "subtitle_type": "word_streaming",
        "continuous_sound": True,
    }  # fmt: skip


def test_what_is_left_open_is_not_sent():
    assert set(started_with()) == {"event", "model", "voice_setting", "audio_setting"}


def test_a_mix_is_spelled_as_the_account_says():
    of, mix = account(mix_weights_field="timber_weights"), (MixWeight("a", 30), MixWeight("b", 70))
    (_, start), _ = held(dialogue(of, voice_id="", mix=mix).open(), HELLO, STARTED)
    assert start["timber_weights"] == [{"voice_id": "a", "weight": 30}, {"voice_id": "b", "weight": 70}]
    assert start["voice_setting"]["voice_id"] == ""


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("model", {"model": "speech-9"}),
        ("voice_id", {"voice_id": ""}),
        ("mix", {"mix": (MixWeight("a", 1),)}),
        ("settings.speed", {"settings": {"speed": 3}}),
        ("settings.emotion", {"settings": {"emotion": "whisper"}}),
        ("settings.latex_read", {"settings": {"latex_read": True, "language_boost": "English"}}),
        ("settings.text_normalization", {"settings": {"text_normalization": "yes"}}),
        ("settings.effects", {"settings": {"effects": VoiceEffects(pitch=1)}, "format": AudioFormat("flac", 32000)}),
        ("format.container", {"format": AudioFormat("wav", 32000)}),
        ("format.container", {"format": AudioFormat("pcmu_wav", 8000)}),
        ("format.sample_rate", {"format": AudioFormat("opus", 32000)}),
        ("subtitles", {"subtitles": "letters"}),
        ("rules[0].replacement", {"rules": (PronunciationRule("a", ""),)}),
        ("continuous_sound", {"continuous_sound": True, "model": "speech-2.6-hd"}),
        ("continuous_sound", {"continuous_sound": "yes"}),
    ],
)
def test_what_the_task_cannot_honour_is_refused_before_anything_is_sent(field, fields):
    for call in (MINIMAX.check_socket, MINIMAX.open_socket):
        with pytest.raises(RefusedError) as caught:
            call(ACCOUNT, socket_request(**fields))
        assert (caught.value.field, caught.value.possibly_charged) == (field, False)


def test_the_newest_models_may_speak_without_splitting():
    assert started_with(model="speech-2.8-turbo", continuous_sound=True)["continuous_sound"] is True


@pytest.mark.parametrize("text", ["", " \r\n", "a" * 10_000, "abcdefgh\x00", "Trailing pause.<#1#>", "half \ud83d"])
def test_a_text_that_cannot_be_spoken_is_refused_before_it_is_sent(text):
    with pytest.raises(RefusedError) as caught:
        dialogue().speak(text)
    assert caught.value.field == "text"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).map("a{}".format))
def test_a_text_is_sent_as_it_is_billed(text):
    if "<#" in text:
        return
    sent = json.loads(dialogue().speak(text).frame)
    assert sent == {"event": "task_continue", "text": text}
    assert MINIMAX.count_characters(text) == billed_characters(sent["text"])


# What is heard of a text.


def test_a_text_is_its_pieces_and_the_account_of_its_last_message():
    heard = Turn(*SPOKEN)
    assert heard.audio == b"".join(PIECES)
    assert (heard.result.billed_characters, heard.result.duration_ms, heard.result.container) == (6, 1234, "mp3")
    assert (heard.result.audio, heard.result.trace_id, heard.result.findings) == (b"", "text-trace", ())
    assert heard.turn.finished


def test_the_last_message_may_have_audio_of_its_own_and_may_be_the_only_one():
    assert Turn(piece(MP3), last(b"\x11")).audio == MP3 + b"\x11"
    assert Turn(last(MP3)).audio == MP3


def test_a_last_message_that_repeats_everything_is_not_heard_twice():
    assert Turn(piece(MP3), last(MP3, size=len(MP3))).audio == MP3


def test_a_message_without_its_name_is_a_piece_as_in_the_documented_sample():
    assert Turn(piece(MP3, event=""), last(event="")).audio == MP3


def test_other_events_are_passed_over():
    assert Turn(said("sentence_start"), *SPOKEN[:2], said("task_started"), *SPOKEN[2:]).audio == b"".join(PIECES)


def test_data_may_be_null_and_the_account_may_be_missing():
    heard = Turn(piece(MP3), piece(data=None), said("task_continued", is_final=True))
    assert heard.audio == MP3
    assert (heard.result.billed_characters, heard.result.duration_ms) == (None, None)


def test_words_come_along_and_a_space_is_written_out():
    words = [
        {"word": "One", "time_begin": 0, "time_end": 80.5, "word_begin": 0, "word_end": 3},
        {"word": "[SPACE]", "time_begin": 80.5, "time_end": 90, "word_begin": 3, "word_end": 4},
    ]
    title = {"text": "One ", "time_begin": 0, "time_end": 90, "timestamped_words": words}
    heard = Turn(piece(MP3, data={"audio": MP3.hex(), "subtitle": title}), last(), subtitles="word_streaming")
    (entry,) = heard.result.subtitles
    assert entry.words[1] == SubtitleWord(text=" ", begin_ms=80.5, end_ms=90, begin=3, end=4)
    assert Turn(*SPOKEN, subtitles="word").result.findings[0].code == "subtitles_missing"


def test_each_text_of_a_session_has_its_own_account():
    session = dialogue()
    first = Turn(*SPOKEN, dialogue=session)
    second = Turn(piece(MP3), last(usage=12, size=len(MP3), trace="another"), dialogue=session, text="Hello again.")
    assert (first.result.billed_characters, second.result.billed_characters) == (6, 12)
    assert (first.result.trace_id, second.result.trace_id) == ("text-trace", "another")


# What failures are worth.


@pytest.mark.parametrize(
    ("code", "category", "retryable"),
    [(2203, "invalid_input", False), (2204, "invalid_input", False), (2205, "rate_limited", True)],
)
def test_a_text_that_was_skipped_fails_alone(code, category, retryable):
    session = dialogue()
    skipped = Turn(piece(is_final=True, code=code), dialogue=session)
    assert skipped.verdict() == (category, str(code), False, 0)
    assert (skipped.error.retryable, skipped.turn.finished) == (retryable, True)
    assert Turn(*SPOKEN, dialogue=session).result


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (said("task_failed", code=1002), ("rate_limited", "1002", False, 0)),
        (said("task_failed", code=1008), ("balance", "1008", False, 0)),
        (said("task_failed", code=2054), ("voice_missing", "2054", False, 0)),
        (said("task_failed", code=1033), ("provider_down", "1033", True, 0)),
        (said("task_failed", code=2201), ("provider_down", "2201", True, 0)),
        (said("task_failed", code=2202), ("invalid_input", "2202", False, 0)),
        (said("task_failed", code=2204), ("invalid_input", "2204", False, 0)),
        (said("task_failed", code=987654), ("malformed_response", "987654", True, 0)),
        (piece(MP3, code=1002), ("rate_limited", "1002", False, 0)),
        (said("task_failed"), ("malformed_response", None, True, 0)),
        (FINISHED, ("timeout_unknown_outcome", None, True, 0)),
    ],
    ids=str,
)
def test_a_failure_ends_the_session_and_is_worth_what_the_table_says(message, verdict):
    heard = Turn(message)
    assert heard.verdict() == verdict
    assert not heard.turn.finished
    assert heard.error.trace_id == "text-trace"


def test_a_failure_after_audio_may_be_charged_and_tells_how_much_was_heard():
    heard = Turn(piece(MP3), said("task_failed", code=1002))
    assert heard.verdict() == ("rate_limited", "1002", True, len(MP3))


def test_a_failure_names_the_trace_of_the_session_where_it_has_none():
    session = dialogue()
    held(session.open(), said("connected_success", trace="from the greeting"), said("task_started", trace=""))
    failed = Turn(said("task_failed", code=1033, trace=""), dialogue=session)
    assert failed.error.trace_id == "from the greeting"


BROKEN = {
    "no json": "{",
    "no object": "[]",
    "a number": "5",
    "binary": b"{}",
    "no verdict": '{"event": "task_continued", "data": {"audio": "00"}}',
    "a verdict that is no number": '{"event": "task_continued", "base_resp": {"status_code": "fine"}}',
    "odd hex": piece("abc"),
    "no hex": piece("zz"),
    "a url": piece("https://elsewhere.example/a.mp3"),
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("message", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_malformed_and_ends_the_session(message):
    heard = Turn(piece(MP3), message)
    assert heard.verdict() == ("malformed_response", None, True, len(MP3))
    assert not heard.turn.finished


@pytest.mark.parametrize("message", [last(), last(b"no audio at all, by no means")], ids=["none", "other bytes"])
def test_a_text_without_usable_audio_is_malformed_and_tells_what_it_cost(message):
    error = Turn(message).error
    assert (error.category, error.possibly_charged, error.billed_characters) == ("malformed_response", True, 6)


@pytest.mark.parametrize("odd", ["true", 1, [True], {"a": 1}])
def test_a_last_message_of_the_wrong_type_is_not_the_last(odd):
    heard = Turn(piece(MP3), piece(is_final=odd))
    assert heard.verdict() == ("timeout_unknown_outcome", None, True, len(MP3))


def test_pieces_without_end_are_bounded():
    heard = Turn(*[piece(b"\x11" * 1_000_000)] * 100)
    assert heard.verdict()[:3] == ("malformed_response", None, True)
    assert len(heard.audio) < 40_000_000


# What is said around the texts.


@pytest.mark.parametrize(
    ("messages", "category", "code"),
    [
        ([said("task_failed", code=1004)], "auth", "1004"),
        ([HELLO, said("task_failed", code=2054)], "voice_missing", "2054"),
        ([HELLO, said("task_failed", code=1033)], "provider_down", "1033"),
        ([HELLO, said("task_started", code=2013)], "invalid_input", "2013"),
        ([HELLO, FINISHED], "provider_down", None),
        ([HELLO, "{"], "malformed_response", None),
        ([b"\x00"], "malformed_response", None),
        (["{}"], "malformed_response", None),
    ],
)
def test_a_session_that_does_not_begin_costs_nothing(messages, category, code):
    error = failure(dialogue().open(), *messages)
    assert (error.category, error.code, error.possibly_charged) == (category, code, False)


def test_talk_without_end_is_bounded():
    talk = dialogue().open()
    error = failure(talk, *[said("something_new", padding="x" * 100_000)] * 20)
    assert (error.category, error.possibly_charged) == ("malformed_response", False)


def test_an_idle_session_ends_retryable_and_without_cost():
    with pytest.raises(ProviderError) as caught:
        dialogue().unasked(said("task_failed", code=2201))
    error = caught.value
    assert (error.category, error.code, error.retryable, error.possibly_charged) == (
        "provider_down", "2201", True, False
    )  # fmt: skip


def test_news_that_end_nothing_are_passed_over():
    dialogue().unasked(said("something_new"))
    dialogue().unasked(piece(MP3))


@pytest.mark.parametrize("answer", [piece(is_final=True, code=2203), last()], ids=["skipped", "answered"])
def test_keeping_alive_is_an_empty_text_whose_answer_is_heard(answer):
    frames, done = held(dialogue().keep_alive(), said("something_new"), answer)
    assert (frames[0], done) == ({"event": "task_continue", "text": ""}, True)


def test_keeping_alive_tells_that_the_session_is_over():
    error = failure(dialogue().keep_alive(), said("task_failed", code=2201))
    assert (error.code, error.possibly_charged) == ("2201", False)


def test_goodbye_waits_for_its_answer():
    frames, done = held(dialogue().finish(), piece(MP3), FINISHED)
    assert (frames[0], done) == ({"event": "task_finish"}, True)


@pytest.mark.parametrize(
    ("response", "category", "field"),
    [
        (Response(404, Headers(), b"404 page not found"), "unsupported", "base_url"),
        (Response(302, Headers({"Location": "https://elsewhere.example"})), "unsupported", "base_url"),
        (Response(401, Headers(), b""), "auth", None),
        (Response(502, Headers(), b"<html>"), "provider_down", None),
        (Response(200, Headers(), said("task_failed", code=1004).encode()), "auth", None),
        (Response(200, Headers(), said("").encode()), "malformed_response", None),
        (Response(200, Headers(), b"hello"), "malformed_response", None),
    ],
)
def test_an_answer_that_opens_no_connection_is_an_error_without_cost(response, category, field):
    error = dialogue().declined(response)
    assert (error.category, error.field, error.possibly_charged) == (category, field, False)


# Whatever comes.

MESSAGES = st.one_of(
    BODIES,
    BODIES.map(lambda body: body.decode("utf-8", "replace")),
    st.sampled_from([*SPOKEN, HELLO, STARTED, FINISHED, *BROKEN.values()]),
    st.builds(
        piece,
        st.one_of(st.binary(max_size=6), st.text(max_size=6), st.none(), st.integers()),
        is_final=st.one_of(st.booleans(), st.none(), st.text(max_size=4)),
        code=st.sampled_from([0, 0, 0, 1033, 2201, 2203, -1, None, "0"]),
        event=st.sampled_from(["task_continued", "task_failed", "", None, 5, []]),
    ),
)


@given(st.lists(MESSAGES, max_size=8))
def test_any_messages_give_audio_and_a_result_or_a_provider_error(messages):
    heard = Turn(*messages)
    assert (heard.error is None) != (heard.result is None)
    if heard.result:
        assert heard.audio
        assert heard.turn.finished


@given(st.lists(MESSAGES, max_size=8))
def test_any_messages_around_the_texts_end_it_or_raise_provider_errors_without_cost(messages):
    session = dialogue()
    for talk in (session.open(), session.keep_alive(), session.finish()):
        assert not charged(lambda talk=talk: held(talk, *messages))
    for message in messages:
        assert not charged(lambda message=message: session.unasked(message))
