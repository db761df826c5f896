"""Pages about all voices of a team: what is ahead at what cost, and what is decided beforehand."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import Event, Membership
from tests.admin.shelf import make_home
from voicelib.flows.defaults import defaults_of
from voicelib.models import Voice

FORECAST = reverse("admin:voicelib_voice_forecast")
DEFAULTS = reverse("admin:voicelib_voice_team_defaults")
ANSWER = {"policy": "ask", "on_silence": "lapse", "revival": "manual"}


def ahead(client, **query):
    answer = client.get(FORECAST, query)
    assert answer.status_code == 200
    return answer


@pytest.fixture
def passing(cast):
    """It dies in twenty days, as decided."""
    voice = Voice.objects.create(team=cast.team, slug="passing", name="Passing", language="en")
    at = clock.now()
    return make_home(voice, cast.account, at=at, policy="let_lapse", expires_at=at + timedelta(days=20, hours=1))


def test_days_homes_and_costs_are_told(cast, shelf, passing, browse):
    context = ahead(browse(cast.editor)).context
    assert [(day["kept"], day["lapsing"]) for day in context["days"]] == [(1, 0), (0, 1)]
    kept, lapsing = context["homes"]
    assert context["days"][0]["costs"] == kept["cost"]
    assert kept["cost"].startswith("1.50")
    assert "</i>Kept" in kept["outlook"]
    assert "</i>Lapses" in lapsing["outlook"]
    decide = reverse("admin:voicelib_voice_decide", args=[passing.voice_id])
    assert lapsing["decide"] == f"{decide}?home={passing.id}"


@pytest.mark.parametrize(("days", "homes"), [("7", 1), ("30", 2), ("90", 2), ("", 2), ("nonsense", 2)])
def test_the_span_is_chosen(cast, shelf, passing, browse, days, homes):
    assert len(ahead(browse(cast.viewer), days=days).context["homes"]) == homes


def test_where_nothing_dies_it_says_so(cast, browse):
    assert "No voice has a deadline in these days." in ahead(browse(cast.viewer)).content.decode()


def test_a_viewer_decides_nothing(cast, shelf, browse):
    answer = ahead(browse(cast.viewer))
    assert answer.context["homes"][0]["decide"] == ""
    assert "Decide</a>" not in answer.content.decode()


def test_both_pages_are_reached_from_the_list_and_the_overview(cast, shelf, browse):
    client = browse(cast.viewer)
    voices = client.get(reverse("admin:voicelib_voice_changelist")).content.decode()
    assert f'href="{FORECAST}"' in voices
    assert f'href="{DEFAULTS}"' in voices
    assert f'href="{FORECAST}"' in client.get(reverse("admin:index")).content.decode()


def test_the_team_is_chosen_where_there_are_several(cast, shelf, other_shelf, browse):
    Membership.objects.create(team=cast.other_team, user=cast.editor, role="viewer")
    client = browse(cast.editor)
    mine = ahead(client, team=cast.team.id)
    assert [shown for _, _, shown in mine.context["team_links"]] == [True, False]
    theirs = ahead(client, team=cast.other_team.id, days="7")
    assert "Quetzal" in theirs.content.decode()
    assert theirs.context["homes"][0]["decide"] == ""


def test_another_teams_voices_are_not_ahead(cast, shelf, other_shelf, browse):
    client = browse(cast.editor)
    for page in (FORECAST, DEFAULTS):
        assert client.get(page, {"team": cast.other_team.id}).status_code == 404
        assert client.get(page, {"team": "nonsense"}).status_code == 404
    assert "Quetzal" not in ahead(client).content.decode()


def test_who_belongs_to_no_team_gets_neither_page(db, browse, django_user_model):
    client = browse(django_user_model.objects.create_user("alone@example.com", "correct horse battery"))
    assert client.get(FORECAST).status_code == client.get(DEFAULTS).status_code == 403


def test_the_defaults_are_read_and_changed(cast, browse):
    client = browse(cast.editor)
    form = client.get(DEFAULTS).context["form"]
    assert form.initial == {"policy": "always", "on_silence": "activate", "revival": "automatic"}
    answer = client.post(DEFAULTS, ANSWER)
    assert answer.url == f"{DEFAULTS}?team={cast.team.id}"
    standing = defaults_of(cast.team.id)
    assert {name: getattr(standing, name) for name in ANSWER} == ANSWER
    assert Event.objects.get(kind="voice_defaults.changed").actor_user_id == cast.editor.id
    assert "policy" in client.post(DEFAULTS, ANSWER | {"policy": "never"}).context["form"].errors


def test_a_viewer_reads_the_defaults_and_changes_nothing(cast, browse):
    client = browse(cast.viewer)
    answer = client.get(DEFAULTS)
    assert "clone it again by itself" in answer.content.decode()
    assert not answer.context["form"].fields
    assert ">Save<" not in answer.content.decode().replace(" ", "").replace("\n", "")
    client.post(DEFAULTS, ANSWER)
    assert defaults_of(cast.team.id).policy == "always"


def test_another_teams_defaults_are_not_changed(cast, browse):
    assert browse(cast.editor).post(f"{DEFAULTS}?team={cast.other_team.id}", ANSWER).status_code == 404
    assert defaults_of(cast.other_team.id).policy == "always"
