"""Who a token is; everything that is not a standing token answers the same."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import Membership, Token
from tests.cast import Api, make_token

ME = "/api/v1/me"


def token_of(secret):
    return Token.objects.get(prefix=secret.removeprefix("vl_").partition(".")[0])


def test_a_token_says_who_it_is(cast):
    secret = make_token(cast.editor, cast.team, ["clips:read", "ledger:read"], project=cast.project)
    me = Api(secret).get(ME).json()
    assert me["team"]["slug"] == cast.team.slug
    assert me["user"]["email"] == cast.editor.email
    assert me["user"]["role"] == "editor"
    assert me["token"]["prefix"] == token_of(secret).prefix
    assert me["token"]["project"] == "website"
    # The editor may not read the ledger, whatever the token was given.
    assert me["scopes"] == ["clips:read"]


def test_the_secret_is_nowhere_in_the_database(cast):
    secret = make_token(cast.owner, cast.team)
    row = Token.objects.filter(prefix=token_of(secret).prefix).values().get()
    assert secret.partition(".")[2] not in str(row)


def unknown(secret):
    return "vl_aaaaaaaaaaaa." + "x" * 43


def of_another_prefix(secret):
    return secret[:-1] + ("a" if secret[-1] != "a" else "b")


def expired(secret):
    Token.objects.filter(id=token_of(secret).id).update(expires_at=clock.real_now() - timedelta(seconds=1))
    return secret


def revoked(secret):
    Token.objects.filter(id=token_of(secret).id).update(revoked_at=clock.real_now())
    return secret


def of_an_inactive_person(secret):
    user = token_of(secret).created_by
    user.is_active = False
    user.save()
    return secret


def of_somebody_who_left(secret):
    Membership.objects.filter(user=token_of(secret).created_by).delete()
    return secret


def of_a_retired_pepper(secret):
    Token.objects.filter(id=token_of(secret).id).update(pepper_id="retired")
    return secret


def malformed(secret):
    return "nonsense"


@pytest.mark.parametrize(
    "spoil",
    [
        unknown,
        of_another_prefix,
        expired,
        revoked,
        of_an_inactive_person,
        of_somebody_who_left,
        of_a_retired_pepper,
        malformed,
    ],
)
def test_what_does_not_open_answers_the_same(cast, spoil):
    secret = make_token(cast.owner, cast.team)
    assert Api(secret).get(ME).status_code == 200
    answer = Api(spoil(secret)).get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    reference = Api("vl_zzzzzzzzzzzz." + "y" * 43).get(ME)
    assert answer.json() == reference.json()
    assert answer.json()["code"] == "token_invalid"


@pytest.mark.parametrize("header", [None, "Basic abc", "Token vl_a.b"])
def test_without_a_bearer_token_the_code_says_so(db, header):
    answer = Api().get(ME, **({} if header is None else {"HTTP_AUTHORIZATION": header}))
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_missing"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_pepper_can_be_changed_while_old_tokens_still_open(cast, settings):
    old = make_token(cast.owner, cast.team)
    settings.TOKEN_PEPPERS = {"2": "fresh", **settings.TOKEN_PEPPERS}
    new = make_token(cast.owner, cast.team)
    assert token_of(new).pepper_id == "2"
    assert [Api(secret).get(ME).status_code for secret in (old, new)] == [200, 200]


def test_a_stolen_database_with_another_pepper_opens_nothing(cast, settings):
    secret = make_token(cast.owner, cast.team)
    settings.TOKEN_PEPPERS = dict.fromkeys(settings.TOKEN_PEPPERS, "guessed")
    assert Api(secret).get(ME).status_code == 401


def test_the_last_use_is_noted_at_most_once_a_minute(cast):
    secret = make_token(cast.owner, cast.team)
    Api(secret).get(ME)
    first = token_of(secret).last_used_at
    assert first is not None
    Api(secret).get(ME)
    assert token_of(secret).last_used_at == first
    Token.objects.filter(id=token_of(secret).id).update(last_used_at=first - timedelta(seconds=61))
    Api(secret).get(ME)
    assert token_of(secret).last_used_at > first - timedelta(seconds=61)


def test_a_member_who_comes_back_finds_the_tokens_working(cast):
    secret = make_token(cast.editor, cast.team)
    Membership.objects.filter(user=cast.editor).delete()
    assert Api(secret).get(ME).status_code == 401
    Membership.objects.create(team=cast.team, user=cast.editor, role="viewer")
    assert Api(secret).get(ME).json()["user"]["role"] == "viewer"
