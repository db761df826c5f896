"""Teams, members, and the token command."""

import pytest
from django.core.management import CommandError, call_command

from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.flows.people import add_member, create_team, create_user, remove_member
from accounts.models import Membership, Token
from tests.cast import Api

PASSWORD = "correct horse battery staple"


def test_a_team_begins_with_an_owner(db):
    team = create_team(slug="acme", name="Acme", time_zone="Europe/Berlin")
    user = create_user(email=" Ann@Example.COM ", name="Ann", password=PASSWORD)
    add_member(team=team, user=user, role="owner")
    assert user.email == "ann@example.com"
    assert user.check_password(PASSWORD)
    assert Membership.objects.get(team=team).role == "owner"


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"email": "nobody"}, "email"), ({"password": "short"}, "password"), ({"password": "12345678901"}, "password")],
)
def test_a_person_needs_an_address_and_a_password(db, fields, field):
    wish = {"email": "a@example.com", "name": "A", "password": PASSWORD} | fields
    with pytest.raises(InvalidInputError) as refusal:
        create_user(**wish)
    assert refusal.value.field == field


def test_an_address_logs_in_one_person(cast):
    with pytest.raises(ConflictError) as refusal:
        create_user(email=cast.owner.email.upper(), name="Again", password=PASSWORD)
    assert refusal.value.code == "email_taken"


def test_a_time_zone_exists(db):
    with pytest.raises(InvalidInputError):
        create_team(slug="acme", name="Acme", time_zone="Mars/Base")


def test_the_last_owner_stays(cast):
    with pytest.raises(ConflictError, match="no owner"):
        remove_member(team=cast.team, user=cast.owner)
    with pytest.raises(ConflictError, match="no owner"):
        add_member(team=cast.team, user=cast.owner, role="viewer")
    add_member(team=cast.team, user=cast.admin, role="owner")
    remove_member(team=cast.team, user=cast.owner)


def test_who_leaves_takes_their_tokens_along(cast):
    api = cast.api("editor")
    remove_member(team=cast.team, user=cast.editor)
    assert api.get("/api/v1/me").status_code == 401
    with pytest.raises(NotFoundError):
        remove_member(team=cast.team, user=cast.editor)


def test_the_command_prints_a_secret_that_opens(cast, capsys):
    call_command("create_token", team=cast.team.slug, name="ci", scope=["clips:read", "projects:read"], days=1)
    secret = capsys.readouterr().out.strip()
    assert Api(secret).get("/api/v1/projects").status_code == 200
    token = Token.objects.get(name="ci")
    assert token.created_by == cast.owner
    assert token.expires_at is not None


@pytest.mark.parametrize(
    "wrong",
    [{"team": "nowhere"}, {"user": "nobody@example.com"}, {"project": "nowhere"}, {"days": 0}],
)
def test_the_command_says_what_is_wrong(cast, wrong):
    options = {"team": cast.team.slug, "name": "ci", "scope": ["clips:read"]} | wrong
    with pytest.raises(CommandError):
        call_command("create_token", **options)
    assert not Token.objects.exists()


def test_the_command_gives_nobody_more_than_their_role(cast):
    with pytest.raises(CommandError, match="ledger:read"):
        call_command("create_token", team=cast.team.slug, name="x", scope=["ledger:read"], user=cast.editor.email)
