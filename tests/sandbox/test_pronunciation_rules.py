import pytest

from providers.sandbox.pronounce import espeak_phonemes, read_rule, spans_of


def phonemes(customer, text, rules, **fields):
    customer.speak(text, pronunciation_dict={"tone": rules}, **fields)
    newest = customer.requests(operation="t2a", limit=1)[0]
    return newest["phonemes"], newest["phonemes_without_rules"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("请处理危险品", "处理/(chu4)(li4)"),
        ("please omg stop", "omg/oh my god"),
        ("I resume now", "resume/(rɪˈzjuːm)"),
        ("彪马和善杰", "善杰/(dan1)杰"),
        ("二十日に会う", "二十日/はつか"),
        ("please read 处理 now", "处理/(chu4)(li4)"),
    ],
)
def test_a_rule_is_audible(customer, text, rule):
    with_rule, without = phonemes(customer, text, [rule])
    assert with_rule != without


def test_pinyin_is_spoken_exactly_like_the_characters(customer):
    customer.speak("chu3 li3 wei1 xian3", language_boost="Chinese", voice="male-qn-qingse")
    with_rule, _ = phonemes(customer, "处理危险", ["处理/(chu3)(li3)", "危险/(wei1)(xian3)"])
    characters, _ = phonemes(customer, "处理危险", [])
    assert with_rule.replace(" ", "").replace("ˈ", "") == characters.replace(" ", "").replace("ˈ", "")


def test_a_respelling_is_spoken_like_its_text(customer):
    assert phonemes(customer, "omg", ["omg/oh my god"])[0] == phonemes(customer, "oh my god", [])[0]


def test_a_rule_for_a_word_that_is_not_there_changes_nothing(customer):
    with_rule, without = phonemes(customer, "Hello there", ["resume/(rɪˈzjuːm)"])
    assert with_rule == without


def test_cantonese_readings_are_spoken_when_the_boost_says_so(customer):
    with_rule, without = phonemes(customer, "今日係好日子", ["好/(hou3)"], language_boost="Chinese,Yue")
    assert with_rule != without


def test_an_inline_reading_is_spoken_and_not_read_aloud(customer):
    inline, _ = phonemes(customer, "重(zhong4)新开始", [])
    plain, _ = phonemes(customer, "重新开始", [])
    assert inline != plain
    assert "(en)" not in inline


def test_the_audio_itself_changes_with_a_rule(customer):
    short = customer.speak("please omg stop", pronunciation_dict={"tone": ["omg/oh"]})
    long = customer.speak("please omg stop", pronunciation_dict={"tone": ["omg/oh my goodness gracious me"]})
    assert len(long) > 1.3 * len(short)


def test_rules_apply_longest_first_to_whole_words_in_exact_case():
    rules = [read_rule("re/ray"), read_rule("resume/(rɪˈzjuːm)")]
    spans = [(span.kind, span.text) for span in spans_of("re resume Re presume", rules)]
    assert spans == [("plain", "ray"), ("plain", " "), ("ipa", "rɪˈzjuːm"), ("plain", " Re presume")]


def test_ipa_becomes_espeak_mnemonics():
    assert espeak_phonemes("rɪˈzjuːm") == "rI'zju:m"
    assert espeak_phonemes("θɪŋk tʃɜːtʃ") == "TINk tS3:tS"
