"""Estimates say what asking would cost, and change nothing."""

import pytest
from django.db import connection

from accounts.models import Hold, Meter
from synthesis.models import Rendering

ESTIMATES = "/api/v1/estimates"


@pytest.fixture
def api(cast, voice):
    return cast.api()


def _rows():
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def test_an_estimate_is_what_the_clip_then_costs(api, render_all):
    wish = {"voice": "narrator", "text": "你好 means hello."}
    estimate = api.post(ESTIMATES, wish).json()
    clip_id = api.post("/api/v1/clips", wish).json()["id"]
    render_all()
    clip = api.get(f"/api/v1/clips/{clip_id}").json()
    assert estimate["billed_characters"] == clip["billed_characters"] == 17
    assert estimate["amount"] == clip["amount"]
    assert (estimate["cached"], estimate["fees"], estimate["budgets"]) == (False, [], [])


def test_nothing_is_written(api):
    api.get("/api/v1/me")
    before = _rows()
    api.post(ESTIMATES, {"voice": "narrator", "text": "Hello."})
    assert _rows() == before


def test_what_is_there_or_on_its_way_costs_nothing(api, render_all):
    wish = {"voice": "narrator", "text": "Once."}
    api.post("/api/v1/clips", wish)
    on_its_way = api.post(ESTIMATES, wish).json()
    render_all()
    there = api.post(ESTIMATES, wish).json()
    for estimate in (on_its_way, there):
        assert (estimate["cached"], estimate["billed_characters"], estimate["saved_characters"]) == (True, 0, 5)
        assert estimate["amount"] == {"amount_micros": 0, "currency": "USD"}


def test_budgets_in_scope_say_whether_it_fits(api):
    api.post("/api/v1/budgets", {"scope": "team", "name": "Small", "characters": 5})
    api.post("/api/v1/budgets", {"scope": "project", "target": "website", "name": "Web", "characters": 100})

    for project, names in ((None, ["Small"]), ("website", ["Small", "Web"])):
        budgets = api.post(ESTIMATES, {"voice": "narrator", "text": "Hello.", "project": project}).json()["budgets"]
        assert [budget["name"] for budget in budgets] == names
        assert [budget["fits"] for budget in budgets] == [False, True][: len(names)]
    assert Hold.objects.count() == Rendering.objects.count() == Meter.objects.count() == 0


def test_a_viewer_may_estimate(cast, voice):
    assert cast.api("viewer").post(ESTIMATES, {"voice": "narrator", "text": "Hello."}).status_code == 200
