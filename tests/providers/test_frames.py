"""The WebSocket framing, without any I/O: whatever bytes come, messages or an end come of them, never an exception."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import InvalidState
from websockets.frames import Close, CloseCode, Frame, Opcode

from providers.frames import Frames

MOST = 1000
PAYLOADS = st.one_of(st.binary(max_size=40), st.text(max_size=20).map(str.encode))
FRAMES = st.builds(Frame, st.sampled_from(list(Opcode)), PAYLOADS, st.booleans())


def serialized(*frames):
    return b"".join(frame.serialize(mask=False) for frame in frames)


def messages(frames, data, cuts=()):
    """What comes of the bytes, cut at these places."""
    places = [0, *sorted(cuts), len(data)]
    for begin, end in pairwise(places):
        if begin < end and frames.is_open:
            frames.feed(data[begin:end])
    found = []
    while (message := frames.next()) is not None:
        found.append(message)
    return found


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_or_an_end(data):
    frames = Frames(MOST)
    messages(frames, data)
    frames.outgoing()
    if frames.is_open:
        frames.feed(b"")
    assert not frames.is_open
    assert frames.ending or frames.broken
    assert frames.close() == b""


@given(st.lists(FRAMES, max_size=6), st.lists(st.integers(min_value=0, max_value=200), max_size=5))
def test_where_the_bytes_are_cut_changes_nothing(said, cuts):
    data = b"".join(_valid(frame) for frame in said)
    whole, cut = Frames(MOST), Frames(MOST)
    assert messages(whole, data) == messages(cut, data, [place for place in cuts if place < len(data)])
    assert (whole.is_open, whole.broken) == (cut.is_open, cut.broken)


def test_of_two_faults_the_first_is_told_however_the_bytes_are_cut():
    bad, unfinished = Frame(Opcode.TEXT, b"\x80"), Frame(Opcode.CONT, b"", fin=False)
    data = _valid(bad) + _valid(unfinished)
    whole, cut = Frames(MOST), Frames(MOST)
    messages(whole, data)
    messages(cut, data, [len(_valid(bad))])
    assert whole.broken == cut.broken
    assert "no UTF-8" in whole.broken


def _valid(frame):
    """The bytes of a frame, though it may not be allowed."""
    head = bytes([frame.fin << 7 | frame.opcode, len(frame.data)])
    return head + bytes(frame.data)


def test_a_message_may_come_in_pieces_with_pings_between():
    frames = Frames(MOST)
    data = serialized(
        Frame(Opcode.TEXT, "处".encode()[:1], fin=False),
        Frame(Opcode.PING, b"?"),
        Frame(Opcode.CONT, "处".encode()[1:]),
    )
    assert messages(frames, data) == ["处"]
    assert frames.outgoing()


def test_a_message_longer_than_allowed_is_against_the_rules_however_it_is_cut():
    for said in (
        [Frame(Opcode.TEXT, b"x" * (MOST + 1))],
        [Frame(Opcode.TEXT, b"x" * MOST, fin=False), Frame(Opcode.CONT, b"x")],
    ):
        frames = Frames(MOST)
        assert messages(frames, serialized(*said)) == []
        assert "PayloadTooBig" in frames.broken


def test_what_follows_a_message_that_is_no_text_is_not_given():
    frames = Frames(MOST)
    data = serialized(Frame(Opcode.TEXT, b"{}"), Frame(Opcode.TEXT, b"\xff"), Frame(Opcode.TEXT, b"{}"))
    assert messages(frames, data) == ["{}"]
    assert "UTF-8" in frames.broken


def test_the_end_is_told_in_words_and_nothing_is_said_after_it():
    frames = Frames(MOST)
    assert messages(frames, serialized(Frame(Opcode.CLOSE, Close(CloseCode.GOING_AWAY, "bye").serialize()))) == []
    assert "1001" in frames.ending
    assert not frames.broken
    with pytest.raises(InvalidState):
        frames.say("too late")
