"""Lists come in pages, newest first, and stay whole while rows are added."""

import base64

import pytest

from accounts.models import Project


@pytest.fixture
def api(cast):
    for number in range(7):
        Project.objects.create(team=cast.team, slug=f"project-{number}", name=str(number))
    return cast.api("owner")


def test_following_next_sees_every_row_once_even_when_rows_are_added(api, cast):
    page = api.get("/api/v1/projects?limit=3").json()
    seen = [row["slug"] for row in page["results"]]
    Project.objects.create(team=cast.team, slug="latecomer", name="Latecomer")
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [row["slug"] for row in page["results"]]
    assert len(seen) == len(set(seen)) == 8
    assert "latecomer" not in seen


def test_the_newest_comes_first(api):
    rows = api.get("/api/v1/projects").json()["results"]
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)


@pytest.mark.parametrize("cursor", ["rubbish", base64.b64encode(b"p=%00").decode(), base64.b64encode(b"p=x").decode()])
def test_a_cursor_that_is_none_is_refused(api, cursor):
    answer = api.get("/api/v1/projects", {"cursor": cursor})
    assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


@pytest.mark.parametrize("limit", ["0", "-1", "501", "many"])
def test_a_limit_out_of_bounds_is_refused(api, limit):
    assert api.get("/api/v1/projects", {"limit": limit}).json()["field"] == "limit"
