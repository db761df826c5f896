"""Regions: accounts made by name, the price list that follows, and keys told from keys of another region.

Two sandboxes that know different keys stand in for MiniMax's two markets.
"""

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts import keyring
from accounts.models import Event, ProviderAccount
from config.env import Env
from providers.minimax.regions import REGIONS
from providers.sandbox.server import SandboxServer
from tests.cast import make_account
from tests.providers.loopback import Loopback, http

ACCOUNTS = "/api/v1/provider-accounts"
ABROAD, AT_HOME = "sk-api-of-the-global-market", "sk-api-of-the-mainland"
# A public address, so that no name has to be resolved.
PUBLIC = "https://93.184.216.34"


@pytest.fixture(scope="module")
def markets():
    """Two hosts of one vendor that do not know each other's keys."""
    with SandboxServer(keys=[ABROAD]) as abroad, SandboxServer(keys=[AT_HOME]) as home:
        yield abroad, home


@pytest.fixture
def regions(settings, markets):
    """The setting that lets the sandboxes stand in for regions."""
    abroad, home = (f"{server.base_url}/minimax" for server in markets)
    stand_at(settings, **{"global": abroad, "mainland": home})
    return {"global": abroad, "mainland": home}


def stand_at(settings, **addresses):
    settings.PROVIDER_REGIONS = {"minimax": addresses}
    settings.FETCH_ALLOWED_HOSTS = frozenset(url.split("/")[2] for url in addresses.values())


def wish(**fields):
    return {"slug": "second", "name": "Second", "provider": "minimax", "key": ABROAD} | fields


def asked(server):
    """How many requests a sandbox saw, whatever their key."""
    with httpx.Client(trust_env=False) as client:
        url = f"{server.base_url}/_sandbox/requests"
        return len(client.get(url, params={"limit": 500}).raise_for_status().json()["requests"])


def check(cast, account, **body):
    return cast.api("owner").post(f"{ACCOUNTS}/{account.slug}/check", body).json()


def test_the_official_table_holds_every_host_with_its_market():
    hosts = {region.name: (region.base_url, region.currency, region.price_list) for region in REGIONS}
    assert hosts == {
        "global": ("https://api.minimax.io", "USD", "minimax-global"),
        "global_uw": ("https://api-uw.minimax.io", "USD", "minimax-global"),
        "mainland": ("https://api.minimaxi.com", "CNY", "minimax-mainland"),
        "mainland_cn": ("https://api.minimax.cn", "CNY", "minimax-mainland"),
        "mainland_bj": ("https://api-bj.minimaxi.com", "CNY", "minimax-mainland"),
    }


def test_regions_are_listed_for_whoever_makes_an_account(cast):
    rows = cast.api("viewer").get("/api/v1/regions").json()["results"]
    of_minimax = {row["name"]: row["base_url"] for row in rows if row["provider"] == "minimax"}
    assert of_minimax == {region.name: region.base_url for region in REGIONS}


@pytest.mark.parametrize(("region", "price_list"), [("global", "minimax-global"), ("mainland", "minimax-mainland")])
def test_an_account_is_made_by_region_with_its_price_list(cast, regions, region, price_list):
    made = cast.api("owner").post(ACCOUNTS, wish(region=region))
    assert made.status_code == 201, made.content
    assert (made.json()["base_url"], made.json()["region"], made.json()["price_list"]) == (
        regions[region],
        region,
        price_list,
    )


def test_an_address_of_its_own_has_no_region(cast):
    made = cast.api("owner").post(ACCOUNTS, wish(base_url=PUBLIC)).json()
    assert (made["region"], made["price_list"]) == (None, "minimax-global")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"region": "moon"}, "region_unknown", "region"),
        # The setting names two regions: the others do not exist here.
        ({"region": "mainland_bj"}, "region_unknown", "region"),
        ({"region": "global", "base_url": PUBLIC}, "invalid_input", "base_url"),
        ({}, "invalid_input", "base_url"),
    ],
)
def test_a_region_or_an_address_is_named_and_not_both(cast, regions, fields, code, field):
    answer = cast.api("owner").post(ACCOUNTS, wish(**fields))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, code, field)


