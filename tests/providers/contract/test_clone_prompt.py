"""A second, short recording makes a clone sound more alike."""

from providers.errors import RefusedError
from providers.types import ClonePrompt
from tests.providers.vendor import failure, recording

OPERATION = "clone_prompt"


def test_a_clone_with_a_prompt_speaks(customer):
    prompt = ClonePrompt(recording(5), "What is said in it.", 5000)
    cloned = customer.clone(clone_prompt=prompt, watermark=True)
    assert customer.audio_of(customer.speak(voice_id=cloned.voice_id))


def test_a_prompt_that_is_too_long_is_refused_by_the_provider_too(customer):
    error = failure(lambda: customer.clone(clone_prompt=ClonePrompt(recording(9), "What is said in it.")))
    assert (error.field, error.possibly_charged) == ("clone_prompt", False)
    assert customer.bill() == []


def test_a_prompt_that_is_known_to_be_too_long_is_refused_before_anything_is_sent(customer):
    error = failure(lambda: customer.clone(clone_prompt=ClonePrompt(recording(9), "What is said in it.", 9000)))
    assert (isinstance(error, RefusedError), error.field) == (True, "clone_prompt.audio")
    assert customer.requests() == []
