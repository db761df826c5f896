"""Every provider can be added on the pages of the admin, which say what each takes."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import ProviderAccount
from providers.registry import ADAPTERS
from tests.cast import make_account

EVERY = pytest.mark.parametrize("provider", ADAPTERS)
ADD = "admin:accounts_provideraccount_add"


@EVERY
def test_it_can_be_chosen_and_added(cast, browse, sandbox, provider):
    client, adapter = browse(cast.owner), ADAPTERS[provider]
    page = client.get(reverse(ADD)).content.decode()
    assert f"({provider})</option>" in page
    assert all(region.base_url in page for region in adapter.regions)
    new = {
        "team": cast.team.id,
        "name": "New",
        "slug": "new",
        "provider": provider,
        "base_url": f"{settings.SANDBOX_URL}/{provider}",
        "key": "sk-some-key",
        "options": "{}",
    }
    answer = client.post(reverse(ADD), new)
    assert answer.status_code == 302, answer.context["form"].errors
    made = ProviderAccount.objects.get(slug="new")
    assert (made.provider, made.price_list) == (provider, adapter.price_list)


@EVERY
def test_the_form_of_a_change_explains_its_own_options_only(cast, browse, provider):
    account = make_account(cast.team, slug="other", is_default=False, provider=provider)
    page = browse(cast.owner).get(reverse("admin:accounts_provideraccount_edit", args=[account.pk])).content.decode()
    every = {option.name for adapter in ADAPTERS.values() for option in adapter.options}
    own = {option.name for option in ADAPTERS[provider].options}
    assert {name for name in every if f"<code>{name}</code>" in page} == own


def test_an_option_of_another_provider_is_refused_by_its_name(cast, browse, sandbox):
    new = {"team": cast.team.id, "name": "N", "slug": "n", "provider": "kokoro", "key": "sk-some-key"}
    new |= {"base_url": f"{settings.SANDBOX_URL}/openai/kokoro", "options": '{"group_id": "7"}'}
    answer = browse(cast.owner).post(reverse(ADD), new)
    assert "Options of kokoro: failures_may_charge" in answer.content.decode()
