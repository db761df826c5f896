"""Settings in our words: read strictly, kept as asked, sent again after a crash."""

import pytest

from accounts.errors import InvalidInputError
from providers.types import AudioFormat, PronunciationRule, SpeechRequest, SpeechSettings, VoiceEffects
from synthesis.speech_orders import order_from_json, order_json
from synthesis.speech_settings import read_settings, settings_json


def test_settings_are_kept_as_asked_and_read_back():
    asked = {"speed": 1, "pitch": 2.0, "emotion": None, "effects": {"timbre": 5, "sound": None}}
    settings = read_settings(asked)
    assert settings == SpeechSettings(speed=1.0, pitch=2, effects=VoiceEffects(timbre=5))
    assert settings_json(settings) == {"speed": 1.0, "pitch": 2, "effects": {"timbre": 5}}
    assert settings_json(read_settings(None)) == {}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"speed": True}, "settings.speed"),
        ({"speed": float("nan")}, "settings.speed"),
        ({"pitch": 1.5}, "settings.pitch"),
        ({"text_normalization": 1}, "settings.text_normalization"),
        ({"effects": {"echo": 1}}, "settings.effects.echo"),
        ({"effects": 3}, "settings.effects"),
        ("fast", "settings"),
    ],
)
def test_a_wrong_setting_is_named(asked, field):
    with pytest.raises(InvalidInputError) as refused:
        read_settings(asked)
    assert refused.value.field == field


def test_an_order_survives_being_kept():
    request = SpeechRequest(
        text="Hello.",
        model="speech-2.8-hd",
        voice_id="v",
        format=AudioFormat("mp3", 32000, 128000, 1),
        settings=SpeechSettings(speed=1.5, effects=VoiceEffects(sound="robotic")),
        rules=(PronunciationRule("处理", "chu3 li3", "pinyin"),),
    )
    assert order_from_json(order_json(request)) == request
