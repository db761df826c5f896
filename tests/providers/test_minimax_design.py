"""Voices made up from a description: what is asked for, and what is made of the answers."""

import pytest

from providers.errors import ProviderError, RefusedError
from providers.voice_design import DesignRequest
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, answer, converse, first_request

MADE = {"voice_id": "ttv-voice-20250607-abcd1234", "trial_audio": MP3.hex()}


def design(**fields):
    return MINIMAX.design(ACCOUNT, DesignRequest(**{"prompt": "A calm old man.", "preview_text": "Good day."} | fields))


def failure(*answers, **fields):
    with pytest.raises(ProviderError) as caught:
        converse(design(**fields), *answers)
    return caught.value


def test_a_description_becomes_a_voice_with_a_preview_in_hexadecimal():
    result, (asked,) = converse(design(), answer(MADE, headers={"Trace-Id": "t"}))
    assert asked.url.endswith("/v1/voice_design")
    assert asked.json == {"prompt": "A calm old man.", "preview_text": "Good day."}
    assert (result.voice_id, result.preview, result.container) == (MADE["voice_id"], MP3, "mp3")
    assert (result.findings, result.trace_id) == ((), "t")


def test_an_id_of_ones_own_and_a_watermark_are_sent_when_wanted():
    asked = first_request(design(voice_id="Narrator_a1b2", watermark=True, prompt="Old.\r\nCalm."))
    assert asked.json == {
        "prompt": "Old.\nCalm.", "preview_text": "Good day.", "voice_id": "Narrator_a1b2", "aigc_watermark": True,
    }  # fmt: skip


def test_a_design_is_never_repeatable():
    assert not first_request(design()).repeatable
    error = failure(answer(b"<html>", status=504))
    assert (error.category, error.possibly_charged) == ("timeout_unknown_outcome", True)


@pytest.mark.parametrize("audio", [None, "", "4", "zz", "00" * 50, "https://cdn.example/a.mp3"])
def test_a_preview_that_cannot_be_read_does_not_lose_the_voice(audio):
    result, _ = converse(design(), answer(MADE | {"trial_audio": audio}))
    assert (result.voice_id, result.preview) == (MADE["voice_id"], b"")
    assert [finding.code for finding in result.findings] == ["preview_unreadable"]


def test_an_answer_that_names_no_voice_is_the_voice_that_was_asked_for_or_malformed():
    nameless = answer(MADE | {"voice_id": ""})
    assert converse(design(voice_id="Narrator_a1b2"), nameless)[0].voice_id == "Narrator_a1b2"
    error = failure(nameless)
    assert (error.category, error.possibly_charged) == ("malformed_response", True)


def test_usage_is_told_when_the_answer_tells_it():
    assert converse(design(), answer(MADE))[0].billed_characters is None
    assert converse(design(), answer(MADE | {"extra_info": {"usage_characters": 9}}))[0].billed_characters == 9


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("prompt", {"prompt": " "}),
        ("preview_text", {"preview_text": ""}),
        ("preview_text", {"preview_text": "a" * 501}),
        ("voice_id", {"voice_id": "short"}),
        ("voice_id", {"voice_id": ""}),
    ],
)
def test_what_the_vendor_would_refuse_is_refused_before_sending(field, fields):
    with pytest.raises(RefusedError) as caught:
        next(design(**fields))
    assert caught.value.field == field


def test_the_longest_preview_is_let_through():
    MINIMAX.check_design(ACCOUNT, DesignRequest(prompt="Calm.", preview_text="a" * 500))
