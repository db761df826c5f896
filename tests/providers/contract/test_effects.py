"""The colour of a voice is changed."""

from providers.types import SpeechSettings, VoiceEffects
from tests.providers.contract.hearing import heard
from tests.providers.contract.promises import for_each
from tests.providers.vendor import failure

OPERATION = "effects"
TEXT = "Hello there, who is speaking?"
EFFECTS = (("pitch", 40), ("intensity", -40), ("timbre", 40), ("sound", "robotic"))


@for_each(lambda capabilities: EFFECTS)
def test_each_effect_is_audible(customer, case):
    name, value = case
    settings = SpeechSettings(effects=VoiceEffects(**{name: value}))
    plain = customer.audio_of(customer.speak(TEXT))
    coloured = customer.audio_of(customer.speak(TEXT, settings=settings))
    heard(coloured, customer.capabilities.default_format, TEXT)
    assert coloured != plain


@for_each(lambda capabilities: (("pitch", 101), ("intensity", -101), ("timbre", 101), ("sound", "underwater")))
def test_an_effect_out_of_range_is_refused_by_its_name_before_anything_is_sent(customer, case):
    name, value = case
    error = failure(lambda: customer.speak(TEXT, settings=SpeechSettings(effects=VoiceEffects(**{name: value}))))
    assert error.field == f"settings.effects.{name}"
    assert customer.requests() == []
