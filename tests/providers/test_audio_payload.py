"""What an audio field holds and what the bytes are: hexadecimal, URL or base64; never one for another."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.audio import AudioUrl, PayloadError, decode_payload, plausible_duration, sniff
from tests.providers.conversation import MP3, WAV


@given(st.binary(min_size=1))
def test_hex_of_either_case_gives_the_bytes(content):
    assert decode_payload(content.hex()) == content
    assert decode_payload(content.hex().upper()) == content


@pytest.mark.parametrize("url", ["https://cdn.example/a.mp3?sig=ab", "http://cdn.example/a", "HTTPS://CDN.example/a"])
def test_a_url_in_the_same_field_is_a_url(url):
    assert decode_payload(url) == AudioUrl(url)


@pytest.mark.parametrize("text", ["", "494", "49443", "zz44", "49 44", "4944\n", "４９", "0x4944"])
def test_damaged_hex_is_refused(text):
    with pytest.raises(PayloadError):
        decode_payload(text)
    with pytest.raises(PayloadError):
        decode_payload(text, allow_base64=True)


def test_base64_is_refused_where_the_provider_sends_hex():
    with pytest.raises(PayloadError):
        decode_payload(base64.b64encode(MP3).decode())


def test_hex_is_never_read_as_base64_even_where_base64_is_allowed():
    # "49443304" is valid base64 too; decoding it that way gives garbage without complaint.
    assert decode_payload(MP3.hex(), allow_base64=True) == MP3


def test_base64_is_taken_where_allowed_and_only_when_it_holds_audio():
    assert decode_payload(base64.b64encode(WAV).decode(), allow_base64=True) == WAV
    with pytest.raises(PayloadError):
        decode_payload(base64.b64encode(b"<html>gateway</html>").decode(), allow_base64=True)


def test_one_damaged_digit_does_not_turn_hex_into_base64():
    with pytest.raises(PayloadError):
        decode_payload("z" + MP3.hex()[1:] + "00" * 3, allow_base64=True)


@given(st.text())
def test_any_text_is_decoded_or_refused(text):
    with contextlib.suppress(PayloadError):
        decode_payload(text, allow_base64=True)


def test_a_sync_word_alone_is_no_mp3():
    assert sniff(b"\xff\xfb\x90\x00" + b"\x01" * 2000) is None


def test_two_frames_in_a_row_are_an_mp3():
    frame = b"\xff\xfb\x90\x00".ljust(417, b"\0")
    assert sniff(frame + frame) == "mp3"
    assert sniff(frame) == "mp3"


@given(st.binary(max_size=300))
def test_sniffing_never_fails(content):
    sniff(content)


EIGHTY_EIGHT = "This sentence was written to have some eighty eight characters, as the measured one did."


def test_the_measured_clip_of_a_fifth_of_a_second_is_flagged():
    finding = plausible_duration(EIGHTY_EIGHT, 200)
    assert finding is not None
    assert finding.code == "audio_too_short"


def test_a_clone_that_goes_on_talking_is_flagged():
    finding = plausible_duration("Hello there.", 60_000)
    assert finding is not None
    assert finding.code == "audio_too_long"


@pytest.mark.parametrize(
    ("text", "duration_ms", "speed"),
    [
        (EIGHTY_EIGHT, 5_500, 1.0),
        (EIGHTY_EIGHT, 2_800, 2.0),
        (EIGHTY_EIGHT, 11_000, 0.5),
        ("处理危险", 1_320, 1.0),
        ("Hi.", 300, 1.0),
        ("1234567890123", 9_000, 1.0),
        ("One.<#20#>Two.", 21_500, 1.0),
        ("(laughs)Hi", 2_500, 1.0),
    ],
)
def test_ordinary_speech_is_plausible(text, duration_ms, speed):
    assert plausible_duration(text, duration_ms, speed=speed) is None


def test_a_pause_that_was_swallowed_is_flagged():
    assert plausible_duration("One.<#20#>Two.", 1_500) is not None
