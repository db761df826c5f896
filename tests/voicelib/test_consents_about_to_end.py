"""A consent that is about to run out is told of 30, 7 and 1 day ahead, once each, while a voice stands under it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from accounts import clock
from accounts.flows.alerts import alert_tick
from accounts.flows.mails import send_tick
from accounts.models import Event, Mail, Team
from voicelib.consent_notices import next_notice_at, notice_now
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.digests import digest_tick
from voicelib.flows.voices import change_voice
from voicelib.models import Consent

END = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mail_is_sent(settings):
    settings.MAIL_IS_SENT = True


@pytest.fixture
def give(cast, actor, voice):
    """`give(days=40)` puts the voice under a consent that ends then."""

    def make(*, days):
        until = None if days is None else clock.now() + timedelta(days=days)
        consent = give_consent(
            team=cast.team, actor=actor, speaker="Ada", company="", statement="Yes.", locale="en",
            valid_until=until, scope={},
        )  # fmt: skip
        change_voice(voice=voice, actor=actor, changes={"consent": consent.id})
        return consent

    return make


def told():
    return [event.data["days_left"] for event in Event.objects.filter(kind="consent.expiring").order_by("id")]


@pytest.mark.parametrize(
    ("days_before", "following"),
    [(90, 30), (30, 7), (29, 7), (7, 1), (2, 1), (1, None), (0, None), (-5, None)],
)
def test_the_next_notice_lies_ahead(days_before, following):
    expected = None if following is None else END - timedelta(days=following)
    assert next_notice_at(valid_until=END, after=END - timedelta(days=days_before)) == expected


@pytest.mark.parametrize(
    ("hours_before", "due"),
    [(31 * 24, None), (30 * 24, 30), (8 * 24, 30), (7 * 24, 7), (25, 7), (24, 1), (1, 1), (0, None)],
)
def test_only_the_most_urgent_notice_is_due(hours_before, due):
    assert notice_now(valid_until=END, at=END - timedelta(hours=hours_before)) == due


def test_what_never_ends_is_never_told():
    assert next_notice_at(valid_until=None, after=END) is None


def test_each_notice_is_told_once(give, advance, tick):
    consent = give(days=40)
    advance(hours=24 * 39 + 12, step_hours=24)
    tick()
    assert told() == [30, 7, 1]
    event = Event.objects.filter(kind="consent.expiring").order_by("id")[0]
    assert (event.subject_id, event.data["voices"]) == (consent.id, 1)
    assert event.data["deadline"] == consent.valid_until.isoformat()


def test_notices_that_were_missed_are_not_told_late(give, advance):
    give(days=40)
    advance(hours=24 * 39 + 12)
    assert told() == [1]


def test_nothing_is_told_after_the_end(give, advance):
    consent = give(days=40)
    advance(hours=24 * 41)
    assert told() == []
    assert Event.objects.filter(kind="consent.expired", subject_id=consent.id).count() == 1
    consent.refresh_from_db()
    assert (consent.notice_due_at, consent.expiry_due_at) == (None, None)


def test_a_short_consent_begins_with_the_notice_that_lies_ahead(give, advance):
    give(days=5)
    advance(hours=24 * 4 + 1, step_hours=12)
    assert told() == [1]


def test_a_revoked_consent_is_told_no_more(cast, actor, give, advance):
    consent = give(days=31)
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    advance(hours=24 * 25, step_hours=48)
    assert told() == []


def test_a_consent_whose_place_another_took_is_told_no_more(give, advance):
    give(days=31)
    give(days=None)
    advance(hours=24 * 25, step_hours=48)
    assert told() == []


def test_consents_of_before_the_notices_are_looked_at_by_the_first_tick(give, tick):
    consent, endless = give(days=None), give(days=20)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    Consent.objects.filter(id__in=[consent.id, endless.id]).update(notice_due_at=long_ago)
    assert tick().consents_ending == 1
    assert tick().consents_ending == 0
    assert told() == [30]
    assert sorted(Consent.objects.filter(notice_due_at__isnull=False).values_list("id", flat=True)) == [endless.id]


def test_owners_and_admins_get_a_letter_with_the_days_and_a_link(cast, give, advance, settings):
    settings.PUBLIC_URL = "https://voices.example"
    consent = give(days=8)
    advance(hours=25)
    alert_tick()
    send_tick()
    assert sorted(letter.to[0] for letter in mail.outbox) == [cast.admin.email, cast.owner.email]
    body = mail.outbox[0].body
    assert "Days left: 7" in body
    assert "Voices under it: 1" in body
    assert f"https://voices.example/admin/voicelib/consent/{consent.id}/change/" in body


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_owners_and_admins_get_a_letter_when_a_consent_has_ended(cast, actor, give, advance, end):
    consent = give(days=1)
    if end == "revoked":
        revoke_consent(team=cast.team, consent_id=consent.id, actor=actor, reason="She moved.")
    else:
        advance(hours=25)
    alert_tick()
    send_tick()
    assert sorted(letter.to[0] for letter in mail.outbox) == [cast.admin.email, cast.owner.email]
    assert f"/admin/voicelib/consent/{consent.id}/change/" in mail.outbox[0].body


def test_the_digest_lists_what_ends_within_its_week(cast, give):
    give(days=6)
    digest_tick(at=clock.now())
    assert digest_tick(at=Team.objects.get(id=cast.team.id).digest_due_at or clock.now()) == 2
    text = Mail.objects.all()[0].text
    assert "Consents that end in the next seven days" in text
    assert "Ada: 1 voice falls silent" in text


def test_the_digest_is_silent_about_what_ends_later(cast, give):
    give(days=20)
    digest_tick(at=clock.now())
    assert digest_tick(at=Team.objects.get(id=cast.team.id).digest_due_at or clock.now()) == 0
