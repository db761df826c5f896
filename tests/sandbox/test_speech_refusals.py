import pytest

from tests.sandbox.customer import code, message

EMOTIONS = {"2.8": "whisper", "02": "fluent", "01": "whisper"}


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "speech-8-hd"},
        {"model": None},
        {"text": None},
        {"text": 7},
        {"text": "  \n"},
        {"voice_setting": {"voice_id": ""}},
        {"voice_setting": {"speed": 0.49}},
        {"voice_setting": {"speed": 2.01}},
        {"voice_setting": {"speed": "1"}},
        {"voice_setting": {"vol": 0}},
        {"voice_setting": {"vol": 10.1}},
        {"voice_setting": {"pitch": 13}},
        {"voice_setting": {"pitch": -13}},
        {"voice_setting": {"pitch": 1.5}},
        {"voice_setting": {"pitch": True}},
        {"voice_setting": {"text_normalization": "yes"}},
        {"audio_setting": {"format": "ogg"}},
        {"audio_setting": {"sample_rate": 48000}},
        {"audio_setting": {"sample_rate": "32000"}},
        {"audio_setting": {"bitrate": 96000}},
        {"audio_setting": {"channel": 3}},
        {"audio_setting": {"format": "opus", "sample_rate": 32000}},
        {"audio_setting": {"format": "opus", "sample_rate": None}},
        {"audio_setting": {"format": "pcmu_raw", "sample_rate": 16000}},
        {"subtitle_type": "page"},
        {"subtitle_enable": 1},
        {"language_boost": "Klingon"},
        {"language_boost": "Persian", "model": "speech-02-hd"},
        {"output_format": "base64"},
        {"aigc_watermark": "false"},
        {"voice_modify": {"pitch": 101}},
        {"voice_modify": {"sound_effects": "cathedral"}},
        {"voice_modify": {"pitch": 5}, "audio_setting": {"format": "opus", "sample_rate": 24000}},
        {"timbre_weights": [{"voice_id": "Grinch", "weight": 1}] * 5, "voice_setting": {"voice_id": ""}},
        {"timbre_weights": [{"voice_id": "Grinch", "weight": 0.5}], "voice_setting": {"voice_id": ""}},
        {"timbre_weights": [{"voice_id": "Grinch", "weight": 1}]},
        {"text": "<#1#>Hello."},
        {"text": "Hello.<#1#>"},
        {"text": "Hello<#1#><#1#>there"},
        {"text": "Hello<#0.001#>there"},
        {"text": "Hello<#100#>there"},
    ],
    ids=str,
)
def test_what_the_vendor_does_not_document_is_refused_and_not_charged(customer, fields):
    assert code(customer.t2a(**fields)) == 2013
    assert customer.bill() == []


@pytest.mark.parametrize(
    "tone",
    [
        "处理",
        "处理/",
        "/(chu3)",
        "处理/(chu)(li3)",
        "处理/(chu9)",
        "处理/(chu3)(li3",
        "处理/chu3)",
        "处理/()",
        "omg/(h3llo)",
        "处理/((chu3))",
    ],
)
def test_a_malformed_pronunciation_rule_is_a_glyph_definition_error(customer, tone):
    answer = customer.t2a("处理 omg", pronunciation_dict={"tone": ["omg/oh my god", tone]})
    assert code(answer) == 2013
    assert message(answer) == "glyph definition format error"


@pytest.mark.parametrize("tone", ["处理/(chu3)(li3)", [7], [{"tone": "a", "text": "b"}]])
def test_rules_that_are_not_a_list_of_texts_are_refused(customer, tone):
    assert code(customer.t2a("处理", pronunciation_dict={"tone": tone})) == 2013


def test_each_model_generation_has_its_own_emotions(customer):
    for generation, missing in EMOTIONS.items():
        refused = customer.t2a("Hello.", model=f"speech-{generation}-turbo", voice_setting={"emotion": missing})
        assert message(refused) == "invalid params, invalid params: voice_setting emotion"
        spoken = customer.t2a("Hello.", model=f"speech-{generation}-turbo", voice_setting={"emotion": "calm"})
        assert code(spoken) == 0
    assert code(customer.t2a("Hello.", model="speech-2.6-hd", voice_setting={"emotion": "whisper"})) == 0
    assert code(customer.t2a("Hello.", voice_setting={"emotion": "neutral"})) == 2013


def test_a_text_of_more_than_ten_thousand_characters_is_too_long(customer):
    answer = customer.t2a("a" * 10_001)
    assert (code(answer), message(answer)) == (2013, "invalid params, text too long")


def test_a_voice_setting_that_is_no_object_is_refused(customer):
    body = {"model": "speech-02-hd", "text": "Hello.", "voice_setting": "English_Graceful_Lady"}
    assert code(customer.post("t2a_v2", body)) == 2013


def test_a_voice_that_nobody_made_does_not_exist(customer):
    answer = customer.t2a("Hello.", "Nobody_12345678")
    assert (code(answer), message(answer)) == (2054, "voice id not exist")
