"""Pronunciation rules are heard, and refused by name where they cannot be written."""

import pytest

from providers.errors import RefusedError
from providers.types import PronunciationRule, SpeechSettings
from tests.providers.contract.hearing import billed
from tests.providers.contract.promises import for_each
from tests.providers.vendor import failure

OPERATION = "dictionary"
RULES = {
    "respelling": (PronunciationRule("omg", "oh my god"), None),
    "pinyin": (PronunciationRule("处理", "chu4 li5", "pinyin"), None),
    "ipa": (PronunciationRule("resume", "rɪˈzjuːm", "ipa"), None),
    "kana": (PronunciationRule("二十日", "はつか", "kana"), None),
    "jyutping": (PronunciationRule("食", "zi6", "jyutping"), "Chinese,Yue"),
}


@for_each(lambda capabilities: sorted(capabilities.rule_kinds))
def test_every_declared_kind_of_rule_reaches_the_provider_and_the_written_text_is_billed(customer, case):
    rule, boost = RULES[case]
    text = f"Well, {rule.source} then."
    result = customer.speak(text, rules=(rule,), settings=SpeechSettings(language_boost=boost))
    (asked,) = customer.requests()
    assert customer.adapter.compile_rule(rule) in str(asked["body"])
    assert asked["phonemes"] != asked["phonemes_without_rules"]
    billed(customer, "t2a", text, result.billed_characters)


@for_each(lambda capabilities: sorted({*RULES, "morse"} - capabilities.rule_kinds))
def test_a_kind_that_is_not_declared_is_refused(customer, case):
    rule, _ = RULES.get(case, (PronunciationRule("a", "b", case), None))
    with pytest.raises(RefusedError):
        customer.adapter.compile_rule(rule)


@for_each(lambda capabilities: ("source", "replacement"))
def test_an_empty_rule_is_refused_by_its_place_before_anything_is_sent(customer, case):
    rule = PronunciationRule(**{"source": "a", "replacement": "b"} | {case: " "})
    error = failure(lambda: customer.speak("a", rules=(rule,)))
    assert error.field == f"rules[0].{case}"
    assert customer.requests() == []
