"""System voices where no list tells of them: resellers have the maker's, a server of one's own
those that its account names."""

import pytest
from django.conf import settings

from tests.cast import make_account
from tests.voicelib.test_system_voices import CATALOGUE, SANTA, VOICES, rows


def at(cast, provider, mount, **fields):
    return make_account(
        cast.team,
        slug="other",
        is_default=False,
        provider=provider,
        base_url=f"{settings.SANDBOX_URL}/{mount}",
        **fields,
    )


def wish(voice_id):
    named = {"provider_account": "other", "voice_id": voice_id}
    return {"name": "V", "slug": "v", "language": "en", "system_voice": named}


@pytest.mark.parametrize("provider", ["ppio", "umodelverse", "wavespeed", "clore"])
def test_a_reseller_speaks_with_the_makers_voices(cast, sandbox, provider):
    at(cast, provider, provider)
    api = cast.api("editor")
    assert api.post(VOICES, wish(SANTA)).status_code == 201
    listed = rows(api, provider_account="other")
    assert {row["provider"] for row in listed} == {"minimax"}
    assert len(listed) > 350


def test_a_voice_that_no_list_shows_is_named_by_the_account(cast, sandbox):
    account = at(cast, "kani", "openai/kani")
    api = cast.api("editor")
    refused = api.post(VOICES, wish("katie"))
    assert (refused.status_code, refused.json()["code"]) == (400, "system_voice_unknown")
    account.options = {"voices": ["katie"]}
    account.save()
    assert api.post(VOICES, wish("katie")).status_code == 201
    assert [row["voice_id"] for row in api.get(CATALOGUE, {"search": "katie"}).json()["results"]] == ["katie"]
    assert cast.api("outsider").get(CATALOGUE, {"search": "katie"}).json()["results"] == []


def test_only_who_may_change_accounts_names_voices(cast, sandbox):
    at(cast, "kani", "openai/kani")
    named = {"options": {"voices": ["katie"]}}
    assert cast.api("editor").patch("/api/v1/provider-accounts/other", named).status_code == 403
    assert cast.api("admin").patch("/api/v1/provider-accounts/other", named).status_code == 200
