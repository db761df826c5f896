"""Projects and API keys through the API."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import Event, Project, Token
from tests.cast import Api, make_token

PROJECTS, TOKENS = "/api/v1/projects", "/api/v1/tokens"


def test_a_project_is_made_listed_and_recorded(cast):
    answer = cast.api("owner").post(PROJECTS, {"slug": "radio", "name": "Radio"})
    assert answer.status_code == 201
    assert [row["slug"] for row in cast.api("viewer").get(PROJECTS).json()["results"]] == ["radio", "website"]
    event = Event.objects.get(kind="project.created")
    assert (event.subject_id, event.actor_user_id) == (answer.json()["id"], cast.owner.id)


def test_a_slug_is_taken_once_per_team(cast):
    answer = cast.api("owner").post(PROJECTS, {"slug": "website", "name": "Again"})
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    assert cast.api("outsider").post(PROJECTS, {"slug": "website", "name": "Theirs"}).status_code == 201


@pytest.mark.parametrize("slug", ["", "Upper", "-edge", "edge-", "a" * 65, "a_b", "a\nb"])
def test_a_slug_has_a_shape(cast, slug):
    assert cast.api("owner").post(PROJECTS, {"slug": slug, "name": "x"}).json()["field"] == "slug"
    assert Project.objects.filter(team=cast.team).count() == 1


def test_a_new_tokens_secret_opens_and_is_shown_once(cast):
    wish = {"name": "radio", "scopes": ["projects:read"], "project": "website"}
    made = cast.api("owner").post(TOKENS, wish)
    assert made.status_code == 201
    assert Api(made.json()["secret"]).get(PROJECTS).status_code == 200
    listed = cast.api("owner").get(TOKENS).json()["results"]
    assert made.json()["id"] in [row["id"] for row in listed]
    assert all("secret" not in row for row in listed)
    assert next(row for row in listed if row["id"] == made.json()["id"])["project"] == "website"


def test_nobody_gives_away_rights_they_do_not_have(cast):
    few = Api(make_token(cast.owner, cast.team, ["tokens:write", "clips:read"]))
    answer = few.post(TOKENS, {"name": "more", "scopes": ["clips:read", "ledger:read"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_exceeds_role")
    assert answer.json()["scopes"] == ["ledger:read"]
    assert few.post(TOKENS, {"name": "less", "scopes": ["clips:read"]}).status_code == 201


@pytest.mark.parametrize("scopes", [[], ["clips:dance"], "clips:read", [1]])
def test_scopes_must_exist(cast, scopes):
    answer = cast.api("owner").post(TOKENS, {"name": "x", "scopes": scopes})
    assert answer.status_code == 400
    assert answer.json()["field"].startswith("scopes")


def test_an_expiry_lies_ahead_and_ends_the_token(cast):
    wish = {"name": "x", "scopes": ["projects:read"], "expires_at": "2020-01-01T00:00:00Z"}
    assert cast.api("owner").post(TOKENS, wish).json()["field"] == "expires_at"
    wish["expires_at"] = (clock.real_now() + timedelta(hours=1)).isoformat()
    secret = cast.api("owner").post(TOKENS, wish).json()["secret"]
    assert Api(secret).get(PROJECTS).status_code == 200
    Token.objects.filter(name="x").update(expires_at=clock.real_now())
    assert Api(secret).get(PROJECTS).status_code == 401


def test_revoking_stops_a_token_for_good(cast):
    made = cast.api("owner").post(TOKENS, {"name": "x", "scopes": ["projects:read"]}).json()
    for _ in range(2):
        assert cast.api("owner").delete(f"{TOKENS}/{made['id']}").status_code == 204
    assert Api(made["secret"]).get(PROJECTS).status_code == 401
    assert Event.objects.filter(kind="token.revoked").count() == 1


def test_a_project_of_another_team_cannot_be_named(cast):
    foreign = Project.objects.create(team=cast.other_team, slug="theirs", name="Theirs")
    for named in ("theirs", foreign.id):
        answer = cast.api("owner").post(TOKENS, {"name": "x", "scopes": ["clips:read"], "project": named})
        assert answer.json()["code"] == "project_unknown"


def test_the_secret_is_in_no_event(cast):
    secret = cast.api("owner").post(TOKENS, {"name": "x", "scopes": ["clips:read"]}).json()["secret"]
    assert secret.partition(".")[2] not in str(list(Event.objects.values()))
