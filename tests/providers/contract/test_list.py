"""Voices are listed, for free."""

from tests.providers.contract.promises import only_where
from tests.providers.vendor import failure

OPERATION = "list"


def test_the_providers_own_voices_are_listed_and_every_sampled_one_speaks(customer):
    listed = customer.voices(customer.stage.own_kind)
    assert customer.stage.voice_id in listed
    assert customer.stage.other_voice_id in listed
    assert len(listed) == len(set(listed))
    odd = sorted(listed, key=lambda voice_id: voice_id.replace("_", "").isalnum())[:5]
    for voice_id in odd:
        assert customer.audio_of(customer.speak("Hi.", voice_id=voice_id))


def test_listing_and_checking_an_account_are_free(customer):
    customer.voices("system")
    assert customer.run(customer.adapter.check_account(customer.account)).ok
    assert customer.bill() == []


def test_an_account_that_is_refused_says_so_and_is_no_error(customer):
    refusal = customer.stage.refusal
    customer.order(refusal.fault, "list", **refusal.fields)
    check = customer.run(customer.adapter.check_account(customer.account))
    assert (check.ok, check.code) == (False, refusal.code)
    assert check.finding


@only_where(lambda capabilities: "clone" in capabilities.operations)
def test_a_clone_is_listed_once_it_was_used(customer):
    voice_id = customer.clone().voice_id
    customer.speak(voice_id=voice_id)
    assert voice_id in customer.voices(customer.stage.clone_kind)


@only_where(lambda capabilities: "clone" in capabilities.operations)
def test_another_accounts_clone_is_not_ours(customer, stranger):
    voice_id = customer.clone().voice_id
    error = failure(lambda: stranger.speak(voice_id=voice_id))
    assert (error.category in ("permission", "voice_missing"), error.possibly_charged) == (True, False)
    assert stranger.bill() == []
