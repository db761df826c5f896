"""Provider accounts of a region, made, moved and checked on the pages of the admin."""

import pytest
from django.urls import reverse

from accounts.models import Event, ProviderAccount
from providers.sandbox.server import SandboxServer
from tests.cast import make_account

KEY = "sk-api-of-the-mainland"


@pytest.fixture
def regions(settings):
    """Two regions; only one knows the key."""
    with SandboxServer(keys=["sk-api-another"]) as abroad, SandboxServer(keys=[KEY]) as home:
        addresses = {"global": f"{abroad.base_url}/minimax", "mainland": f"{home.base_url}/minimax"}
        settings.PROVIDER_REGIONS = {"minimax": addresses}
        settings.FETCH_ALLOWED_HOSTS = frozenset(url.split("/")[2] for url in addresses.values())
        yield addresses


def url(name, *args):
    return reverse(f"admin:accounts_provideraccount_{name}", args=args)


def form(**fields):
    return {"name": "Second", "key": "", "options": "{}", "region": "", "base_url": ""} | fields


def test_a_region_is_chosen_from_a_list(cast, browse, regions):
    client = browse(cast.owner)
    shown = client.get(url("add")).content.decode()
    assert all(address in shown for address in regions.values())
    new = form(team=cast.team.id, slug="second", provider="minimax", region="minimax/mainland", key=KEY)
    client.post(url("add"), new)
    made = ProviderAccount.objects.get(slug="second")
    assert (made.base_url, made.price_list) == (regions["mainland"], "minimax-mainland")
    assert "Mainland China" in client.get(url("change", made.pk)).content.decode()


def test_an_account_moves_between_a_region_and_an_address_of_its_own(cast, browse, regions):
    account = make_account(cast.team, slug="a", is_default=False, key=KEY, base_url=regions["global"])
    client, edit = browse(cast.owner), url("edit", account.pk)
    own = "https://93.184.216.34"
    for fields, address in (
        ({"base_url": own}, own),
        # The address of before still stands in its field.
        ({"region": "mainland", "base_url": own}, regions["mainland"]),
        ({"region": "global"}, regions["global"]),
    ):
        account.refresh_from_db()
        posted = form(name="A", key=KEY, price_list=account.price_list, **fields)
        answer = client.post(edit, posted)
        assert answer.status_code == 302, answer.context["form"].errors
        account.refresh_from_db()
        assert account.base_url == address


def test_no_region_and_no_address_is_no_place_to_be(cast, browse, regions):
    account = make_account(cast.team, slug="a", is_default=False, key=KEY, base_url=regions["global"])
    answer = browse(cast.owner).post(url("edit", account.pk), form(name="A", price_list=account.price_list))
    assert answer.context["form"].errors["base_url"]
    account.refresh_from_db()
    assert account.base_url == regions["global"]


def test_the_other_regions_are_asked_only_where_the_box_is_ticked(cast, browse, regions):
    account = make_account(cast.team, slug="a", is_default=False, key=KEY, base_url=regions["global"])
    client = browse(cast.owner)
    assert 'name="other_regions"' in client.get(url("check_key", account.pk)).content.decode()
    client.post(url("check_key", account.pk), {})
    assert not Event.objects.filter(kind="provider_account.regions_asked").exists()
    answer = client.post(url("check_key", account.pk), {"other_regions": "on"}, follow=True)
    assert any(regions["mainland"] in str(message) for message in answer.context["messages"])


@pytest.mark.parametrize("price_list", ["wavespeed", "a-list-without-prices"])
def test_the_price_list_of_any_provider_is_offered_and_kept(cast, browse, regions, price_list):
    account = make_account(cast.team, slug="a", is_default=False, base_url=regions["global"], price_list=price_list)
    client = browse(cast.owner)
    assert "novita (USD)" in client.get(url("add")).content.decode()
    client.post(url("edit", account.pk), form(name="Renamed", price_list=price_list, region="global"))
    account.refresh_from_db()
    assert (account.name, account.price_list) == ("Renamed", price_list)


def test_a_region_of_another_provider_is_no_place_for_an_account(cast, browse):
    new = form(team=cast.team.id, slug="second", provider="minimax", region="wavespeed/global", key=KEY)
    answer = browse(cast.owner).post(url("add"), new)
    assert answer.context["form"].errors["region"]
    assert not ProviderAccount.objects.filter(slug="second").exists()
