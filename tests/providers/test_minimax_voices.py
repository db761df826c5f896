"""Listing and deleting voices at MiniMax, and checking an account by a free call."""

import pytest

from providers.errors import Category, ProviderError, RefusedError
from tests.providers.conversation import ACCOUNT, MINIMAX, answer, converse


def listed(**lists):
    return converse(MINIMAX.list_voices(ACCOUNT), answer(lists))[0]


def deleted(response, kind="cloned"):
    return converse(MINIMAX.delete_voice(ACCOUNT, "Narrator_a1b2", kind), response)


def test_listing_is_a_post_for_all_kinds():
    _, (asked,) = converse(MINIMAX.list_voices(ACCOUNT), answer())
    assert (asked.method, asked.json) == ("POST", {"voice_type": "all"})
    assert asked.url.endswith("/v1/get_voice")


def test_the_three_lists_become_three_kinds():
    voices = listed(
        system_voice=[{"voice_id": "S", "voice_name": "Sue", "description": ["warm"], "created_time": "1970-01-01"}],
        voice_cloning=[{"voice_id": "C", "description": [], "created_time": "2025-08-20"}],
        voice_generation=[{"voice_id": "G", "description": None, "created_time": ""}],
    )
    assert [(voice.voice_id, voice.kind, voice.name, voice.description, voice.created) for voice in voices] == [
        ("S", "system", "Sue", ("warm",), None),
        ("C", "cloned", "", (), "2025-08-20"),
        ("G", "designed", "", (), None),
    ]


def test_lists_may_be_null_or_missing():
    assert listed(system_voice=None, voice_cloning=None) == []
    assert listed() == []


@pytest.mark.parametrize("voice_id", ["Santa_Claus ", "Cantonese_ProfessionalHost（F)", "French_Female_News Anchor"])
def test_ids_are_kept_byte_for_byte(voice_id):
    assert listed(system_voice=[{"voice_id": voice_id}])[0].voice_id == voice_id


def test_entries_without_an_id_are_no_voices():
    assert listed(voice_cloning=[None, {}, {"voice_id": None}, {"voice_id": ""}, "x", {"voice_id": "C"}]) == listed(
        voice_cloning=[{"voice_id": "C"}]
    )


def test_one_malformed_list_does_not_hide_the_others():
    assert [voice.voice_id for voice in listed(system_voice={"a": 1}, voice_cloning=[{"voice_id": "C"}])] == ["C"]


@pytest.mark.parametrize(("kind", "voice_type"), [("cloned", "voice_cloning"), ("designed", "voice_generation")])
def test_deleting_names_the_kind_as_the_vendor_does(kind, voice_type):
    result, (asked,) = deleted(answer(voice_id="Narrator_a1b2", created_time="1728962464"), kind)
    assert asked.json == {"voice_type": voice_type, "voice_id": "Narrator_a1b2"}
    assert result.existed


@pytest.mark.parametrize(
    ("code", "message"),
    [(2013, "invalid params, voice_id does not exist"), (2054, "voice id not exist")],
)
def test_a_voice_that_does_not_exist_is_gone_already(code, message):
    missing = answer({"voice_id": "", "description": None, "created_time": ""}, code=code, message=message)
    assert not deleted(missing)[0].existed


@pytest.mark.parametrize(
    ("code", "category"), [(1004, "auth"), (2049, "auth"), (2013, "invalid_input"), (1002, "rate_limited")]
)
def test_a_refusal_is_never_taken_for_a_voice_that_is_gone(code, category):
    with pytest.raises(ProviderError) as caught:
        deleted(answer(code=code, message="invalid params, voice_type"))
    assert caught.value.category == category


def test_404_plain_text_is_never_taken_for_a_voice_that_is_gone():
    with pytest.raises(ProviderError) as caught:
        deleted(answer(b"404 page not found", status=404))
    assert caught.value.category == "unsupported"


def test_an_ambiguous_20132_is_never_taken_for_a_voice_that_is_gone():
    with pytest.raises(ProviderError):
        deleted(answer(code=20132))


def test_system_voices_are_not_deleted():
    with pytest.raises(RefusedError):
        next(MINIMAX.delete_voice(ACCOUNT, "English_Graceful_Lady", "system"))


def checked(*answers):
    return converse(MINIMAX.check_account(ACCOUNT), *answers)[0]


def test_a_good_key_is_found_by_listing_system_voices():
    assert checked(answer(system_voice=[{"voice_id": "S"}])).ok


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        (1004, "login fail: Please carry the API secret key", "another region"),
        (2049, "invalid api key", "another region"),
        (1004, "token not match group", "group id"),
        (1008, "insufficient balance", "insufficient balance"),
    ],
)
def test_a_refused_account_says_what_to_look_at(code, message, hint):
    check = checked(answer(code=code, message=message, headers={"Trace-Id": "t"}))
    assert not check.ok
    assert hint in check.finding
    assert (check.code, check.trace_id) == (str(code), "t")


def test_a_wrong_address_is_found():
    check = checked(answer(b"404 page not found", status=404))
    assert not check.ok
    assert "404" in check.finding


def test_a_connection_that_fails_is_a_finding_too():
    operation = MINIMAX.check_account(ACCOUNT)
    next(operation)
    with pytest.raises(StopIteration) as done:
        operation.throw(ProviderError("no connection", category=Category.PROVIDER_DOWN))
    assert (done.value.value.ok, done.value.value.finding) == (False, "no connection")
