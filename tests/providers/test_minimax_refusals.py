"""What MiniMax cannot honour is refused by the name of the field, before anything is sent."""

import math
from typing import Any

import pytest

from providers.errors import RefusedError
from providers.types import AudioFormat, MixWeight, PronunciationRule, VoiceEffects
from tests.providers.conversation import ACCOUNT, MINIMAX, account, request

MP3 = AudioFormat("mp3", 32000, 128000, 1)


def wrong(value: Any) -> Any:
    """A value whose type the annotations forbid, as it may come out of somebody's JSON."""
    return value


def refusal(of=ACCOUNT, **fields):
    with pytest.raises(RefusedError) as caught:
        MINIMAX.check_speech(of, request(**fields))
    with pytest.raises(RefusedError):
        next(MINIMAX.speech(of, request(**fields)))
    return caught.value


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("model", {"model": "speech-8-hd"}),
        ("model", {"model": "speech-2.5-hd-preview"}),
        ("text", {"text": ""}),
        ("text", {"text": " \r\n"}),
        ("text", {"text": "a" * 10_000}),
        ("text", {"text": "abcdefgh\x00"}),
        ("text", {"text": "abcdefgh\x7f"}),
        ("text", {"text": "half a pair \ud83d"}),
        ("text", {"text": "<#1#>Leading pause."}),
        ("text", {"text": "Trailing pause.<#1#>"}),
        ("text", {"text": "Two<#1#><#1#>in a row"}),
        ("text", {"text": "Two<#1#> <#1#>in a row"}),
        ("text", {"text": "Too<#100#>long"}),
        ("text", {"text": "Too<#0#>short"}),
        ("text", {"text": "Too<#1.234#>fine"}),
        ("voice_id", {"voice_id": ""}),
        ("settings.speed", {"settings": {"speed": 0.49}}),
        ("settings.speed", {"settings": {"speed": 2.01}}),
        ("settings.speed", {"settings": {"speed": math.nan}}),
        ("settings.speed", {"settings": {"speed": True}}),
        ("settings.speed", {"settings": {"speed": "1"}}),
        ("settings.volume", {"settings": {"volume": 0}}),
        ("settings.volume", {"settings": {"volume": -1}}),
        ("settings.volume", {"settings": {"volume": 10.1}}),
        ("settings.volume", {"settings": {"volume": math.inf}}),
        ("settings.pitch", {"settings": {"pitch": 13}}),
        ("settings.pitch", {"settings": {"pitch": -13}}),
        ("settings.pitch", {"settings": {"pitch": 1.0}}),
        ("settings.pitch", {"settings": {"pitch": True}}),
        ("settings.emotion", {"settings": {"emotion": "neutral"}}),
        ("settings.emotion", {"settings": {"emotion": ""}}),
        ("settings.language_boost", {"settings": {"language_boost": "Klingon"}}),
        ("settings.language_boost", {"settings": {"language_boost": "chinese"}}),
        ("settings.language_boost", {"model": "speech-02-hd", "settings": {"language_boost": "Tamil"}}),
        ("settings.text_normalization", {"settings": {"text_normalization": "yes"}}),
        ("settings.latex_read", {"settings": {"latex_read": True, "language_boost": "English"}}),
        ("settings.effects", {"settings": {"effects": VoiceEffects()}, "format": AudioFormat("pcm", 32000)}),
        ("settings.effects", {"settings": {"effects": VoiceEffects()}, "format": AudioFormat("opus", 24000)}),
        ("settings.effects.pitch", {"settings": {"effects": VoiceEffects(pitch=101)}}),
        ("settings.effects.timbre", {"settings": {"effects": VoiceEffects(timbre=wrong(0.5))}}),
        ("settings.effects.sound", {"settings": {"effects": VoiceEffects(sound="cave")}}),
        ("format.container", {"format": AudioFormat("aac", 32000)}),
        ("format.sample_rate", {"format": AudioFormat("mp3", 48000, 128000)}),
        ("format.sample_rate", {"format": AudioFormat("mp3", wrong(32000.0), 128000)}),
        ("format.sample_rate", {"format": AudioFormat("opus", 32000)}),
        ("format.sample_rate", {"format": AudioFormat("pcmu_wav", 16000)}),
        ("format.channels", {"format": AudioFormat("mp3", 32000, 128000, 3)}),
        ("format.channels", {"format": AudioFormat("mp3", 32000, 128000, True)}),
        ("format.bitrate", {"format": AudioFormat("mp3", 32000, 96000)}),
        ("format.bitrate", {"format": AudioFormat("wav", 32000, 128000)}),
        ("mix", {"mix": (MixWeight("a", 1),)}),
        ("mix", {"voice_id": "", "mix": (MixWeight("a", 1),) * 5}),
        ("mix[0].weight", {"voice_id": "", "mix": (MixWeight("a", 0),)}),
        ("mix[1].weight", {"voice_id": "", "mix": (MixWeight("a", 1), MixWeight("b", wrong(1.5)))}),
        ("mix[0].voice_id", {"voice_id": "", "mix": (MixWeight("", 1),)}),
        ("rules[1].replacement", {"rules": (PronunciationRule("a", "b"), PronunciationRule("c", ""))}),
        ("rules[1].source", {"rules": (PronunciationRule("a", "b"), PronunciationRule("a", "c"))}),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_by_its_name(field, fields):
    refused = refusal(**fields)
    assert refused.field == field
    assert refused.category in ("unsupported", "invalid_input")
    assert not refused.possibly_charged
    assert not refused.retryable
    assert refused.who_acts == "caller"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "a" * 9_999},
        {"text": "123456789\x00"},
        {"text": "one\r\n" * 4},
        {"text": "\t\n" * 40 + "a"},
        {"text": "One.<#0.01#>Two.<#99.99#>Three."},
        {"text": "An arrow <- # -> and <# no pause #>"},
        {"settings": {"speed": 0.5, "volume": 10, "pitch": 12}},
        {"settings": {"speed": 2, "volume": 0.01, "pitch": -12}},
        {"settings": {"latex_read": True}},
        {"settings": {"language_boost": "auto"}},
        {"settings": {"effects": VoiceEffects(pitch=-100, intensity=100, timbre=0, sound="spacious_echo")}},
        {"model": "speech-01-turbo"},
        {"format": AudioFormat("mp3", 44100, None, 2)},
    ],
)
def test_what_fits_is_let_through(fields):
    MINIMAX.check_speech(ACCOUNT, request(**fields))


