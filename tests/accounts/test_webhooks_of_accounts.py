"""Which accounts hear webhooks, where, and what they know to tell genuine ones."""

from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from django.conf import settings as product_settings
from django.core.management import call_command

from accounts import keyring
from accounts.flows.hooks import learn_hook_secret, learn_missing_secrets
from accounts.flows.provider_accounts import change_provider_account, create_provider_account
from accounts.hook_links import account_of_hook, hook_url
from accounts.models import ProviderAccount
from accounts.payer import PLATFORM
from accounts.provider_clients import wire_account
from tests.cast import make_account
from tests.hooks import listening_account

OFFICIAL = "https://api.wavespeed.ai"
SANDBOX = "the sandbox"


def account_at(cast, base_url, **fields):
    values = {"slug": "ws", "provider": "wavespeed", "base_url": base_url, "is_default": False}
    known = {"hook_secret_encrypted": keyring.encrypt("whsec_known")}
    return make_account(cast.team, **(values | known | fields))


def fail_secret(sandbox, key, count=1):
    fault = {"provider": "wavespeed", "operation": "webhook_secret", "fault": "http_500", "count": count, "key": key}
    httpx.post(f"{sandbox.base_url}/_sandbox/faults", json=fault, trust_env=False).raise_for_status()


def test_the_address_names_the_account_and_nothing_of_the_providers(cast, sandbox):
    account = listening_account(cast)
    url = wire_account(account).webhook_url
    assert url is not None
    assert url.startswith(f"{product_settings.PUBLIC_URL}/hooks/wavespeed/")
    assert keyring.decrypt(account.key_encrypted) not in url
    assert account_of_hook("wavespeed", urlsplit(url).path.rpartition("/")[2]) == account


@pytest.mark.parametrize(
    ("public_url", "base_url", "heard"),
    [
        ("https://voices.example", OFFICIAL, True),
        ("http://voices.example", OFFICIAL, False),
        ("http://127.0.0.1:8000", OFFICIAL, False),
        ("http://127.0.0.1:8000", SANDBOX, True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:1/wavespeed", False),
    ],
)
def test_it_is_heard_where_the_provider_can_reach_us(public_url, base_url, heard, cast, settings):
    settings.PUBLIC_URL = public_url
    base_url = settings.SANDBOX_URL if base_url == SANDBOX else base_url
    assert (wire_account(account_at(cast, base_url)).webhook_url is not None) is heard


def test_it_is_not_heard_before_its_secret_is_known_or_where_it_is_switched_off(cast, settings):
    settings.PUBLIC_URL = "https://voices.example"
    assert hook_url(account_at(cast, OFFICIAL, slug="no-secret", hook_secret_encrypted="")) is None
    assert hook_url(account_at(cast, OFFICIAL, slug="off", options={"webhooks": False})) is None
    assert hook_url(account_at(cast, OFFICIAL, slug="on", options={"webhooks": True})) is not None
    assert hook_url(account_at(cast, "https://api.minimax.io", slug="mm", provider="minimax")) is None


def test_the_secret_is_asked_for_when_an_account_is_made_and_kept_encrypted(cast, sandbox, drain):
    create_provider_account(
        team=cast.team,
        slug="new",
        name="New",
        provider="wavespeed",
        key="ws-key-of-the-new-one",
        base_url=f"{sandbox.base_url}/wavespeed",
        actor=PLATFORM,
    )
    learn_missing_secrets()
    account = ProviderAccount.objects.get(slug="new")
    secret = keyring.decrypt(account.hook_secret_encrypted)
    assert secret.startswith("whsec_")
    assert secret not in account.hook_secret_encrypted
    shown = cast.api().get("/api/v1/provider-accounts/new").content
    assert b"whsec_" not in shown
    assert account.hook_secret_encrypted.encode() not in shown


@pytest.mark.django_db(transaction=True)
def test_making_changing_and_checking_an_account_rings_for_its_secret(cast, sandbox, drain):
    fields = {"slug": "ws", "name": "WS", "provider": "wavespeed", "base_url": f"{sandbox.base_url}/wavespeed"}
    assert cast.api().post("/api/v1/provider-accounts", fields | {"key": "ws-first-key"}).status_code == 201

    def learnt():
        drain(ticks=False)
        return keyring.decrypt(ProviderAccount.objects.get(slug="ws").hook_secret_encrypted)

    first = learnt()
    cast.api().patch("/api/v1/provider-accounts/ws", {"key": "ws-second-key"})
    assert ProviderAccount.objects.get(slug="ws").hook_secret_encrypted == ""
    second = learnt()
    assert second != first
    ProviderAccount.objects.filter(slug="ws").update(hook_secret_encrypted="")
    assert cast.api().post("/api/v1/provider-accounts/ws/check").json()["ok"] is True
    assert learnt() == second


def test_another_name_keeps_the_secret(cast, sandbox):
    account = listening_account(cast)
    change_provider_account(team=cast.team, account=account, changes={"name": "Renamed"}, actor=PLATFORM)
    account.refresh_from_db()
    assert account.hook_secret_encrypted


def test_a_secret_that_is_not_told_is_asked_for_again(cast, sandbox):
    account = account_at(cast, f"{sandbox.base_url}/wavespeed", hook_secret_encrypted="")
    fail_secret(sandbox, keyring.decrypt(account.key_encrypted), count=10)
    learn_hook_secret(account_id=account.id)
    account.refresh_from_db()
    assert account.hook_secret_encrypted == ""
    httpx.delete(f"{sandbox.base_url}/_sandbox/faults", trust_env=False).raise_for_status()
    assert learn_missing_secrets() == 1
    account.refresh_from_db()
    assert account.hook_secret_encrypted
    assert learn_missing_secrets() == 0


def test_accounts_that_do_not_work_are_not_asked(cast, sandbox):
    account_at(cast, f"{sandbox.base_url}/wavespeed", hook_secret_encrypted="", finding="The key is refused.")
    assert learn_missing_secrets() == 0


def test_turning_the_key_ring_turns_the_secret_too(cast, sandbox, settings):
    account = listening_account(cast)
    secret = keyring.decrypt(account.hook_secret_encrypted)
    old = settings.PROVIDER_KEY_RING
    settings.PROVIDER_KEY_RING = [Fernet.generate_key().decode(), *old]
    call_command("rotate_provider_keys")
    settings.PROVIDER_KEY_RING = settings.PROVIDER_KEY_RING[:1]
    account.refresh_from_db()
    assert keyring.decrypt(account.hook_secret_encrypted) == secret
    assert hook_url(account) is not None
