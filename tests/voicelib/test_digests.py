"""The daily digest: in the team's own morning, once, and only where there is something to say."""

from datetime import UTC, datetime, time, timedelta

import pytest

from accounts import clock
from accounts.flows.holds import place_hold
from accounts.flows.notifications import set_digest_time
from accounts.models import Attempt, Budget, Mail, Team
from accounts.money import Money
from accounts.payer import Actor
from voicelib.flows.digests import digest_tick, next_digest_at


@pytest.fixture(autouse=True)
def mail_is_sent(settings):
    settings.MAIL_IS_SENT = True


@pytest.fixture
def next_morning(cast):
    """`next_morning()` is when the team's next digest is due."""

    def find():
        digest_tick(at=clock.now())
        return Team.objects.get(id=cast.team.id).digest_due_at or clock.now()

    return find


@pytest.fixture
def morning(next_morning):
    """`morning()` runs the tick at the team's next digest."""
    return lambda: digest_tick(at=next_morning())


def test_it_tells_what_lapses_what_it_costs_what_is_unresolved_and_which_budgets_fill(
    cast, clone, payer, morning, next_morning, settings
):
    settings.PUBLIC_URL = "https://voices.example"
    clone(policy="let_lapse")
    Budget.objects.create(
        team=cast.team, scope="team", target_id=cast.team.id, name="Monthly", characters=10, is_hard=False
    )
    at = clock.now()
    # A budget tells of the month of the digest, which may begin this night.
    hold = place_hold(payer=payer, key="x", characters=9, amount=Money(0, "USD"), at=next_morning())
    Attempt.objects.create(
        team=cast.team, provider_account=cast.account, hold=hold, kind="speech", subject="x", model="speech-2.8-hd",
        state="unknown", estimated_characters=9, voice_slug="ada", sent_at=at,
    )  # fmt: skip
    assert morning() == 2
    assert sorted(mail.address for mail in Mail.objects.all()) == [cast.admin.email, cast.owner.email]
    mail = Mail.objects.all()[0]
    assert mail.subject == f"[{cast.team.name}] Daily digest"
    for words in (
        "Ada @ sandbox: it will lapse (1.5", "Keeping all of them costs: 1.5", "Paid calls of unknown outcome: 1",
        "speech ada (9)", "Monthly: 90 %", "https://voices.example/admin/voicelib/voice/",
    ):  # fmt: skip
        assert words in mail.text, mail.text


def test_a_quiet_day_has_no_letter(cast, voice, morning):
    assert morning() == 0


def test_it_comes_once_a_day_and_missed_days_are_not_made_up(cast, clone, morning):
    clone(policy="let_lapse")
    assert morning() == 2
    due_at = Team.objects.get(id=cast.team.id).digest_due_at
    assert due_at is not None
    assert digest_tick(at=due_at - timedelta(minutes=1)) == 0
    assert digest_tick(at=due_at + timedelta(days=2, minutes=1)) == 2
    assert digest_tick(at=due_at + timedelta(days=2, minutes=2)) == 0


def test_who_wants_none_gets_none(cast, clone, morning):
    clone(policy="let_lapse")
    cast.team.memberships.filter(user=cast.owner).update(gets_digest=False)
    set_digest_time(team=cast.team, digest_at=None, actor=Actor(name="x"))
    assert morning() == 0
    set_digest_time(team=cast.team, digest_at=time(6), actor=Actor(name="x"))
    assert morning() == 1


@pytest.mark.parametrize(
    ("zone", "after", "expected"),
    [
        ("UTC", datetime(2026, 3, 1, 7, 59, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("UTC", datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC)),
        # The night in which the clocks go forward.
        ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        ("Asia/Shanghai", datetime(2026, 3, 1, 1, tzinfo=UTC), datetime(2026, 3, 2, 0, tzinfo=UTC)),
    ],
)
def test_the_hour_is_that_of_the_teams_clocks(zone, after, expected):
    assert next_digest_at(digest_at=time(8), time_zone=zone, after=after) == expected
