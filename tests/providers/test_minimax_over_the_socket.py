"""What only MiniMax does, against the emulator over real sockets, through both drivers."""

import pytest

from providers.fetch import FetchPolicy, fetch
from providers.probe import probe
from providers.types import (
    Account,
    ClonePrompt,
    CloneRequest,
    PronunciationRule,
    SpeechSettings,
    VoiceEffects,
)
from tests.providers.conversation import MINIMAX
from tests.providers.vendor import Vendor, failure, recording, speech


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


def test_a_prompt_that_is_too_long_is_refused_by_the_vendor_too(vendor):
    error = failure(lambda: vendor.clone(clone_prompt=ClonePrompt(recording(9), "What is said in it.")))
    assert (error.code, error.field, error.possibly_charged) == ("2048", "clone_prompt", False)


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


def test_damaged_hex_still_tells_what_the_vendor_billed(vendor):
    vendor.order("bad_hex")
    error = failure(vendor.speak)
    (line,) = vendor.bill()
    assert error.billed_characters == line["characters"] == len("Hello there.")
    assert error.trace_id == line["trace_id"]


def test_a_wrong_path_reads_as_a_wrong_address(vendor):
    account = Account(provider="minimax", base_url=vendor.account.base_url + "/extra", key="k")
    error = failure(lambda: vendor.run(MINIMAX.speech(account, speech("Hi."))))
    assert (error.category, error.http_status, error.possibly_charged) == ("unsupported", 404, False)
