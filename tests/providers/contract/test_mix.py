"""Voices are mixed."""

from providers.types import MixWeight
from tests.providers.contract.hearing import heard
from tests.providers.vendor import failure

OPERATION = "mix"
TEXT = "Two voices at once."


def mix(customer, *weights):
    voices = (customer.stage.voice_id, customer.stage.other_voice_id)
    return tuple(MixWeight(voice_id, weight) for voice_id, weight in zip(voices, weights, strict=True))


def test_a_mix_sounds_like_neither_voice(customer):
    shape = customer.capabilities.default_format
    mixed = customer.audio_of(customer.speak(TEXT, voice_id="", mix=mix(customer, 30, 70)))
    heard(mixed, shape, TEXT)
    alone = [
        customer.audio_of(customer.speak(TEXT, voice_id=voice_id))
        for voice_id in (customer.stage.voice_id, customer.stage.other_voice_id)
    ]
    assert mixed not in alone


def test_a_weight_out_of_range_is_refused_before_anything_is_sent(customer):
    error = failure(lambda: customer.speak(TEXT, voice_id="", mix=mix(customer, 0, 70)))
    assert error.field == "mix[0].weight"
    assert customer.requests() == []


def test_a_mix_and_a_voice_exclude_each_other(customer):
    assert failure(lambda: customer.speak(TEXT, mix=mix(customer, 1, 2))).field == "mix"
    assert customer.requests() == []
