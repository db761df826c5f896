"""A second, short recording makes a clone sound more alike."""

import contextlib

from providers.errors import RefusedError
from providers.types import ClonePrompt
from tests.providers.vendor import failure, recording

OPERATION = "clone_prompt"


@contextlib.contextmanager
def handed(customer, seconds, duration_ms=None):
    with customer.stage.hand_over(recording(seconds)) as fields:
        yield ClonePrompt(fields["sample"], "What is said in it.", duration_ms, fields.get("sample_url"))


def test_a_clone_with_a_prompt_speaks(customer):
    with handed(customer, 5, 5000) as prompt:
        cloned = customer.clone(clone_prompt=prompt, **customer.stage.clone_extras)
    assert customer.audio_of(customer.speak(voice_id=cloned.voice_id))


def test_a_prompt_that_is_too_long_is_refused_by_the_provider_too(customer):
    with handed(customer, 9) as prompt:
        error = failure(lambda: customer.clone(clone_prompt=prompt))
    assert (error.field, error.possibly_charged) == ("clone_prompt", False)
    assert customer.bill() == []


def test_a_prompt_that_is_known_to_be_too_long_is_refused_before_anything_is_sent(customer):
    with handed(customer, 9, 9000) as prompt:
        error = failure(lambda: customer.clone(clone_prompt=prompt))
    assert (isinstance(error, RefusedError), error.field) == (True, "clone_prompt.audio")
    assert customer.requests() == []
