"""docs/providers.md is what the adapters declare, and every provider can be understood and set up from its data."""

import pytest
from django.core.management import call_command

from accounts.provider_pages import OPERATIONS, priced_models
from providers.registry import ADAPTERS
from tests.architecture.source import document

EVERY = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda adapter: adapter.name)


def test_the_page_is_current(tmp_path):
    call_command("describe_providers", file=tmp_path / "providers.md")
    written = (tmp_path / "providers.md").read_text(encoding="utf-8")
    assert document("providers.md") == written, "Run `make schema` and look at what changed."


@EVERY
def test_no_operation_is_left_out_of_the_table(adapter):
    assert set(adapter.capabilities.operations) <= set(OPERATIONS)


@EVERY
def test_it_says_what_to_know_where_it_was_read_and_where_it_is(adapter):
    about = adapter.about
    assert about.title
    assert about.what.endswith(".")
    for sentences in (about.before_paying, about.traps):
        assert sentences
        assert all(sentence.endswith((".", ")")) for sentence in sentences)
    assert about.sources
    assert adapter.regions or about.address


@EVERY
def test_what_it_speaks_with_unasked_has_a_price_at_each_of_its_addresses(adapter):
    offered = adapter.capabilities
    usual = {offered.default_model, offered.cheapest_model}
    for price_list in {adapter.price_list, *(region.price_list for region in adapter.regions)}:
        assert priced_models(price_list, usual) == usual, price_list


@EVERY
def test_options_have_names_of_their_own_and_say_what_they_do(adapter):
    names = [option.name for option in adapter.options]
    assert len(names) == len(set(names))
    assert all(option.meaning and option.expected and option.default for option in adapter.options)


@EVERY
def test_where_it_is_a_reseller_its_voices_are_those_of_a_provider_that_is_known(adapter):
    assert not adapter.catalogue or ADAPTERS[adapter.catalogue].known_voices()
