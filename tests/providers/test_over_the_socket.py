"""The whole adapter against the emulator over real sockets, through both drivers."""

import pytest

from providers.audio import plausible_duration
from providers.fetch import FetchPolicy, fetch
from providers.probe import probe
from providers.types import (
    Account,
    AudioFormat,
    ClonePrompt,
    CloneRequest,
    MixWeight,
    PronunciationRule,
    SpeechSettings,
    Timeouts,
    VoiceEffects,
)
from providers.voice_design import DesignRequest
from tests.providers.conversation import MINIMAX
from tests.providers.vendor import Vendor, failure, recording, speech

FORMATS = [
    AudioFormat(container, rates[0], None, 1 + number % 2)
    for number, (container, rates) in enumerate(MINIMAX.capabilities.formats.items())
]


def test_speech_is_real_audio_and_billed_as_counted(vendor):
    result = vendor.speak("今天是不是很开心呀(laughs)，当然了！")
    probed = probe(result.audio)
    assert (result.container, probed.sample_rate) == ("mp3", 32000)
    assert result.billed_characters == 34
    assert probed.duration_ms == pytest.approx(result.duration_ms, abs=100)
    assert result.findings == ()
    (line,) = vendor.bill()
    assert (line["characters"], line["trace_id"]) == (34, result.trace_id)


@pytest.mark.parametrize("audio", FORMATS, ids=lambda audio: audio.container)
def test_every_declared_container_is_made(vendor, audio):
    result = vendor.speak(format=audio)
    assert result.container == audio.container
    assert result.findings == ()


@pytest.mark.parametrize(
    ("container", "rate", "bitrate"),
    [(container, rate, None) for container, rates in MINIMAX.capabilities.formats.items() for rate in rates]
    + [("mp3", 32000, bitrate) for bitrate in MINIMAX.capabilities.bitrates["mp3"]],
)
def test_no_declared_rate_or_bitrate_is_refused_by_the_vendor(sandbox, container, rate, bitrate):
    assert Vendor(sandbox, "blocking").speak("Hi.", format=AudioFormat(container, rate, bitrate)).audio


@pytest.mark.parametrize("model", MINIMAX.capabilities.models)
def test_no_declared_emotion_is_refused_by_the_vendor(sandbox, model):
    vendor = Vendor(sandbox, "blocking")
    for emotion in sorted(MINIMAX.capabilities.emotions[model]):
        assert vendor.speak("Hi.", model=model, settings=SpeechSettings(emotion=emotion)).audio


def test_no_declared_language_is_refused_by_the_vendor(sandbox):
    vendor = Vendor(sandbox, "blocking")
    for boost in sorted(MINIMAX.capabilities.language_boosts):
        assert vendor.speak("Hi.", settings=SpeechSettings(language_boost=boost)).audio


def test_every_setting_together_is_accepted(vendor):
    settings = SpeechSettings(
        speed=1.2,
        volume=0.8,
        pitch=-2,
        emotion="calm",
        language_boost="Chinese",
        text_normalization=True,
        latex_read=True,
        effects=VoiceEffects(pitch=5, intensity=5, timbre=5, sound="spacious_echo"),
    )
    rules = (
        PronunciationRule("处理", "chu3 li3", "pinyin"),
        PronunciationRule("omg", "oh my god"),
        PronunciationRule("resume", "rɪˈzjuːm", "ipa"),
        PronunciationRule("二十日", "はつか", "kana"),
        PronunciationRule("正山杰", "zheng4 shan1 杰", "pinyin"),
    )
    assert vendor.speak("处理危险 omg resume 二十日 正山杰<#0.5#>end", settings=settings, rules=rules).audio


def test_cantonese_readings_are_accepted_with_the_cantonese_boost(vendor):
    settings = SpeechSettings(language_boost="Chinese,Yue")
    rules = (PronunciationRule("食", "sik6", "jyutping"),)
    assert vendor.speak("食饭", settings=settings, rules=rules).audio


def test_a_mix_of_voices_is_spoken(vendor):
    mix = (MixWeight("English_Graceful_Lady", 30), MixWeight("English_Diligent_Man", 70))
    assert vendor.speak(voice_id="", mix=mix).audio


def test_system_voice_ids_travel_byte_for_byte(vendor):
    ids = {voice.voice_id for voice in vendor.run(MINIMAX.list_voices(vendor.account)) if voice.kind == "system"}
    assert "Santa_Claus " in ids
    assert vendor.speak(voice_id="Santa_Claus ").audio
    assert failure(lambda: vendor.speak(voice_id="Santa_Claus")).category == "voice_missing"


def test_a_clone_speaks_appears_after_its_first_use_and_is_deleted_once(vendor):
    cloned = vendor.clone(preview_text="Good day.", model="speech-2.8-turbo")
    assert cloned.billed_characters == len("Good day.")
    assert cloned.moderation is None

    preview = fetch(cloned.preview_url, FetchPolicy(allowed={vendor.host_port}, content_types=frozenset({"audio/"})))
    assert probe(preview.content).duration_ms > 100

    assert cloned.voice_id not in _cloned_ids(vendor)
    vendor.speak(voice_id=cloned.voice_id)
    assert cloned.voice_id in _cloned_ids(vendor)
    assert [line["operation"] for line in vendor.bill()] == ["clone_preview", "t2a", "clone_fee"]

    deleted = [vendor.run(MINIMAX.delete_voice(vendor.account, cloned.voice_id, "cloned")) for _ in range(2)]
    assert [result.existed for result in deleted] == [True, False]
    missing = failure(lambda: vendor.speak(voice_id=cloned.voice_id))
    assert (missing.code, missing.category, missing.gone) == ("2054", "voice_missing", True)
    assert failure(lambda: vendor.clone(cloned.voice_id)).code == "2039"