def test_moving_to_another_region_needs_the_key_and_takes_the_price_list_along(cast, regions):
    account = make_account(cast.team, slug="moving", is_default=False, key=ABROAD, base_url=regions["global"])
    path = f"{ACCOUNTS}/moving"
    refused = cast.api("owner").patch(path, {"region": "mainland"})
    assert refused.json()["code"] == "key_required_anew"
    moved = cast.api("owner").patch(path, {"region": "mainland", "key": AT_HOME}).json()
    assert (moved["base_url"], moved["price_list"]) == (regions["mainland"], "minimax-mainland")
    account.refresh_from_db()
    assert keyring.decrypt(account.key_encrypted) == AT_HOME


def test_a_price_list_of_ones_own_choice_stays_when_the_region_changes(cast, regions):
    fields = {"base_url": regions["global"], "price_list": "agreed"}
    make_account(cast.team, slug="moving", is_default=False, key=ABROAD, **fields)
    moved = cast.api("owner").patch(f"{ACCOUNTS}/moving", {"region": "mainland", "key": AT_HOME}).json()
    assert moved["price_list"] == "agreed"


def test_a_key_at_home_is_well(cast, regions):
    account = make_account(cast.team, slug="a", is_default=False, key=AT_HOME, base_url=regions["mainland"])
    found = check(cast, account, other_regions=True)
    assert (found["ok"], found["code"], found["region"]) == (True, "ok", None)


def test_a_refused_key_stays_at_its_own_address_unless_somebody_wishes_otherwise(cast, regions, markets):
    account = make_account(cast.team, slug="a", is_default=False, key=AT_HOME, base_url=regions["global"])
    before = asked(markets[1])
    found = check(cast, account)
    assert (found["ok"], found["code"], found["region"]) == (False, "key_refused", None)
    assert "another region" in found["finding"]
    assert asked(markets[1]) == before
    assert not Event.objects.filter(kind="provider_account.regions_asked").exists()


def test_on_a_wish_the_region_that_knows_the_key_is_named(cast, regions):
    account = make_account(cast.team, slug="a", is_default=False, key=AT_HOME, base_url=regions["global"])
    found = check(cast, account, other_regions=True)
    assert (found["ok"], found["code"], found["region"]) == (False, "key_of_another_region", "mainland")
    assert regions["mainland"] in found["finding"]
    account.refresh_from_db()
    assert account.finding == found["finding"]
    event = Event.objects.get(kind="provider_account.regions_asked")
    assert (event.actor_user_id, event.data) == (cast.owner.id, {"regions": {"mainland": regions["mainland"]}})
    assert AT_HOME not in str(event.data)


def test_a_key_that_no_region_knows_is_bad(cast, regions):
    account = make_account(cast.team, slug="a", is_default=False, key="sk-api-nobody", base_url=regions["global"])
    found = check(cast, account, other_regions=True)
    assert (found["code"], found["region"]) == ("key_refused", None)
    assert "mainland" in found["finding"]


def test_only_a_refused_key_is_ever_shown_elsewhere(cast, settings, regions, markets):
    settings.FETCH_ALLOWED_HOSTS |= {"127.0.0.1:1"}
    account = make_account(cast.team, slug="a", is_default=False, key=AT_HOME, base_url="http://127.0.0.1:1")
    before = asked(markets[0]), asked(markets[1])
    assert check(cast, account, other_regions=True)["code"] == "no_connection"
    assert (asked(markets[0]), asked(markets[1])) == before


