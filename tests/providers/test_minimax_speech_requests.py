"""What a synthesis sends to MiniMax."""

import pytest

from providers.errors import ProviderError
from providers.types import AudioFormat, MixWeight, PronunciationRule, VoiceEffects
from tests.providers.conversation import ACCOUNT, MINIMAX, account, first_request, request

FULL = {
    "speed": 1.5,
    "volume": 2.0,
    "pitch": -3,
    "emotion": "calm",
    "language_boost": "Chinese,Yue",
    "text_normalization": True,
    "latex_read": False,
    "effects": VoiceEffects(pitch=10, intensity=-20, timbre=30, sound="robotic"),
}


def sent(asked=None, of=ACCOUNT):
    return first_request(MINIMAX.speech(of, asked or request()))


def test_the_least_request_sends_nothing_that_was_not_asked_for():
    assert sent().json == {
        "model": "speech-2.8-hd",
        "text": "Hello.",
        "stream": False,
        "output_format": "hex",
        "voice_setting": {"voice_id": "English_Graceful_Lady"},
        "audio_setting": {"format": "mp3", "sample_rate": 32000, "bitrate": 128000, "channel": 1},
    }


def test_every_setting_goes_out_under_the_vendors_name():
    body = sent(request(settings=FULL, rules=(PronunciationRule("处理", "chu3 li3", "pinyin"),))).json
    assert body["voice_setting"] == {
        "voice_id": "English_Graceful_Lady",
        "speed": 1.5,
        "vol": 2.0,
        "pitch": -3,
        "emotion": "calm",
        "text_normalization": True,
        "latex_read": False,
    }
    assert body["language_boost"] == "Chinese,Yue"
    assert body["voice_modify"] == {"pitch": 10, "intensity": -20, "timbre": 30, "sound_effects": "robotic"}
    assert body["pronunciation_dict"] == {"tone": ["处理/(chu3)(li3)"]}


def test_a_format_without_bitrate_sends_none():
    audio = sent(request(format=AudioFormat("wav", 44100, None, 2))).json["audio_setting"]
    assert audio == {"format": "wav", "sample_rate": 44100, "channel": 2}


def test_the_key_travels_in_one_header_and_in_nothing_that_is_printed():
    asked = sent()
    assert asked.headers["Authorization"] == "Bearer sk-api-test"
    assert "sk-api-test" not in repr(asked)
    assert "sk-api-test" not in repr(ACCOUNT)


@pytest.mark.parametrize("base_url", ["https://api.minimax.io", "https://api.minimax.io/", "https://api.minimax.io/v1"])
def test_the_address_may_end_in_any_way(base_url):
    of = type(ACCOUNT)(provider="minimax", base_url=base_url, key="k")
    assert sent(of=of).url == "https://api.minimax.io/v1/t2a_v2"


def test_a_base_path_is_kept():
    of = type(ACCOUNT)(provider="minimax", base_url="http://127.0.0.1:9100/minimax", key="k")
    assert sent(of=of).url == "http://127.0.0.1:9100/minimax/v1/t2a_v2"


@pytest.mark.parametrize("empty", ["", "   ", None])
def test_an_empty_group_id_is_never_sent(empty):
    # An empty one answers 1008 "insufficient balance", which sends people looking for money.
    assert "GroupId" not in sent(of=account(group_id=empty)).params
    assert "GroupId" not in sent().params


@pytest.mark.parametrize("group_id", ["1747179187841536150", 1747179187841536150])
def test_a_group_id_is_sent_exactly(group_id):
    assert sent(of=account(group_id=group_id)).params == {"GroupId": "1747179187841536150"}


def test_line_ends_become_newlines_before_sending_and_counting():
    assert sent(request("one\r\ntwo\rthree\n")).json["text"] == "one\ntwo\nthree\n"
    assert MINIMAX.count_characters("one\r\ntwo\rthree\n") == len("one\ntwo\nthree\n")


@pytest.mark.parametrize(
    "voice_id", ["Santa_Claus ", "Cantonese_ProfessionalHost（F)", "Chinese (Mandarin)_News_Anchor"]
)
def test_system_voice_ids_go_out_byte_for_byte(voice_id):
    assert sent(request(voice_id=voice_id)).json["voice_setting"]["voice_id"] == voice_id


@pytest.mark.parametrize(
    ("options", "spelling"), [({}, "timbre_weights"), ({"mix_weights_field": "timber_weights"}, "timber_weights")]
)
def test_the_spelling_of_the_mix_is_the_accounts_choice(options, spelling):
    mix = (MixWeight("female-chengshu", 30), MixWeight("female-tianmei", 70))
    body = sent(request(voice_id="", mix=mix), of=account(**options)).json
    assert body[spelling] == [
        {"voice_id": "female-chengshu", "weight": 30},
        {"voice_id": "female-tianmei", "weight": 70},
    ]
    assert body["voice_setting"]["voice_id"] == ""
    assert len(body.keys() & {"timbre_weights", "timber_weights"}) == 1


def test_a_watermark_is_asked_for_only_when_wanted():
    assert sent(request(watermark=True)).json["aigc_watermark"] is True
    assert "aigc_watermark" not in sent().json


def test_a_synthesis_is_never_repeatable():
    assert not sent().repeatable


def test_the_answer_may_be_as_long_as_the_text_can_make_it():
    short, long = request(), request("国" * 9000, format=AudioFormat("wav", 44100, None, 2))
    assert sent(short).max_response_bytes == 8 * 1024 * 1024
    assert sent(long).max_response_bytes > 9000 * 0.5 * 44100 * 2 * 2 * 2


@pytest.mark.parametrize("key", ["", " ", "sk test", "sk\ntest", "schlüssel"])
def test_a_key_that_cannot_be_a_header_is_refused_before_sending(key):
    of = type(ACCOUNT)(provider="minimax", base_url="https://api.minimax.io", key=key)
    with pytest.raises(ProviderError, match="key") as caught:
        sent(of=of)
    assert caught.value.category == "auth"
    assert not caught.value.possibly_charged
