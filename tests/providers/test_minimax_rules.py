"""Pronunciation rules as MiniMax writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import RefusedError
from providers.types import PronunciationRule
from tests.providers.conversation import MINIMAX


@pytest.mark.parametrize(
    ("source", "replacement", "kind", "written"),
    [
        ("处理", "chu3 li3", "pinyin", "处理/(chu3)(li3)"),
        ("处理", "chu3li3", "pinyin", "处理/(chu3)(li3)"),
        ("处理", "(chu3)(li3)", "pinyin", "处理/(chu3)(li3)"),
        ("处理", " CHU3  li3 ", "pinyin", "处理/(chu3)(li3)"),
        ("正山杰", "zheng4 shan1 杰", "pinyin", "正山杰/(zheng4)(shan1)杰"),
        ("正山杰", "(zheng4)(shan1)杰", "pinyin", "正山杰/(zheng4)(shan1)杰"),
        ("吗", "ma5", "pinyin", "吗/(ma5)"),
        ("女", "nv3", "pinyin", "女/(nü3)"),
        ("女", "nu:3", "pinyin", "女/(nü3)"),
        ("你好", "nei5 hou2", "jyutping", "你好/(nei5)(hou2)"),
        ("食", "sik6", "jyutping", "食/(sik6)"),
        ("resume", "rɪˈzjuːm", "ipa", "resume/(rɪˈzjuːm)"),
        ("resume", "/rɪˈzjuːm/", "ipa", "resume/(rɪˈzjuːm)"),
        ("resume", "(rɪˈzjuːm)", "ipa", "resume/(rɪˈzjuːm)"),
        ("二十日", "はつか", "kana", "二十日/はつか"),
        ("二十日", "hatsuka", "kana", "二十日/hatsuka"),
        ("コーヒー", "コーヒー", "kana", "コーヒー/コーヒー"),
        ("omg", "oh my god", "respelling", "omg/oh my god"),
        (" C++ ", "see plus plus", "respelling", " C++ /see plus plus"),
    ],
)
def test_each_kind_has_its_notation(source, replacement, kind, written):
    assert MINIMAX.compile_rule(PronunciationRule(source, replacement, kind)) == written


@pytest.mark.parametrize(
    ("source", "replacement", "kind", "field"),
    [
        ("", "x", "respelling", "source"),
        ("  ", "x", "respelling", "source"),
        ("a/b", "x", "respelling", "source"),
        ("a\nb", "x", "respelling", "source"),
        ("a/b", "rɪ", "ipa", "source"),
        ("a", "", "respelling", "replacement"),
        ("a", "x/y", "respelling", "replacement"),
        ("a", "x\ty", "respelling", "replacement"),
        ("a", "x (y)", "respelling", "replacement"),
        ("处理", "chu li", "pinyin", "replacement"),
        ("处理", "chu3 li", "pinyin", "replacement"),
        ("处理", "chu3 li6", "pinyin", "replacement"),
        ("处理", "chu3 li0", "pinyin", "replacement"),
        ("处理", "处理", "pinyin", "replacement"),
        ("处理", "3", "pinyin", "replacement"),
        ("处理", "()", "pinyin", "replacement"),
        ("你好", "nei7", "jyutping", "replacement"),
        ("你好", "nei5 好", "jyutping", "replacement"),
        ("a", "()", "ipa", "replacement"),
        ("a", "//", "ipa", "replacement"),
        ("a", "b(c)d", "ipa", "replacement"),
        ("a", "b/c", "ipa", "replacement"),
        ("二十日", "二十日", "kana", "replacement"),
        ("二十日", "はつか1", "kana", "replacement"),
        ("a", "b", "ssml", "kind"),
    ],
)
def test_what_the_vendor_would_call_a_glyph_format_error_is_refused_by_field(source, replacement, kind, field):
    with pytest.raises(RefusedError) as caught:
        MINIMAX.compile_rule(PronunciationRule(source, replacement, kind))
    assert caught.value.field == field


@given(st.text(), st.text(), st.sampled_from(["respelling", "pinyin", "ipa", "kana", "jyutping"]))
def test_a_compiled_rule_has_one_slash_and_one_line(source, replacement, kind):
    try:
        written = MINIMAX.compile_rule(PronunciationRule(source, replacement, kind))
    except RefusedError:
        return
    assert written.count("/") == 1
    assert written.isprintable() or "\n" not in written
    assert written.split("/")[0] == source
