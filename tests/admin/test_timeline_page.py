"""The life of a voice on a page: every event, newest first, with who, why and what it cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock, ledger
from accounts.ids import new_id
from accounts.ledger import Spoken
from accounts.models import Event, LedgerEntry
from accounts.money import Money
from accounts.payer import Actor, Payer
from voicelib.flows.history import note_home, note_voice


def url(voice, **query):
    return reverse("admin:voicelib_voice_timeline", args=[voice.pk]) + (f"?page={query['page']}" if query else "")


def rows(client, voice, **query):
    answer = client.get(url(voice, **query))
    assert answer.status_code == 200
    return answer.context["rows"]


def book(cast, shelf, attempt_id, micros, kind=LedgerEntry.Kind.KEEPALIVE):
    ledger.book(
        ledger.Booking(
            key=new_id(),
            kind=kind,
            at=clock.now(),
            payer=Payer(cast.team.id),
            spoken=Spoken(account=cast.account, model="turbo", voice_slug=shelf.voice.slug, vendor_voice_id="vendor-1"),
            amount=Money(micros, "USD"),
            source=LedgerEntry.Source.PROVIDER,
            attempt_id=attempt_id,
        )
    )


@pytest.fixture
def actor(cast):
    return Actor(user_id=cast.owner.id, name="Ada Owner")


def test_each_event_has_its_sentence_its_place_its_person_and_its_reason(cast, shelf, actor, browse):
    note_voice(voice=shelf.voice, kind="voice.created", actor=actor, data={"language": "en"})
    note_home(home=shelf.home, kind="voice.deletion_asked", actor=actor, data={"reason": "She asked for it."})
    error = {"code": "provider_busy", "message": "too fast", "trace_id": "t-77", "at": clock.now().isoformat()}
    note_home(home=shelf.home, kind="voice.deletion_failed", data={"error": error})
    found = rows(browse(cast.viewer), shelf.voice)
    assert [row["kind"] for row in found] == ["voice.deletion_failed", "voice.deletion_asked", "voice.created"]
    assert found[1]["sentence"] == "A home of a voice is to be deleted, at the provider first."
    assert "sandbox · generation 1" in found[1]["where"]
    assert shelf.home.vendor_voice_id in found[1]["where"]
    assert (found[1]["actor"], found[0]["actor"]) == ("Ada Owner", "platform")
    assert found[1]["why"] == "She asked for it."
    for part in ("provider_busy", "too fast", "t-77"):
        assert part in found[0]["why"]
    assert (found[2]["where"], found[2]["details"]) == ("", "language: en")


def test_a_paid_call_shows_what_was_booked_for_it_with_its_fee(cast, shelf, browse):
    note_home(home=shelf.home, kind="voice.activated", data={"by": "keepalive", "attempt": shelf.attempt.id})
    note_home(home=shelf.home, kind="voice.expiring", data={"hours_left": 24})
    book(cast, shelf, shelf.attempt.id, 600)
    book(cast, shelf, shelf.attempt.id, 1_500_000, LedgerEntry.Kind.ACTIVATION_FEE)
    assert [row["cost"] for row in rows(browse(cast.viewer), shelf.voice)] == ["", "1.5006\u00a0USD"]
    rest = cast.api("viewer").get(f"/api/v1/voices/{shelf.voice.slug}/timeline").json()["results"]
    assert [row["cost"] for row in rest] == [None, {"amount_micros": 1_500_600, "currency": "USD"}]


def test_moments_are_those_of_the_team(cast, shelf, browse):
    cast.team.time_zone = "Asia/Tokyo"
    cast.team.save()
    deadline = "2026-03-04T12:00:00+00:00"
    note_home(home=shelf.home, kind="voice.expiring", data={"deadline": deadline, "will_be_kept": True})
    row = rows(browse(cast.viewer), shelf.voice)[0]
    assert "JST" in row["when"]
    assert row["details"] == "deadline: 2026-03-04\u00a021:00\u00a0JST · will be kept: yes"


def test_what_events_say_cannot_become_markup(cast, shelf, browse):
    note_voice(voice=shelf.voice, kind="voice.retired", data={"reason": "<b>no</b>", "odd": {"x": "<i>"}})
    shown = browse(cast.viewer).get(url(shelf.voice)).content.decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in shown
    assert "<b>no</b>" not in shown
    assert "odd: &lt;i&gt;" in shown


def test_a_long_life_is_paged_and_asks_no_more_queries(cast, shelf, browse):
    client = browse(cast.viewer)
    note_home(home=shelf.home, kind="voice.activated", data={"attempt": shelf.attempt.id})
    rows(client, shelf.voice)
    with CaptureQueriesContext(connection) as few:
        rows(client, shelf.voice)
    for number in range(60):
        note_home(home=shelf.home, kind="voice.activated", data={"attempt": shelf.attempt.id, "hours_left": number})
    with CaptureQueriesContext(connection) as many:
        first = rows(client, shelf.voice)
    assert len(many) == len(few)
    assert (len(first), len(rows(client, shelf.voice, page=2))) == (50, 11)
    assert first[0]["details"] == "hours left: 59"
    assert len(rows(client, shelf.voice, page="nonsense")) == 50


def test_another_team_gets_none_of_it(cast, shelf, browse):
    note_voice(voice=shelf.voice, kind="voice.created")
    assert browse(cast.outsider).get(url(shelf.voice)).url == reverse("admin:index")
    assert Event.objects.filter(subject_id=shelf.voice.id).exists()


def test_a_sample_is_told_by_its_name_and_a_decision_in_words(cast, shelf, other_shelf, browse):
    note_home(home=shelf.home, kind="voice.policy_changed", data={"policy": "let_lapse", "revival": "manual"})
    note_voice(voice=shelf.voice, kind="voice.sample_added", data={"sample": shelf.sample.id})
    note_voice(voice=shelf.voice, kind="voice.sample_added", data={"sample": other_shelf.sample.id})
    foreign, named, decided = rows(browse(cast.viewer), shelf.voice)
    assert foreign["details"] == f"sample: {other_shelf.sample.id}"
    assert ">Xylophon sample</a>" in named["details"]
    assert decided["details"] == "policy: let lapse · if lost: by hand"
