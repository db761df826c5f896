"""What the shape of a key tells, and what it does not."""

import base64
import json

import pytest

from providers.minimax.keys import balance_hint, group_in, key_family, refusal_hint
from providers.minimax.regions import is_legacy
from tests.providers.conversation import MINIMAX, account, answer, converse


def jwt(**claims):
    parts = ({"alg": "RS256"}, claims)
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "s"]
    )


@pytest.mark.parametrize(
    ("key", "family"),
    [
        ("sk-api-abc", "pay_as_you_go"),
        ("sk-cp-abc", "subscription"),
        (jwt(GroupID="1"), "jwt"),
        ("eyJcut", "unknown"),
        ("sk-proj-abc", "unknown"),
        ("", "unknown"),
    ],
)
def test_keys_are_told_by_how_they_begin(key, family):
    assert key_family(key) == family


def test_an_old_key_names_its_group():
    assert group_in(jwt(GroupID="1747179187841536150")) == "1747179187841536150"
    assert group_in(jwt(GroupID=1747179187841536150)) == "1747179187841536150"


@pytest.mark.parametrize("key", ["sk-api-abc", jwt(Name="x"), "eyJ.###.x", "eyJ.W10.x", jwt(GroupID=True)])
def test_no_other_key_names_one(key):
    assert group_in(key) is None


def test_a_group_that_is_not_the_keys_is_pointed_out():
    assert "group 7" in refusal_hint(jwt(GroupID="7"), "8")
    assert refusal_hint(jwt(GroupID="7"), "7") == refusal_hint("sk-api-abc", "8") == ""


def test_a_key_of_no_known_shape_is_pointed_out():
    assert "does not look like" in refusal_hint("sk-proj-abc", "")


def test_each_kind_of_key_has_a_balance_of_its_own():
    assert "subscription" in balance_hint("sk-cp-a")
    assert "pay-as-you-go" in balance_hint("sk-api-a")
    assert balance_hint("x") == ""


@pytest.mark.parametrize("host", ["api.minimax.chat", "api.minimaxi.chat"])
def test_an_old_host_works_and_is_pointed_out(host):
    old = account()
    old = type(old)(provider="minimax", base_url=f"https://{host}", key=old.key)
    check, _requests = converse(MINIMAX.check_account(old), answer(system_voice=[]))
    assert (check.ok, check.verdict) == (True, "legacy_address")
    assert "old host" in check.finding
    refused, _requests = converse(MINIMAX.check_account(old), answer(code=2049, message="invalid api key"))
    assert refused.verdict == "key_refused"
    assert "old host" in refused.finding


def test_no_official_host_is_called_old():
    assert not any(is_legacy(region.base_url) for region in MINIMAX.regions)


def test_an_empty_group_is_never_sent_and_the_finding_says_so():
    check, requests = converse(
        MINIMAX.check_account(account(group_id=" ")), answer(code=1008, message="insufficient balance")
    )
    assert requests[0].params == {}
    assert (check.verdict, "GroupId" in check.finding) == ("balance_empty", True)


def test_a_key_that_cannot_be_sent_is_found_without_sending_it():
    broken = type(account())(provider="minimax", base_url="https://api.minimax.io", key="two words")
    with pytest.raises(StopIteration) as done:
        next(MINIMAX.check_account(broken))
    assert done.value.value.verdict == "key_malformed"
