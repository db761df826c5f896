"""A recording becomes a voice."""

import re
import secrets

from providers.errors import RefusedError
from providers.probe import probe
from tests.providers.contract.hearing import billed
from tests.providers.contract.promises import only_where
from tests.providers.vendor import failure

OPERATION = "clone"
PREVIEW = "Good day, 处理."


def caller_picks(capabilities):
    return capabilities.clone is not None and capabilities.clone.who_picks_id == "caller"


def has_preview(capabilities):
    return capabilities.clone is not None and capabilities.clone.preview_limit > 0


def test_a_clone_speaks_with_the_recording_it_was_given(customer):
    cloned = customer.clone()
    assert bool(cloned.trace_id) is customer.stage.traces("voice_clone")
    result = customer.speak(voice_id=cloned.voice_id)
    assert probe(customer.audio_of(result)).duration_ms > 100
    lines = [line for line in customer.bill() if line["operation"] == "t2a"]
    assert [line["voice_id"] for line in lines] == [cloned.voice_id]


def test_a_clone_has_a_legal_id(customer):
    wanted = customer.adapter.new_voice_id("Erzählerin Nr. 5", secrets.token_hex(4))
    cloned = customer.clone(voice_id=wanted)
    assert re.fullmatch(customer.capabilities.clone.voice_id_pattern, cloned.voice_id)
    if caller_picks(customer.capabilities):
        assert cloned.voice_id == wanted


@only_where(has_preview)
def test_a_preview_can_be_heard_and_is_billed_as_counted(customer):
    cloned = customer.clone(preview_text=PREVIEW, model=customer.preview_model)
    assert probe(customer.fetched(cloned.preview_url)).duration_ms > 100
    billed(customer, "clone_preview", PREVIEW, cloned.billed_characters)


@only_where(lambda capabilities: capabilities.retention.kind == "activation")
def test_a_preview_does_not_activate_and_the_first_use_does(customer):
    cloned = customer.clone(preview_text=PREVIEW, model=customer.preview_model)
    assert [line["operation"] for line in customer.bill()] == ["clone_preview"]
    customer.speak(voice_id=cloned.voice_id)
    customer.speak(voice_id=cloned.voice_id)
    fee = ["clone_fee"] if customer.stage.fees else []
    assert sorted(line["operation"] for line in customer.bill()) == [*fee, "clone_preview", "t2a", "t2a"]


@only_where(caller_picks)
def test_an_id_that_is_taken_is_a_duplicate_and_costs_nothing(customer):
    voice_id = customer.clone().voice_id
    error = failure(lambda: customer.clone(voice_id=voice_id))
    assert (error.category, error.possibly_charged) == ("voice_duplicate", False)


@only_where(caller_picks)
def test_an_illegal_id_is_refused_before_anything_is_sent(customer):
    error = failure(lambda: customer.clone(voice_id="9 lives"))
    assert (isinstance(error, RefusedError), error.field) == (True, "voice_id")
    assert customer.requests() == []


def test_a_recording_that_is_known_to_be_too_short_is_refused_before_anything_is_sent(customer):
    shortest = customer.capabilities.clone.min_ms
    error = failure(lambda: customer.clone(seconds=1, sample_duration_ms=shortest - 1))
    assert (isinstance(error, RefusedError), error.field) == (True, "sample")
    assert customer.requests() == []


@only_where(lambda capabilities: capabilities.clone is not None and capabilities.clone.min_ms > 2000)
def test_a_recording_that_turns_out_too_short_is_refused_by_the_provider(customer):
    error = failure(lambda: customer.clone(seconds=2))
    assert (error.field, error.possibly_charged) == ("sample", False)
    assert error.code is not None
    assert customer.bill() == []


def test_a_preview_that_is_too_long_is_refused_before_anything_is_sent(customer):
    text = "a" * (customer.capabilities.clone.preview_limit + 1)
    error = failure(lambda: customer.clone(preview_text=text, model=customer.capabilities.cheapest_model))
    assert (isinstance(error, RefusedError), error.field) == (True, "preview_text")
    assert customer.requests() == []
