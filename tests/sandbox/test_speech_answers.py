import io

import av
import httpx
import pytest

from tests.sandbox.customer import SENTENCE, SYSTEM_VOICE, code

RAW = {"pcm": "s16le", "pcmu_raw": "mulaw"}


def decoded(content: bytes, container: str, rate: int, channels: int):
    layout = "stereo" if channels == 2 else "mono"
    options = {"sample_rate": str(rate), "ch_layout": layout} if container in RAW else {}
    with av.open(io.BytesIO(content), "r", format=RAW.get(container), options=options) as file:
        stream = file.streams.audio[0]
        samples = sum(frame.samples for frame in file.decode(stream))
        return stream.codec.name, stream.rate, stream.channels, samples * 1000 / stream.rate


@pytest.mark.parametrize(
    ("container", "rate", "channels", "codec"),
    [
        ("mp3", 8000, 1, "mp3float"),
        ("mp3", 16000, 2, "mp3float"),
        ("mp3", 32000, 1, "mp3float"),
        ("mp3", 44100, 2, "mp3float"),
        ("wav", 22050, 2, "pcm_s16le"),
        ("flac", 24000, 1, "flac"),
        ("pcm", 16000, 2, "pcm_s16le"),
        ("opus", 24000, 1, "opus"),
        ("pcmu_raw", 8000, 1, "pcm_mulaw"),
        ("pcmu_wav", 8000, 2, "pcm_mulaw"),
    ],
)
def test_audio_is_hex_in_the_asked_shape_and_extra_info_tells_the_truth(customer, container, rate, channels, codec):
    shape = {"format": container, "sample_rate": rate, "channel": channels, "bitrate": 64000}
    answer = customer.t2a(audio_setting=shape)
    content, info = bytes.fromhex(answer["data"]["audio"]), answer["extra_info"]
    found_codec, found_rate, found_channels, milliseconds = decoded(content, container, rate, channels)
    assert (found_codec, found_channels) == (codec, channels)
    # Opus always decodes at 48 kHz.
    assert found_rate == (48000 if container == "opus" else rate)
    assert abs(milliseconds - info["audio_length"]) < 60
    assert 2500 < milliseconds < 6000
    assert info | {"audio_length": 0} == {
        "audio_length": 0,
        "audio_sample_rate": rate,
        "audio_size": len(content),
        "bitrate": 64000,
        "audio_format": container,
        "audio_channel": channels,
        "invisible_character_ratio": 0.0,
        "word_count": len(SENTENCE),
        "usage_characters": len(SENTENCE),
    }
    assert answer["data"]["status"] == 2


def test_the_bitrate_of_an_mp3_is_the_asked_one(customer):
    for bitrate in (32000, 128000):
        shape = {"format": "mp3", "sample_rate": 32000, "bitrate": bitrate}
        answer = customer.t2a(audio_setting=shape)
        with av.open(io.BytesIO(bytes.fromhex(answer["data"]["audio"])), "r") as file:
            assert file.bit_rate == pytest.approx(bitrate, rel=0.05)


def test_the_defaults_are_mono_mp3_at_32_khz(customer):
    body = {"model": "speech-02-turbo", "text": "Hello.", "voice_setting": {"voice_id": SYSTEM_VOICE}}
    info = customer.post("t2a_v2", body)["extra_info"]
    assert (info["audio_format"], info["audio_sample_rate"], info["bitrate"], info["audio_channel"]) == (
        "mp3",
        32000,
        128000,
        1,
    )


def test_a_url_takes_the_place_of_the_audio_needs_no_key_and_dies_after_24_hours(tenant):
    answer = tenant.t2a("Hello.", output_format="url", audio_setting={"format": "mp3", "sample_rate": 32000})
    url = answer["data"]["audio"]
    assert answer["extra_info"]["audio_size"] == 0
    fetched = httpx.get(url)
    assert fetched.headers["content-type"] == "audio/mpeg"
    assert decoded(fetched.content, "mp3", 32000, 1)[0] == "mp3float"
    tenant.advance(24 * 3600 - 60)
    assert httpx.get(url).status_code == 200
    tenant.advance(120)
    assert httpx.get(url).status_code == 403


def test_characters_are_counted_as_the_vendor_bills_them(customer):
    counted = {
        "今天是不是很开心呀(laughs)，当然了！": (22, 34),
        "欢迎使用DMXAPI": (10, 14),
        "One code.<#0.45#>No app.<#0.45#>No sign-up.": (43, 43),
        "你好，我是管理员。这条消息是语音通话的测试。": (22, 41),
        "こんにちは": (5, 5),
    }
    for text, (word_count, usage) in counted.items():
        info = customer.t2a(text)["extra_info"]
        assert (info["word_count"], info["usage_characters"]) == (word_count, usage), text


def test_a_few_control_characters_are_reported_and_many_are_refused(customer):
    assert customer.t2a("Hello\x07 there, old friend of.")["extra_info"]["invisible_character_ratio"] == 0.0357
    assert code(customer.t2a("Hi\x07\x01!")) == 1042
    assert code(customer.t2a("Hello\tthere\nfriend")) == 0


def test_a_trailing_space_belongs_to_the_name_of_a_system_voice(customer):
    assert code(customer.t2a("Ho ho ho.", "Santa_Claus ")) == 0
    assert code(customer.t2a("Ho ho ho.", "Santa_Claus")) == 2054