SEVEN = ["happy", "sad", "angry", "fearful", "disgusted", "surprised", "calm"]


@pytest.mark.parametrize(
    ("model", "emotions"),
    [
        ("speech-2.8-hd", SEVEN),
        ("speech-2.8-turbo", SEVEN),
        ("speech-2.6-hd", [*SEVEN, "fluent", "whisper"]),
        ("speech-2.6-turbo", [*SEVEN, "fluent", "whisper"]),
        ("speech-02-hd", SEVEN),
        ("speech-02-turbo", SEVEN),
        ("speech-01-hd", SEVEN),
        ("speech-01-turbo", SEVEN),
    ],
)
@pytest.mark.parametrize("emotion", [*SEVEN, "fluent", "whisper"])
def test_each_model_has_its_emotions(model, emotions, emotion):
    if emotion in emotions:
        MINIMAX.check_speech(ACCOUNT, request(model=model, settings={"emotion": emotion}))
    else:
        assert refusal(model=model, settings={"emotion": emotion}).field == "settings.emotion"


def test_fluent_on_28_is_the_accounts_switch_and_opens_nothing_else():
    switched = account(fluent_on_28=True)
    MINIMAX.check_speech(switched, request(settings={"emotion": "fluent"}))
    assert refusal(switched, settings={"emotion": "whisper"}).field == "settings.emotion"
    assert refusal(switched, model="speech-02-hd", settings={"emotion": "fluent"}).field == "settings.emotion"


STANDARD = (8000, 16000, 22050, 24000, 32000, 44100)
RATES = {
    **dict.fromkeys(("mp3", "wav", "flac", "pcm"), STANDARD),
    "opus": (8000, 12000, 16000, 24000, 48000),
    "pcmu_raw": (8000,),
    "pcmu_wav": (8000,),
}


@pytest.mark.parametrize("container", RATES)
@pytest.mark.parametrize("rate", [8000, 12000, 16000, 22050, 24000, 32000, 44100, 48000])
def test_each_container_has_its_rates(container, rate):
    if rate in RATES[container]:
        MINIMAX.check_speech(ACCOUNT, request(format=AudioFormat(container, rate)))
    else:
        assert refusal(format=AudioFormat(container, rate)).field == "format.sample_rate"


def test_the_default_rate_is_no_rate_for_opus():
    default = MINIMAX.capabilities.default_format
    MINIMAX.check_speech(ACCOUNT, request(format=default))
    assert refusal(format=AudioFormat("opus", default.sample_rate)).field == "format.sample_rate"


def test_the_cheapest_call_is_legal():
    able = MINIMAX.capabilities
    MINIMAX.check_speech(ACCOUNT, request(able.activation_text, model=able.cheapest_model, format=able.default_format))
    assert able.text_limit == 9_999
    assert (able.retention.kind, able.retention.hours) == ("activation", 168)