def test_a_group_id_is_not_carried_to_another_region(cast, regions):
    account = make_account(
        cast.team,
        slug="a",
        is_default=False,
        key=AT_HOME,
        base_url=regions["global"],
        options={"group_id": "1234567890123456789"},
    )
    assert check(cast, account, other_regions=True)["code"] == "key_of_another_region"


PAGE = http(b"<html><body>Welcome</body></html>", headers=["Content-Type: text/html"])


@pytest.mark.parametrize(
    ("bytes_answered", "code"),
    [
        (http(b"404 page not found", status="404 Not Found"), "not_the_provider"),
        (PAGE, "not_the_provider"),
        (http(b"{}", status="302 Found", headers=["Location: https://elsewhere.example/"]), "not_the_provider"),
        (http(b'{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}'), "balance_empty"),
        (http(b'{"base_resp":{"status_code":2038,"status_msg":"not verified"}}'), "not_verified"),
        (http(b'{"base_resp":{"status_code":1004,"status_msg":"token not match group"}}'), "group_refused"),
        (http(b'{"base_resp":{"status_code":2049,"status_msg":"invalid api key"}}'), "key_refused"),
        (http(b'{"base_resp":{"status_code":2056,"status_msg":"usage limit"}}'), "quota_used_up"),
        (http(b'{"base_resp":{"status_code":1002,"status_msg":"rate limit"}}'), "rate_limited"),
        (http(b'{"base_resp":{"status_code":1013,"status_msg":"internal"}}'), "provider_down"),
        (http(b'{"base_resp":{"status_code":9999,"status_msg":"new"}}'), "refused"),
        (http(b"bad gateway", status="502 Bad Gateway"), "provider_down"),
    ],
)
def test_a_check_says_in_one_word_what_is_wrong(cast, settings, bytes_answered, code):
    with Loopback(bytes_answered) as server:
        settings.FETCH_ALLOWED_HOSTS = frozenset({server.host_port})
        account = make_account(cast.team, slug="a", is_default=False, base_url=server.url)
        found = check(cast, account)
    assert (found["ok"], found["code"]) == (False, code)
    assert found["finding"]


def test_an_address_inside_is_refused_by_our_own_rules(cast, settings):
    settings.FETCH_ALLOWED_HOSTS = frozenset()
    account = make_account(cast.team, slug="a", is_default=False, base_url="http://127.0.0.1:9")
    assert check(cast, account)["code"] == "address_refused"


def test_regions_are_moved_by_a_setting_that_knows_their_names():
    names = ["global", "mainland"]
    env = Env({"MINIMAX_REGIONS": "global=http://a:1/minimax, mainland=http://b:2"})
    assert env.pairs("MINIMAX_REGIONS", names) == {"global": "http://a:1/minimax", "mainland": "http://b:2"}
    for wrong in ("moon=http://a:1", "global", "global=", "=http://a:1"):
        with pytest.raises(ImproperlyConfigured, match="global, mainland"):
            Env({"MINIMAX_REGIONS": wrong}).pairs("MINIMAX_REGIONS", names)


def test_no_account_was_made_by_a_refused_wish(cast, regions):
    cast.api("owner").post(ACCOUNTS, wish(region="moon"))
    assert not ProviderAccount.objects.filter(slug="second").exists()


def test_a_provider_with_one_address_needs_none_to_be_named(cast, settings, sandbox):
    settings.PROVIDER_REGIONS = {"wavespeed": {"global": f"{sandbox.base_url}/wavespeed"}}
    wanted = {"slug": "ws", "name": "WaveSpeed", "provider": "wavespeed", "key": "ws-key"}
    answer = cast.api("owner").post(ACCOUNTS, wanted)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["base_url"], made["region"]) == (f"{sandbox.base_url}/wavespeed", "global")
    assert made["price_list"] == "wavespeed"


def test_a_provider_with_many_addresses_is_asked_which(cast, regions):
    answer = cast.api("owner").post(ACCOUNTS, wish())
    assert (answer.status_code, answer.json()["field"]) == (400, "base_url")
