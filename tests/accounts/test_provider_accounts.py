"""Provider accounts: added, changed, checked; the key goes in and never comes out, nor to another host."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts import keyring
from accounts.errors import ConflictError, InvalidInputError
from accounts.flows.provider_accounts import create_provider_account
from accounts.models import Event, ProviderAccount
from accounts.payer import PLATFORM
from tests.cast import make_account

ACCOUNTS = "/api/v1/provider-accounts"
KEY = "a-rather-secret-key-4711"
# A public address, so that no name has to be resolved.
PUBLIC = "https://93.184.216.34"


def wish(**fields):
    return {"slug": "second", "name": "Second", "provider": "minimax", "base_url": PUBLIC, "key": KEY} | fields


def test_an_account_is_added_and_its_key_never_shown(cast):
    answer = cast.api("owner").post(ACCOUNTS, wish())
    assert answer.status_code == 201
    account = ProviderAccount.objects.get(slug="second")
    assert keyring.decrypt(account.key_encrypted) == KEY
    assert KEY not in account.key_encrypted
    seen = answer.content + cast.api("viewer").get(ACCOUNTS).content + str(list(Event.objects.values())).encode()
    assert KEY.encode() not in seen
    assert answer.json()["key_hint"] == "…4711"
    assert answer.json()["price_list"] == "minimax-global"


def test_an_account_is_found_by_slug_and_by_id(cast):
    for name in (cast.account.slug, cast.account.id):
        assert cast.api("viewer").get(f"{ACCOUNTS}/{name}").json()["id"] == cast.account.id
    assert cast.api("outsider").get(f"{ACCOUNTS}/{cast.account.id}").status_code == 404


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:1",
        "http://localhost:1",
        "http://10.0.0.8",
        "http://169.254.169.254/latest",
        "http://[::1]:1",
        "http://[::ffff:10.0.0.1]",
        "ftp://93.184.216.34",
        "https://user:pass@93.184.216.34",
        f"{PUBLIC}/?x=1",
        f"{PUBLIC}/#x",
        "not a url",
        "https://",
    ],
)
def test_an_address_inside_is_refused(cast, base_url):
    answer = cast.api("owner").post(ACCOUNTS, wish(base_url=base_url))
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"]) == ("base_url_refused", "base_url")
    assert not ProviderAccount.objects.filter(slug="second").exists()


def test_the_operator_may_list_an_address_inside(cast, settings):
    settings.FETCH_ALLOWED_HOSTS = frozenset({"10.0.0.8:8080"})
    assert cast.api("owner").post(ACCOUNTS, wish(base_url="http://10.0.0.8:8080/")).json()["base_url"] == (
        "http://10.0.0.8:8080"
    )
    assert cast.api("owner").post(ACCOUNTS, wish(slug="third", base_url="http://10.0.0.8:81")).status_code == 400


def test_production_refuses_a_sandbox_and_plain_http(cast, settings):
    sandbox = f"{settings.SANDBOX_URL}/minimax"
    settings.EMBEDDED = False
    settings.FETCH_ALLOWED_HOSTS = frozenset()
    for address in (sandbox, PUBLIC.replace("https", "http")):
        with pytest.raises(InvalidInputError) as refusal:
            create_provider_account(team=cast.team, actor=PLATFORM, **wish(base_url=address))
        assert refusal.value.code == "base_url_refused"


def test_another_address_demands_the_key_anew(cast):
    path = f"{ACCOUNTS}/{cast.account.slug}"
    before = cast.account.key_encrypted
    answer = cast.api("owner").patch(path, {"base_url": PUBLIC})
    assert (answer.json()["code"], answer.json()["field"]) == ("key_required_anew", "key")
    cast.account.refresh_from_db()
    assert (cast.account.key_encrypted, cast.account.base_url.startswith("http://127")) == (before, True)
    assert cast.api("owner").patch(path, {"base_url": PUBLIC, "key": KEY}).status_code == 200
    cast.account.refresh_from_db()
    assert (keyring.decrypt(cast.account.key_encrypted), cast.account.base_url) == (KEY, PUBLIC)


def test_the_rest_changes_without_the_key(cast):
    changes = {"name": "New", "options": {"failures_may_charge": False}, "retention": {"kind": "rolling", "hours": 168}}
    answer = cast.api("owner").patch(f"{ACCOUNTS}/{cast.account.slug}", changes)
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in changes} == changes
    assert Event.objects.get(kind="provider_account.changed").data == {"changed": ["name", "options", "retention"]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"key": ""}, "key"),
        ({"key": "with space"}, "key"),
        ({"key": "with\nline"}, "key"),
        ({"slug": "Bad Slug"}, "slug"),
        ({"options": {"colour": "red"}}, "options.colour"),
        ({"options": {"mix_weights_field": "weights"}}, "options.mix_weights_field"),
        ({"options": {"failures_may_charge": "no"}}, "options.failures_may_charge"),
        ({"options": {"poll_every_seconds": True}}, "options.poll_every_seconds"),
        ({"options": {"poll_every_seconds": 0}}, "options.poll_every_seconds"),
        ({"options": {"long_text_limit": 1.5}}, "options.long_text_limit"),
        ({"options": {"sync_mode": "yes"}}, "options.sync_mode"),
        ({"options": {"emotion_when_none": None}}, "options.emotion_when_none"),
        ({"retention": {"kind": "forever"}}, "retention"),
        ({"retention": {"kind": "rolling"}}, "retention.hours"),
        ({"retention": {"kind": "rolling", "hours": True}}, "retention.hours"),
    ],
)
def test_settings_that_cannot_be_honoured_are_refused_by_name(cast, fields, field):
    answer = cast.api("owner").post(ACCOUNTS, wish(**fields))
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_a_team_has_one_default_account(cast):
    made = cast.api("owner").post(ACCOUNTS, wish(is_default=True)).json()
    cast.account.refresh_from_db()
    assert made["is_default"]
    assert not cast.account.is_default
    assert cast.api("outsider").post(ACCOUNTS, wish()).json()["is_default"]


def test_a_check_asks_the_provider_and_keeps_the_finding(cast, sandbox):
    answer = cast.api("owner").post(f"{ACCOUNTS}/{cast.account.slug}/check")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert answer.json()["latency_ms"] >= 0
    cast.account.refresh_from_db()
    assert cast.account.checked_at is not None
    assert cast.account.finding == ""


def test_a_check_says_why_an_account_cannot_be_used(cast, settings):
    # Nobody listens there.
    settings.FETCH_ALLOWED_HOSTS = frozenset({"127.0.0.1:1"})
    account = make_account(cast.team, slug="dead", is_default=False, base_url="http://127.0.0.1:1/minimax")
    answer = cast.api("owner").post(f"{ACCOUNTS}/{account.id}/check").json()
    assert answer["ok"] is False
    assert answer["finding"]
    account.refresh_from_db()
    assert account.finding == answer["finding"]


def test_keys_move_to_the_first_key_of_the_ring(cast, settings, capsys):
    secret = keyring.decrypt(cast.account.key_encrypted)
    fresh = Fernet.generate_key().decode()
    settings.PROVIDER_KEY_RING = [fresh, *settings.PROVIDER_KEY_RING]
    call_command("rotate_provider_keys")
    assert "1 keys" in capsys.readouterr().out
    settings.PROVIDER_KEY_RING = [fresh]
    cast.account.refresh_from_db()
    assert keyring.decrypt(cast.account.key_encrypted) == secret


def test_a_ring_that_lost_a_key_says_so(cast, settings):
    settings.PROVIDER_KEY_RING = [Fernet.generate_key().decode()]
    with pytest.raises(ConflictError) as refusal:
        keyring.decrypt(cast.account.key_encrypted)
    assert refusal.value.code == "provider_key_unreadable"
    with pytest.raises(CommandError, match="PROVIDER_KEY_RING"):
        call_command("rotate_provider_keys")
    answer = cast.api("owner").post(f"{ACCOUNTS}/{cast.account.slug}/check")
    assert (answer.status_code, answer.json()["code"]) == (409, "provider_key_unreadable")


@pytest.mark.parametrize(("key", "hint"), [("short", "…"), ("x" * 12 + "abcd", "…abcd")])
def test_a_hint_never_gives_most_of_a_key_away(key, hint):
    assert keyring.hint(key) == hint
