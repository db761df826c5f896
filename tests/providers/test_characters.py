"""Billed characters: every published pair of text and number, and the laws of counting."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.characters import billed_characters, is_han

MEASURED = [
    ("今天是不是很开心呀(laughs)，当然了！", 22, 34),
    ("今天是不是很开心呀，当然了！", 14, 26),
    ("欢迎使用DMXAPI", 10, 14),
    ("你好，我是管理员。这条消息是语音通话的测试。", 22, 41),
    ("流式测试。第一句。第二句稍微长一点点。", 19, 35),
    ("One code.<#0.45#>No app.<#0.45#>No sign-up.", 43, 43),
]


@pytest.mark.parametrize(("text", "code_points", "billed"), MEASURED)
def test_every_measured_text_counts_as_it_was_billed(text, code_points, billed):
    assert billed_characters(text) == billed
    assert billed_characters(text, "code_points") == len(text) == code_points


@pytest.mark.parametrize(("code_points", "han", "billed"), [(163, 0, 163), (158, 0, 158), (52, 49, 101)])
def test_official_samples_whose_text_is_only_known_by_its_counts(code_points, han, billed):
    assert billed_characters("国" * han + "," * (code_points - han)) == billed


@pytest.mark.parametrize("tag", ["<#0.45#>", "(laughs)", "<#12.5#>", "(lip-smacking)"])
def test_pauses_and_tags_are_billed_character_by_character(tag):
    assert billed_characters(f"a{tag}b") == 2 + len(tag)


@pytest.mark.parametrize(
    "character", [*"，。！？（）「」《》、：；～　", "ー", "あ", "ア", "한", "é", "Ω", " ", "\n", "1", "１"]
)
def test_full_width_marks_kana_hangul_and_letters_count_one(character):
    assert billed_characters(character) == 1


@pytest.mark.parametrize("character", ["一", "龥", "㐀", "豈", "\U00020000", "\U0002a700", "\U00030000"])
def test_ideographs_of_every_block_count_two(character):
    assert is_han(character)
    assert billed_characters(character) == 2


def test_a_joined_emoji_counts_each_of_its_code_points():
    assert billed_characters("👩‍👩‍👧") == 5


def test_nothing_is_trimmed_or_normalised():
    assert billed_characters("  e\u0301 \r\n") == 7


@given(st.text(), st.text())
def test_counting_is_additive(left, right):
    assert billed_characters(left + right) == billed_characters(left) + billed_characters(right)


@given(st.text())
def test_the_bill_is_code_points_plus_one_for_each_han_character(text):
    assert billed_characters(text) == len(text) + sum(map(is_han, text))


@given(st.characters())
def test_han_is_what_unicode_names_an_ideograph(character):
    name = unicodedata.name(character, "")
    if name:
        assert is_han(character) == name.startswith(("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH"))
