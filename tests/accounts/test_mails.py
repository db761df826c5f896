"""What people are told by e-mail: once, whatever the mail server does."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts import clock, events
from accounts.flows.alerts import alert_tick
from accounts.flows.mails import send_tick
from accounts.flows.notifications import set_member_mails
from accounts.models import Alert, Event, Mail
from accounts.payer import Actor
from config.mail import mail_of_url
from tests.accounts.postbox import Postbox

DATA = {"deadline": "2026-11-22T10:00:00+00:00", "hours_left": 24, "will_be_kept": False}


@pytest.fixture
def postbox(settings):
    settings.MAIL_IS_SENT = True
    with Postbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.PUBLIC_URL = "https://voices.example"
        yield box


@pytest.fixture
def tell(cast):
    """`tell()` records an event that people are told of."""

    def record(kind="voice.expiring", title="Ada", **data):
        return events.record(
            team_id=cast.team.id,
            kind=kind,
            subject_type="voice",
            subject_id="01voice",
            subject_title=title,
            data=DATA | data,
        )

    return record


def again():
    """The next tries are due."""
    Mail.objects.filter(due_at__isnull=False).update(due_at=clock.real_now() - timedelta(seconds=1))


def addresses(box):
    return sorted(letter["To"].partition("@")[0] for letter in box.letters)


def test_owners_and_admins_are_told_in_one_letter_with_links_into_the_admin(cast, tell, postbox):
    tell()
    tell("voice.lost", "Bob")
    assert (alert_tick(), send_tick()) == (2, 2)
    assert addresses(postbox) == ["admin", "owner"]
    letter = postbox.letters[0]
    assert letter["Subject"] == f"[{cast.team.name}] 2 things to look at"
    text = letter.get_content()
    for words in ("Ada", "The deadline of a voice is near.", "Hours left: 24", "It will be kept: no", "Bob"):
        assert words in text
    assert "Deadline: 2026-11-22 10:00 UTC" in text
    assert "https://voices.example/admin/voicelib/voice/01voice/change/" in text
    assert letter["Message-ID"].endswith("@voices.example>")


def test_what_nobody_has_to_know_is_not_told(tell, postbox):
    tell("voice.changed")
    assert (alert_tick(), send_tick(), Alert.objects.count()) == (0, 0, 0)


def test_who_switched_it_off_or_left_is_not_written_to(cast, tell, postbox):
    set_member_mails(team=cast.team, email=cast.admin.email.upper(), actor=Actor(name="x"), alerts=False)
    cast.owner.is_active = False
    cast.owner.save()
    tell()
    assert (alert_tick(), send_tick()) == (0, 0)
    assert Event.objects.get(kind="member.mails_changed").data == {"alerts": False, "digest": True}


def test_told_once_however_often_the_tick_runs(tell, postbox):
    tell()
    for _ in range(3):
        alert_tick()
        send_tick()
    assert addresses(postbox) == ["admin", "owner"]


def test_a_mail_server_that_is_down_loses_nothing(tell, postbox, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    tell()
    alert_tick()
    assert send_tick() == 0
    # Not asked again for every letter: the server is down for all.
    assert sorted(Mail.objects.values_list("tries", flat=True)) == [0, 1]
    assert "refused" in Mail.objects.get(tries=1).last_error
    settings.EMAIL_PORT = port
    again()
    assert send_tick() == 2
    assert addresses(postbox) == ["admin", "owner"]
    assert not Mail.objects.exclude(last_error="").exists()


def test_a_conversation_that_breaks_off_is_begun_again(tell, postbox):
    postbox.breaks = 1
    tell()
    alert_tick()
    send_tick()
    again()
    send_tick()
    assert addresses(postbox) == ["admin", "owner"]


@pytest.mark.parametrize(
    ("unit", "used", "said"), [("characters", 12, "12 of 30 billed characters"), ("USD", 1_500_000, "1.50 of 2.00 USD")]
)
def test_a_reserve_in_use_is_told_with_how_much_of_it(unit, used, said, tell, postbox):
    reserve = 30 if unit == "characters" else 2_000_000
    data = {"deadline": None, "hours_left": None, "will_be_kept": None}
    tell("budget.reserve_used", "Winter", **data, unit=unit, used=used, reserve=reserve, month="2026-11")
    alert_tick()
    send_tick()
    letter = postbox.letters[0]
    assert "Winter" in letter["Subject"]
    text = letter.get_content()
    assert f"Reserve used: {said}" in text
    assert "Month: 2026-11" in text


def test_one_address_that_is_refused_keeps_nobody_else_waiting(cast, tell, postbox):
    postbox.refuses = {cast.owner.email}
    tell()
    alert_tick()
    assert send_tick() == 1
    assert addresses(postbox) == ["admin"]
    waiting = Mail.objects.get(sent_at__isnull=True)
    assert "nobody here" in waiting.last_error
    Mail.objects.filter(id=waiting.id).update(created_at=clock.real_now() - timedelta(days=8))
    again()
    send_tick()
    waiting.refresh_from_db()
    assert (waiting.due_at, waiting.tries) == (None, 2)


def test_a_failing_mail_server_never_reaches_the_flow_that_tells(tell, settings):
    settings.EMAIL_BACKEND = "no.such.Backend"
    settings.MAIL_IS_SENT = True
    assert tell() is not None
    alert_tick()
    assert send_tick() == 0


def test_without_a_mail_server_nothing_piles_up(tell, settings):
    settings.MAIL_IS_SENT = False
    tell()
    assert (alert_tick(), Mail.objects.count()) == (0, 0)
    assert not Alert.objects.filter(due_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_many_ticks_at_once_send_each_letter_once(tell, postbox):
    for number in range(5):
        tell(title=f"Voice {number}")

    def work():
        try:
            alert_tick()
            send_tick()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alert_tick()
    send_tick()
    assert addresses(postbox) == ["admin", "owner"]


def test_over_rest_the_switches_are_read_and_changed_and_the_letters_listed(cast, tell, postbox):
    api = cast.api()
    now = api.get("/api/v1/notifications").json()
    assert (now["digest_at"], now["time_zone"], len(now["members"])) == ("08:00", "UTC", 5)
    wish = {"digest_at": None, "members": [{"email": cast.owner.email, "alerts": False}]}
    now = api.patch("/api/v1/notifications", wish).json()
    assert now["digest_at"] is None
    assert next(row for row in now["members"] if row["role"] == "owner")["alerts"] is False
    nobody = api.patch("/api/v1/notifications", {"members": [{"email": "nobody@example.com"}]})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")
    tell()
    alert_tick()
    send_tick()
    listed = api.get("/api/v1/mails").json()["results"]
    assert [row["address"] for row in listed] == [cast.admin.email]
    assert listed[0]["sent_at"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://me:p%40ss@mail.example", ("smtp", "mail.example", 587, "me", "p@ss", True, False)),
        ("smtps://mail.example", ("smtp", "mail.example", 465, "", "", False, True)),
        ("smtp://mail.example:2525?security=none", ("smtp", "mail.example", 2525, "", "", False, False)),
        ("console:", ("console", None, None, None, None, None, None)),
        ("file:///letters", ("filebased", None, None, None, None, None, None)),
    ],
)
def test_a_url_says_where_mail_goes(url, expected):
    found = mail_of_url(url)
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert (found["EMAIL_BACKEND"].split(".")[-2], *(found.get(f"EMAIL_{name}") for name in names)) == expected


@pytest.mark.parametrize("url", ["imap://x:geheim@host", "smtp://", "smtp://x:geheim@host?security=ssl", "mail"])
def test_a_url_that_cannot_be_read_stops_the_start_and_tells_no_password(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        mail_of_url(url)
    assert "geheim" not in str(refusal.value)
