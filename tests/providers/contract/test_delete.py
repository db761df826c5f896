"""A voice is removed for good."""

from tests.providers.contract.promises import only_where
from tests.providers.vendor import failure

OPERATION = "delete"


def delete(customer, voice_id, kind=None):
    operation = customer.adapter.delete_voice(customer.account, voice_id, kind or customer.stage.clone_kind)
    return customer.run(operation)


def test_a_voice_that_does_not_exist_is_gone_already(customer):
    assert delete(customer, "Nobody_1a2b3c").existed is False


@only_where(lambda capabilities: "clone" in capabilities.operations)
def test_a_deleted_voice_is_gone_for_good_and_deleting_it_again_is_no_error(customer):
    voice_id = customer.clone().voice_id
    customer.speak(voice_id=voice_id)
    assert [delete(customer, voice_id).existed for _ in range(2)] == [True, False]
    missing = failure(lambda: customer.speak(voice_id=voice_id))
    assert (missing.category, missing.gone, missing.possibly_charged) == ("voice_missing", True, False)
    assert voice_id not in customer.voices(customer.stage.clone_kind)


@only_where(lambda capabilities: "design" in capabilities.operations)
def test_a_designed_voice_is_deleted_as_what_it_is(customer):
    from_description = customer.design()
    customer.speak(voice_id=from_description.voice_id)
    assert delete(customer, from_description.voice_id, "designed").existed


def test_a_refusal_is_never_taken_for_a_voice_that_is_gone(customer):
    refusal = customer.stage.refusal
    customer.order(refusal.fault, "delete", **refusal.fields)
    assert failure(lambda: delete(customer, "Nobody_1a2b3c")).category == refusal.category


def test_the_providers_own_voices_are_not_deleted(customer):
    error = failure(lambda: delete(customer, customer.stage.voice_id, "system"))
    assert error.field == "kind"
    assert customer.requests() == []