def _cloned_ids(vendor):
    return {voice.voice_id for voice in vendor.run(MINIMAX.list_voices(vendor.account)) if voice.kind == "cloned"}


def test_a_clone_with_a_prompt_is_made(vendor):
    prompt = ClonePrompt(recording(5), "What is said in it.", 5000)
    cloned = vendor.clone(clone_prompt=prompt, watermark=True)
    assert vendor.speak(voice_id=cloned.voice_id).audio


def test_a_prompt_that_is_too_long_is_refused_by_the_vendor_too(vendor):
    error = failure(lambda: vendor.clone(clone_prompt=ClonePrompt(recording(9), "What is said in it.")))
    assert (error.code, error.field, error.possibly_charged) == ("2048", "clone_prompt", False)


def test_a_designed_voice_is_heard_at_once_speaks_and_is_deleted(vendor):
    request = DesignRequest(prompt="A calm old man.", preview_text="Good day.")
    made = vendor.run(MINIMAX.design(vendor.account, request))
    assert probe(made.preview).duration_ms > 100
    assert made.findings == ()
    vendor.speak(voice_id=made.voice_id)
    voices = vendor.run(MINIMAX.list_voices(vendor.account))
    assert made.voice_id in {voice.voice_id for voice in voices if voice.kind == "designed"}
    assert [line["operation"] for line in vendor.bill()] == ["design_preview", "t2a", "design_fee"]
    assert vendor.run(MINIMAX.delete_voice(vendor.account, made.voice_id, "designed")).existed


def test_a_watermark_lengthens_the_clip(vendor):
    plain, marked = vendor.speak(), vendor.speak(watermark=True)
    assert marked.duration_ms > plain.duration_ms


def test_another_accounts_voice_is_not_ours(sandbox):
    owner, stranger = Vendor(sandbox, "blocking"), Vendor(sandbox, "blocking")
    voice_id = owner.clone().voice_id
    assert failure(lambda: stranger.speak(voice_id=voice_id)).code == "2042"
    assert failure(lambda: stranger.clone(voice_id)).category == "voice_duplicate"


def test_a_recording_that_is_too_short_is_refused_by_the_vendor_too(vendor):
    request = CloneRequest(
        voice_id=MINIMAX.new_voice_id("Short", "1"), sample=recording(2), sample_name="a", sample_type="audio/wav"
    )
    error = failure(lambda: vendor.run(MINIMAX.clone(vendor.account, request)))
    assert (error.code, error.field, error.possibly_charged) == ("2037", "sample", False)


def test_an_account_is_checked_for_free(vendor):
    assert vendor.run(MINIMAX.check_account(vendor.account)).ok
    assert vendor.bill() == []


@pytest.mark.parametrize(
    ("fault", "fields", "category", "charged"),
    [
        ("rate_limit", {}, "rate_limited", False),
        ("error_in_200", {"status_code": 1024}, "provider_down", True),
        ("error_in_200", {"status_code": 1008}, "balance", False),
        ("error_in_200", {"status_code": 31337}, "malformed_response", True),
        ("http_500", {}, "provider_down", True),
        ("bad_hex", {}, "malformed_response", True),
        ("cut_stream", {}, "timeout_unknown_outcome", True),
        ("close_connection", {}, "timeout_unknown_outcome", True),
        ("voice_gone", {}, "voice_missing", False),
    ],
)
def test_every_fault_of_the_vendor_is_named_for_what_it_is(vendor, fault, fields, category, charged):
    vendor.order(fault, **fields)
    error = failure(vendor.speak)
    assert (error.category, error.possibly_charged) == (category, charged)
    if not charged:
        assert vendor.bill() == []


def test_a_clip_that_is_far_too_short_is_noticed_although_the_status_is_0(vendor):
    vendor.order("short_audio")
    text = "A sentence of which the vendor speaks only the very beginning."
    short = probe(vendor.speak(text).audio).duration_ms
    finding = plausible_duration(text, short)
    assert finding is not None
    assert finding.code == "audio_too_short"
    assert plausible_duration(text, probe(vendor.speak(text).audio).duration_ms) is None


def test_a_gateway_page_under_status_200_is_malformed(vendor):
    vendor.order("wrong_content_type")
    assert failure(vendor.speak).category == "malformed_response"


def test_damaged_hex_still_tells_what_the_vendor_billed(vendor):
    vendor.order("bad_hex")
    error = failure(vendor.speak)
    (line,) = vendor.bill()
    assert error.billed_characters == line["characters"] == len("Hello there.")
    assert error.trace_id == line["trace_id"]


@pytest.mark.parametrize(("fault", "lines"), [("timeout_after_charge", 1), ("timeout_before_charge", 0)])
def test_a_timeout_tells_the_same_whether_it_was_charged_or_not(vendor, fault, lines):
    vendor.order(fault, seconds=5)
    (asked,) = [next(MINIMAX.speech(vendor.account, speech("Hello there.")))]

    def impatient():
        yield type(asked)(**{name: getattr(asked, name) for name in asked.__slots__} | {"timeout": Timeouts(read=0.4)})

    error = failure(lambda: vendor.run(impatient()))
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)
    assert len(vendor.bill()) == lines


def test_a_wrong_path_reads_as_a_wrong_address(vendor):
    account = Account(provider="minimax", base_url=vendor.account.base_url + "/extra", key="k")
    error = failure(lambda: vendor.run(MINIMAX.speech(account, speech("Hi."))))
    assert (error.category, error.http_status, error.possibly_charged) == ("unsupported", 404, False)
