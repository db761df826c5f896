"""How a text becomes segments, and what cannot be spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import InvalidInputError
from synthesis.planning import applied, plan_segments


@given(st.text())
def test_a_planned_text_is_spoken_whole_or_refused(text):
    spoken = applied(text)
    try:
        segments = plan_segments(spoken, limit=50)
    except InvalidInputError:
        return
    assert "".join(segment.text for segment in segments) == spoken
    assert "\r" not in spoken


def test_a_text_of_exactly_the_limit_fits():
    assert plan_segments("a" * 50, limit=50)[0].text == "a" * 50
    with pytest.raises(InvalidInputError) as refused:
        plan_segments("a" * 51, limit=50)
    assert (refused.value.code, refused.value.data) == ("text_too_long", {"characters": 51, "limit": 50})


@pytest.mark.parametrize("text", ["<#1.5#>", "…", "<#2#> !", "\u3000\u3000"])
def test_pauses_and_marks_alone_are_not_spoken(text):
    with pytest.raises(InvalidInputError):
        plan_segments(text, limit=50)
