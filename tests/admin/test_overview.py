"""The overview tells what needs a person, to whom it concerns; lists ask the same number of queries for any length."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.flows.freezing import freeze_account
from tests.admin.shelf import make_clip, make_home, stock
from tests.cast import make_account
from voicelib.models import Voice


def overview(client):
    answer = client.get(reverse("admin:index"))
    assert answer.status_code == 200
    return answer


def test_an_owner_sees_money_risks_failures_and_full_budgets(cast, shelf, other_shelf, browse):
    shown = overview(browse(cast.owner)).content.decode()
    for part in (
        "0.0125\u00a0USD",
        "125",
        shelf.voice.name,
        "Xylophon fails",
        "Xylophon budget",
        "83 %",
        "Unresolved calls",
    ):
        assert part in shown
    assert "quetzal" not in shown.lower()


def test_the_voice_that_dies_first_stands_first(cast, shelf, browse):
    sooner = Voice.objects.create(team=cast.team, slug="sooner", name="Sooner", language="en")
    make_home(sooner, cast.account, at=clock.now(), expires_at=clock.now() + timedelta(hours=5), policy="let_lapse")
    rows = overview(browse(cast.viewer)).context["voices"]
    assert [row["title"] for row in rows] == ["Sooner", shelf.voice.name]
    assert str(rows[0]["note"]) == "will lapse, as decided"


def test_a_frozen_account_and_missing_voices_are_told(cast, shelf, other_shelf, browse):
    assert "seem to be gone" not in overview(browse(cast.viewer)).content.decode()
    gone = Voice.objects.create(team=cast.team, slug="gone", name="Gone", language="en")
    at = clock.now()
    make_home(gone, cast.account, at=at, state="permanent", missing_since=at)
    make_home(
        other_shelf.voice,
        make_account(cast.other_team, slug="far", is_default=False),
        at=at,
        state="permanent",
        missing_since=at,
    )
    freeze_account(account=cast.account, reason="Too many are missing.", at=at)
    answer = overview(browse(cast.viewer))
    assert [row["title"] for row in answer.context["doubts"]] == ["Sandbox", "Gone"]
    shown = answer.content.decode()
    assert "Too many are missing." in shown
    assert reverse("admin:accounts_provideraccount_shelf", args=[cast.account.pk]) in shown
    assert "quetzal" not in shown.lower()


def test_a_viewer_sees_no_money(cast, shelf, browse):
    context = overview(browse(cast.viewer)).context
    assert context["month"] is None
    assert context["unresolved"] is None
    assert context["budgets"] is None
    assert context["voices"]


def test_the_sidebar_offers_what_may_be_opened(cast, shelf, browse, superuser):
    ledger, people, voices = (
        reverse(f"admin:{name}_changelist") for name in ("accounts_ledgerentry", "accounts_user", "voicelib_voice")
    )
    for client, offered in (
        (browse(cast.viewer), (False, False, True)),
        (browse(cast.auditor), (True, False, True)),
        (browse(superuser), (True, True, True)),
    ):
        shown = overview(client).content.decode()
        assert tuple(f'href="{link}"' in shown for link in (ledger, people, voices)) == offered


def test_the_first_run_shows_the_steps_and_ticks_them_off(cast, browse):
    client = browse(cast.owner)
    steps = overview(client).context["steps"]
    assert [step.is_done for step in steps] == [True, False, False, False, False, False, False]
    stock(cast.team, cast.account, cast.owner, project=cast.project)
    assert overview(client).context["steps"] == []
    assert overview(browse(cast.viewer)).context["steps"] == []


def queries_of(client, page):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page)
    assert answer.status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "page",
    [
        "voicelib_voice",
        "synthesis_clip",
        "accounts_ledgerentry",
        "accounts_attempt",
        "accounts_budget",
        "accounts_event",
        "accounts_token",
        "voicelib_sample",
        "voicelib_consent",
        "voicelib_statementtext",
        "voicelib_dictionary",
    ],
)
def test_a_longer_list_asks_no_more_queries(cast, shelf, browse, page):
    client, address = browse(cast.owner), reverse(f"admin:{page}_changelist")
    queries_of(client, address)
    few = queries_of(client, address)
    for word in ("Alpha", "Beta", "Gamma"):
        more = stock(cast.team, cast.account, cast.owner, word=word, project=cast.project)
        make_clip(cast.team, more.voice, more.home, f"{word} again", at=clock.now(), project=cast.project)
    assert queries_of(client, address) == few
    assert few <= 25


def test_the_overview_asks_a_bounded_number_of_queries(cast, shelf, browse):
    client = browse(cast.owner)
    overview(client)
    few = queries_of(client, reverse("admin:index"))
    for word in ("Alpha", "Beta", "Gamma"):
        stock(cast.team, cast.account, cast.owner, word=word)
    assert queries_of(client, reverse("admin:index")) == few
