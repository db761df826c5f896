"""What a streamed synthesis asks for, and what it makes of frames, bytes first: no socket anywhere."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ProviderError, RefusedError
from providers.types import AudioFormat, Headers, VoiceEffects
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, WAV, account, answer, request
from tests.providers.frames import PIECES, SSE, Heard, ending, frame, streamed

WHOLE = b"".join(PIECES)


def sent(**fields):
    return MINIMAX.stream_speech(ACCOUNT, request(**fields)).request


def test_a_stream_is_asked_for_without_the_repetition_at_its_end():
    body = sent().json
    assert body["stream"] is True
    assert body["stream_options"] == {"exclude_aggregated_audio": True}
    assert "output_format" not in body
    assert body["text"] == "Hello."


def test_a_stream_is_never_repeatable_and_bounded_in_time():
    assert not sent().repeatable
    assert sent().timeout.total <= 600


def test_a_constant_bitrate_is_asked_for_only_when_wanted():
    assert sent(force_cbr=True).json["audio_setting"]["force_cbr"] is True
    assert "force_cbr" not in sent().json["audio_setting"]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("format.container", {"format": AudioFormat("wav", 32000)}),
        ("format.container", {"format": AudioFormat("pcmu_wav", 8000)}),
        ("settings.effects", {"settings": {"effects": VoiceEffects(pitch=1)}, "format": AudioFormat("flac", 32000)}),
        ("force_cbr", {"force_cbr": True, "format": AudioFormat("flac", 32000)}),
        ("watermark", {"watermark": True}),
        ("text", {"text": ""}),
        ("model", {"model": "speech-8-hd"}),
    ],
)
def test_what_cannot_be_streamed_is_refused_by_its_name_before_sending(field, fields):
    for refuse in (MINIMAX.check_stream, MINIMAX.stream_speech):
        with pytest.raises(RefusedError) as caught:
            refuse(ACCOUNT, request(**fields))
        assert caught.value.field == field
        assert not caught.value.possibly_charged


def test_a_constant_bitrate_is_nothing_for_an_answer_in_one_piece():
    with pytest.raises(RefusedError) as caught:
        MINIMAX.check_speech(ACCOUNT, request(force_cbr=True))
    assert caught.value.field == "force_cbr"


@pytest.mark.parametrize("container", sorted(MINIMAX.capabilities.stream_formats))
def test_what_is_declared_streamable_is_let_through(container):
    rate = MINIMAX.capabilities.formats[container][0]
    MINIMAX.check_stream(ACCOUNT, request(format=AudioFormat(container, rate)))


def test_effects_can_be_streamed_in_mp3():
    MINIMAX.check_stream(ACCOUNT, request(settings={"effects": VoiceEffects(pitch=1)}))


def test_hexadecimal_frames_become_audio_in_the_order_they_come():
    heard = Heard(streamed())
    assert heard.chunks == list(PIECES)
    assert heard.error is None
    assert heard.result.audio == b""
    assert (heard.result.container, heard.result.duration_ms, heard.result.vendor_status) == ("mp3", 1234, 2)
    assert heard.result.trace_id == "from-header"
    assert heard.result.findings == ()


def test_the_bill_is_in_the_last_frame_only():
    assert Heard(streamed(last=ending(usage=34))).result.billed_characters == 34
    assert Heard(streamed(last=ending(extra_info=None))).result.billed_characters is None


def test_the_repetition_of_all_audio_at_the_end_is_not_heard_twice():
    assert Heard(streamed(last=ending(WHOLE))).audio == WHOLE


def test_a_repetition_that_comes_before_the_end_frame_is_not_heard_twice_either():
    heard = Heard(b"".join(map(frame, PIECES)), ending(WHOLE, status=1), frame(status=2))
    assert heard.audio == WHOLE
    assert heard.result.billed_characters == 6


def test_the_only_frame_is_heard_although_it_is_the_last():
    heard = Heard(ending(MP3, pieces=[MP3]))
    assert heard.chunks == [MP3]
    assert heard.result.billed_characters == 6


def test_a_short_stream_is_noted():
    heard = Heard(streamed(last=ending(pieces=[WHOLE, b"x"])))
    assert [finding.code for finding in heard.result.findings] == ["audio_size_differs"]


def test_the_container_is_what_the_bytes_are_and_the_difference_is_noted():
    heard = Heard(streamed(pieces=(WAV, b"\0" * 9)))
    assert heard.result.container == "wav"
    assert [finding.code for finding in heard.result.findings] == ["container_differs"]


def test_headerless_audio_is_believed_to_be_what_was_asked_for():
    heard = Heard(streamed(pieces=(bytes(range(200)),)), format=AudioFormat("pcm", 32000))
    assert heard.result.container == "pcm"


def test_bytes_that_are_no_audio_are_malformed_in_the_end():
    assert Heard(streamed(pieces=(b"<html>" * 9,))).error.category == "malformed_response"


@pytest.mark.parametrize("headers", [SSE, Headers({"Content-Type": "application/json"}), Headers({})])
def test_a_plain_error_instead_of_a_stream_is_the_error(headers):
    heard = Heard(answer(code=1008, message="insufficient balance").content, headers=headers)
    error = heard.error
    assert (error.category, error.code, error.possibly_charged) == ("balance", "1008", False)


def test_a_plain_error_may_be_written_over_several_lines():
    body = b'\n {\n "base_resp": {\n  "status_code": 2054,\n  "status_msg": "voice id not exist"\n }\n}\n'
    assert Heard(body).error.category == "voice_missing"


def test_a_plain_success_is_no_stream_and_may_be_charged():
    heard = Heard(answer({"extra_info": {"usage_characters": 6}}).content)
    assert heard.verdict() == ("malformed_response", None, True, 0, 6)


@pytest.mark.parametrize(
    ("status", "category", "charged"),
    [(404, "unsupported", False), (429, "rate_limited", False), (502, "timeout_unknown_outcome", True)],
)
def test_a_status_other_than_200_is_read_as_one_answer(status, category, charged):
    error = Heard(b"data: no stream", status=status).error
    assert (error.category, error.possibly_charged, error.http_status) == (category, charged, status)


def test_an_error_in_the_middle_keeps_what_was_heard_and_may_be_charged():
    heard = Heard(frame(MP3), frame(code=1002, message="rate limit"), frame(b"late"))
    assert heard.audio == MP3
    assert heard.verdict() == ("rate_limited", "1002", True, len(MP3), None)


def test_an_error_in_the_first_frame_is_charged_as_its_code_says():
    assert Heard(frame(code=1002)).verdict() == ("rate_limited", "1002", False, 0, None)


def test_an_error_without_framing_in_the_middle_of_a_stream_is_seen():
    heard = Heard(frame(MP3), answer(code=1024).content)
    assert heard.verdict() == ("provider_down", "1024", True, len(MP3), None)


def test_a_frame_without_a_verdict_is_malformed():
    heard = Heard(frame(MP3), b'data: {"data": {"audio": "11", "status": 2}}\n')
    assert heard.verdict() == ("malformed_response", None, True, len(MP3), None)


@pytest.mark.parametrize("audio", ["494", "zz", "https://cdn.example/clip.mp3", "AAECAwQ="])
def test_a_frame_of_damaged_hexadecimal_is_malformed_and_what_came_before_was_heard(audio):
    assert Heard(frame(MP3), frame(audio)).verdict() == ("malformed_response", None, True, len(MP3), None)


@pytest.mark.parametrize("data", [None, {}, {"status": 1}, {"audio": None, "status": 1}, {"audio": "", "status": 1}])
def test_a_frame_without_audio_is_passed_over(data):
    assert Heard(frame(MP3), frame(data=data), ending(pieces=[MP3])).chunks == [MP3]


def test_success_without_any_audio_is_malformed_and_keeps_the_bill():
    assert Heard(ending()).verdict() == ("malformed_response", None, True, 0, 6)


@pytest.mark.parametrize(
    "rest", [b"", frame(b"\x11")[:-30], b"data: [DONE]\n\n", b": ping\n", b'data: {"base_resp": {"status_code": 0'
             ]
)  # fmt: skip
def test_a_stream_without_its_end_frame_is_an_unknown_outcome_with_what_was_heard(rest):
    heard = Heard(frame(MP3), rest)
    assert heard.audio == MP3
    assert heard.verdict() == ("timeout_unknown_outcome", None, True, len(MP3), None)
    assert not heard.error.retryable


def test_an_incomplete_stream_still_tells_a_bill_that_came_early():
    assert Heard(ending(MP3, status=1)).verdict()[-1] == 6


def test_an_empty_answer_is_an_unknown_outcome():
    assert Heard(b"").verdict() == ("timeout_unknown_outcome", None, True, 0, None)


@pytest.mark.parametrize("extra", [b"data: [DONE]\n\n", b"data:[DONE]", b": bye\n\n", b"event: end\nid: 7\nretry: 5\n"])
def test_what_follows_the_end_is_tolerated(extra):
    assert Heard(streamed() + extra).result.findings == ()


def test_audio_after_the_end_is_not_heard_but_noted():
    heard = Heard(streamed(), frame(b"\x33"))
    assert heard.audio == WHOLE
    assert [finding.code for finding in heard.result.findings] == ["audio_after_end"]


@pytest.mark.parametrize(
    "spelled",
    [
        lambda stream: stream.replace(b"\n", b"\r\n"),
        lambda stream: stream.replace(b"\n", b"\r"),
        lambda stream: stream.replace(b"\n\n", b"\n"),
        lambda stream: stream.replace(b"data: ", b"data:"),
        lambda stream: b"\xef\xbb\xbf" + stream,
        lambda stream: b"\n\n" + stream,
        lambda stream: b": hello\n\n" + stream,
        lambda stream: stream.replace(b"data: ", b"event: chunk\ndata: "),
        lambda stream: stream.rstrip(b"\n"),
    ],
)
def test_every_spelling_of_the_framing_is_read(spelled):
    heard = Heard(spelled(streamed()))
    assert (heard.chunks, heard.error) == (list(PIECES), None)


def test_a_clip_in_one_last_frame_without_line_end_is_heard():
    assert Heard(ending(MP3, pieces=[MP3]).rstrip()).chunks == [MP3]


def test_the_trace_id_comes_from_the_header_else_from_the_last_frame_that_has_one():
    quiet = Headers({})
    assert Heard(frame(MP3, trace_id="a"), ending(trace_id="b"), headers=quiet).result.trace_id == "b"
    assert Heard(frame(MP3, trace_id="a"), ending(trace_id=""), headers=quiet).result.trace_id == "a"
    assert Heard(frame(MP3, trace_id="a"), headers=quiet).error.trace_id == "a"


def test_a_repetition_of_any_length_is_left_out_and_only_its_summary_kept():
    repeated = ending(b"\x11" * 12_000_000)
    parts = [frame(MP3)] + [repeated[at : at + 65536] for at in range(0, len(repeated), 65536)]
    tracemalloc.start()
    heard = Heard(*parts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert heard.chunks == [MP3]
    assert heard.result.billed_characters == 6
    # Without the bound one line is held as bytes, as text and as JSON.
    assert peak < 3 * 17_000_000


def test_a_line_of_a_megabyte_in_small_pieces_is_read():
    piece = MP3 + b"\x11" * 600_000
    whole = frame(piece) + ending(pieces=[piece])
    assert Heard(*(whole[at : at + 4096] for at in range(0, len(whole), 4096))).chunks == [piece]


def test_a_first_frame_too_long_to_be_kept_is_malformed_and_never_left_out():
    heard = Heard(frame(b"\x11" * 9_000_000), streamed())
    assert heard.verdict()[:4] == ("malformed_response", None, True, 0)


def test_a_line_without_end_is_malformed_before_memory_is_full():
    heard = Heard(frame(MP3), b"data: ", *([b"x" * 1_000_000] * 40))
    assert heard.verdict() == ("malformed_response", None, True, len(MP3), None)


def test_a_plain_answer_without_end_is_malformed_before_memory_is_full():
    decoder = MINIMAX.stream_speech(ACCOUNT, request()).decoder
    decoder.begin(200, SSE)
    list(decoder.feed(b"{"))
    list(decoder.feed(b" " * 1_000_000))
    with pytest.raises(ProviderError) as caught:
        list(decoder.feed(b" " * 1_000_000))
    assert (caught.value.category, caught.value.possibly_charged) == ("malformed_response", True)


def test_memory_does_not_grow_with_the_stream():
    decoder = MINIMAX.stream_speech(ACCOUNT, request()).decoder
    decoder.begin(200, SSE)
    part = frame(b"\x11" * 16_000)
    for _ in decoder.feed(frame(MP3)):
        pass
    tracemalloc.start()
    for _ in range(300):
        for _ in decoder.feed(part):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert decoder.heard_bytes > 4_000_000
    assert peak < 500_000


WORDS = st.sampled_from(
    [frame(MP3), frame(b"\x11"), frame(b""), frame("4"), frame(code=1002), ending(), ending(WHOLE), b"data: [DONE]\n\n",
     b": c\n", b"\r\n", b"data: ", b"data: {}\n", b"{", b"}", answer(code=1004).content, b"\xef\xbb\xbf",
     b"data: null\n"]
)  # fmt: skip


@given(stream=st.lists(WORDS, max_size=6).map(b"".join), cuts=st.lists(st.integers(0, 1200), max_size=8))
def test_wherever_the_bytes_are_split_the_same_is_heard(stream, cuts):
    at = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})
    split = Heard(*(stream[start:end] for start, end in pairwise(at)))
    whole = Heard(stream)
    assert split.chunks == whole.chunks
    assert split.verdict() == whole.verdict()


def test_a_stream_split_after_every_byte_is_the_same():
    assert Heard(*(bytes([byte]) for byte in streamed())).chunks == list(PIECES)


@given(parts=st.lists(st.one_of(st.binary(max_size=60), WORDS), max_size=6), status=st.sampled_from([200, 200, 500]))
def test_any_bytes_give_a_result_or_a_provider_error(parts, status):
    heard = Heard(*parts, status=status)
    if heard.error is None:
        assert heard.audio
        assert heard.result is not None
    else:
        assert heard.error.possibly_charged or not heard.audio


@given(cut=st.integers(min_value=1, max_value=len(streamed()) - 1))
def test_a_stream_cut_anywhere_is_complete_or_an_error_that_may_be_charged(cut):
    heard = Heard(streamed()[:cut])
    assert WHOLE.startswith(heard.audio)
    if heard.error is None:
        assert heard.audio == WHOLE
    else:
        assert heard.error.possibly_charged


def test_the_key_is_in_no_message_of_a_failing_stream():
    with pytest.raises(ProviderError) as caught:
        MINIMAX.stream_speech(account(), request(text=" "))
    assert ACCOUNT.key not in repr(vars(caught.value))
    assert ACCOUNT.key not in repr(MINIMAX.stream_speech(ACCOUNT, request()))
