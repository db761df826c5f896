"""Which rules may be written, and which of them a text needs."""

from dataclasses import dataclass

import pytest

from voicelib.errors import RuleRefusedError
from voicelib.pronunciation import checked_rule, rules_for


@dataclass
class Version:
    rules: list


def rule(source, replacement="x", kind="respelling"):
    return {"source": source, "replacement": replacement, "kind": kind}


@pytest.mark.parametrize(
    ("source", "replacement", "kind"),
    [
        ("SQL", "sequel", "respelling"),
        ("处理", "chu3 li3", "pinyin"),
        ("处理", "(chu3)(li3)", "pinyin"),
        ("了", "le5", "pinyin"),
        ("郑杉杰", "zheng4 shan1 杰", "pinyin"),
        ("女", "nü3", "pinyin"),
        ("香港", "hoeng1 gong2", "jyutping"),
        ("resume", "rɪˈzjuːm", "ipa"),
        ("二十日", "はつか", "kana"),
        ("二十日", "hatsuka", "kana"),
    ],
)
def test_a_rule_in_its_notation_is_taken(source, replacement, kind):
    made = checked_rule(f" {source} ", replacement, kind)
    assert (made.source, made.kind) == (source, kind)


@pytest.mark.parametrize(
    ("source", "replacement", "kind", "field"),
    [
        ("", "x", "respelling", "source"),
        ("x", "  ", "respelling", "replacement"),
        ("x" * 201, "x", "respelling", "source"),
        ("a\nb", "x", "respelling", "source"),
        ("x", "y", "song", "kind"),
        ("处理", "chu li", "pinyin", "replacement"),
        ("处理", "chu3 li6", "pinyin", "replacement"),
        ("处理", "处理", "pinyin", "replacement"),
        ("香港", "hoeng7 gong2", "jyutping", "replacement"),
        ("香港", "香港", "jyutping", "replacement"),
        ("resume", "处理", "ipa", "replacement"),
        ("resume", "123", "ipa", "replacement"),
        ("二十日", "二十日", "kana", "replacement"),
    ],
)
def test_a_rule_not_in_its_notation_is_refused_by_field(source, replacement, kind, field):
    with pytest.raises(RuleRefusedError) as refusal:
        checked_rule(source, replacement, kind)
    assert refusal.value.field == field


def test_only_rules_whose_source_occurs_are_used():
    used = rules_for("a SQL report", [Version([rule("SQL"), rule("XML")])])
    assert [made.source for made in used] == ["SQL"]


def test_upper_and_lower_case_differ():
    assert rules_for("a sql report", [Version([rule("SQL")])]) == ()


def test_the_longest_source_comes_first():
    used = rules_for("处理器", [Version([rule("处"), rule("处理器"), rule("处理")])])
    assert [made.source for made in used] == ["处理器", "处理", "处"]


def test_an_earlier_dictionary_wins():
    used = rules_for("SQL", [Version([rule("SQL", "sequel")]), Version([rule("SQL", "squeal")])])
    assert [made.replacement for made in used] == ["sequel"]


def test_the_same_rules_make_the_same_request_in_whatever_order_they_were_written():
    rules = [rule("ab"), rule("cd"), rule("abcd")]
    assert rules_for("abcd", [Version(rules)]) == rules_for("abcd", [Version(rules[::-1])])
