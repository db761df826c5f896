"""The limits of a provider account: documented by the provider, overridden by the account, checked when entered."""

import pytest

from accounts.flows.passage import gate_limit
from accounts.models import Event
from accounts.provider_limits import limit_of
from accounts.rate_gate.rule import Limit

ACCOUNT = "/api/v1/provider-accounts/sandbox"
RATES = {"speech": 60, "clone": 60, "design": 20}


def limit(limits, family="speech", model="speech-2.8-hd"):
    return limit_of(limits, family=family, model=model, rates=RATES, concurrency=8)


@pytest.mark.parametrize(
    ("limits", "family", "expected"),
    [
        ({}, "speech", Limit(60, 8)),
        ({}, "design", Limit(20, 8)),
        ({"speech": {"rpm": 200}}, "speech", Limit(200, 8)),
        ({"speech": {"rpm": 200}}, "clone", Limit(60, 8)),
        ({"speech": {"rpm": None, "concurrency": None}}, "speech", Limit(None, None)),
        ({"models": {"speech-2.8-hd": {"rpm": 20}}}, "speech", Limit(20, 8)),
        ({"models": {"speech-2.8-turbo": {"rpm": 20}}}, "speech", Limit(60, 8)),
        ({"speech": {"concurrency": 2}, "models": {"speech-2.8-hd": {"rpm": 20}}}, "speech", Limit(20, 2)),
        ({"models": {"speech-2.8-hd": {"rpm": 1}}}, "clone", Limit(60, 8)),
    ],
)
def test_the_model_comes_before_the_family_before_the_documentation(limits, family, expected):
    assert limit(limits, family) == expected


def test_the_mainland_speaks_less_often(cast, settings):
    cast.account.limits = {}
    settings.PROVIDER_CONCURRENCY = 5
    assert gate_limit(account=cast.account, family="speech", model="speech-2.8-hd") == Limit(60, 5)
    cast.account.base_url = "https://api.minimaxi.com"
    assert gate_limit(account=cast.account, family="speech", model="speech-2.8-hd") == Limit(20, 5)


def test_limits_are_changed_over_rest_and_recorded(cast):
    limits = {"speech": {"rpm": 200, "concurrency": None}, "models": {"speech-2.8-hd": {"rpm": 20}}}
    answer = cast.api("owner").patch(ACCOUNT, {"limits": limits})
    assert (answer.status_code, answer.json()["limits"]) == (200, limits)
    assert cast.api("viewer").get(ACCOUNT).json()["limits"] == limits
    assert Event.objects.get(kind="provider_account.changed").data == {"changed": ["limits"]}


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"shouting": {"rpm": 1}}, "limits.shouting"),
        ({"speech": 60}, "limits.speech"),
        ({"speech": {"rpm": 0}}, "limits.speech.rpm"),
        ({"speech": {"rpm": -1}}, "limits.speech.rpm"),
        ({"speech": {"rpm": 1.5}}, "limits.speech.rpm"),
        ({"speech": {"rpm": True}}, "limits.speech.rpm"),
        ({"speech": {"rpm": "60"}}, "limits.speech.rpm"),
        ({"speech": {"rpm": 10**9}}, "limits.speech.rpm"),
        ({"clone": {"concurrency": 0}}, "limits.clone.concurrency"),
        ({"speech": {"tpm": 20_000}}, "limits.speech.tpm"),
        ({"models": []}, "limits.models"),
        ({"models": {"speech-2.8-hd": {"rpm": 0}}}, "limits.models.speech-2.8-hd.rpm"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(cast, limits, field):
    answer = cast.api("owner").patch(ACCOUNT, {"limits": limits})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid_input", field)
