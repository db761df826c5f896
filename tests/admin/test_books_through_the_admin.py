"""The ledger and the events are read, summed and exported, and changed by nobody; unresolved calls are resolved."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock, ledger
from accounts.ids import new_id
from accounts.ledger import Booking, Spoken
from accounts.models import Attempt, Event, LedgerEntry
from accounts.money import Money
from accounts.payer import Payer

LEDGER = "admin:accounts_ledgerentry_changelist"


def book(
    cast, *, kind="speech", billed=100, estimated=100, micros=1_000, currency="USD", voice="ada", at=None, saved=0
):
    return ledger.book(
        Booking(
            key=f"attempt:{new_id()}",
            kind=kind,
            at=at or clock.now(),
            payer=Payer(team_id=cast.team.id),
            spoken=Spoken(account=cast.account, model="speech-2.6-hd", voice_slug=voice),
            amount=Money(micros, currency),
            source=LedgerEntry.Source.PROVIDER,
            billed_characters=billed,
            estimated_characters=estimated,
            saved_characters=saved,
            trace_id=f"trace-{voice}",
        )
    )


def totals(client, **filters):
    return client.get(reverse(LEDGER), filters).context["cl"].totals


@pytest.fixture
def books(cast):
    book(cast, billed=105, estimated=100, micros=10_500_000)
    book(cast, voice="bob", micros=2_000_000, currency="CNY")
    book(cast, kind="activation_fee", billed=0, estimated=0, micros=1_500_000)
    book(cast, kind="saved", billed=0, estimated=0, micros=0, saved=80)


def test_totals_follow_the_filter_and_never_add_currencies(cast, books, browse):
    client = browse(cast.auditor)
    everything = totals(client)
    assert everything["money"] == ["2.00\u00a0CNY", "12.00\u00a0USD"]
    assert (everything["entries"], everything["billed"], everything["saved"]) == ("4", "205", "80")
    assert "+5" in everything["difference"]
    assert totals(client, voice_slug="bob")["money"] == ["2.00\u00a0CNY"]
    assert totals(client, kind__exact="saved")["saved"] == "80"


def test_entries_billed_otherwise_than_estimated_can_be_filtered(cast, books, browse):
    client = browse(cast.auditor)
    assert totals(client, difference="yes")["billed"] == "105"
    assert totals(client, difference="no")["billed"] == "100"


def test_a_range_of_days_includes_both_ends(cast, browse):
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    for days in (0, 1, 2):
        book(cast, at=noon - timedelta(days=days), billed=10**days)
    client = browse(cast.auditor)
    first, last = (noon - timedelta(days=days) for days in (2, 1))
    shown = totals(client, at_from=f"{first:%Y-%m-%d}", at_to=f"{last:%Y-%m-%d}")
    assert shown["billed"] == "110"


def test_the_csv_holds_the_current_filter_and_only_the_own_team(cast, books, other_shelf, browse):
    client = browse(cast.auditor)
    answer = client.get(reverse("admin:accounts_ledgerentry_csv"), {"voice_slug": "ada", "kind__exact": "speech"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row["billed_characters"], row["trace_id"]) for row in rows] == [("105", "trace-ada")]
    assert answer["Content-Type"].startswith("text/csv")
    whole = client.get(reverse("admin:accounts_ledgerentry_csv"))
    assert len(b"".join(whole.streaming_content).splitlines()) == 1 + 4


def test_the_page_links_to_the_csv_of_its_own_filter(cast, books, browse):
    shown = browse(cast.auditor).get(reverse(LEDGER), {"voice_slug": "ada"}).content.decode()
    assert f"{reverse('admin:accounts_ledgerentry_csv')}?voice_slug=ada" in shown


@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_the_csv_is_not_for_those_who_may_not_read_the_books(cast, books, browse, who):
    assert browse(getattr(cast, who)).get(reverse("admin:accounts_ledgerentry_csv")).status_code == 403


@pytest.mark.parametrize("model", ["ledgerentry", "event"])
def test_nobody_changes_the_books_not_even_a_superuser(cast, shelf, browse, superuser, model):
    row = shelf.entry if model == "ledgerentry" else shelf.event
    for client in (browse(cast.owner), browse(superuser)):
        change = reverse(f"admin:accounts_{model}_change", args=[row.pk])
        assert client.get(change).status_code == 200
        assert client.post(change, {"reason": "forged", "subject_title": "forged"}).status_code == 403
        assert client.get(reverse(f"admin:accounts_{model}_add")).status_code == 403
        assert client.post(reverse(f"admin:accounts_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_unresolved_attempts_stand_first(cast, shelf, browse):
    for _ in range(3):
        Attempt.objects.create(
            team=cast.team,
            provider_account=cast.account,
            hold=shelf.attempt.hold,
            kind="speech",
            subject="rendering:x",
            state=Attempt.State.SETTLED,
        )
    rows = browse(cast.auditor).get(reverse("admin:accounts_attempt_changelist")).context["cl"].result_list
    assert [row.state for row in rows] == ["unknown", "settled", "settled", "settled"]


def test_a_person_resolves_an_attempt_with_a_reason(cast, shelf, browse):
    client = browse(cast.admin)
    resolve = reverse("admin:accounts_attempt_resolve", args=[shelf.attempt.pk])
    assert "reason" in client.post(resolve, {"outcome": "charged"}).context["form"].errors
    client.post(resolve, {"outcome": "charged", "billed_characters": 41, "reason": "Line 7 of the bill"})
    shelf.attempt.refresh_from_db()
    assert (shelf.attempt.state, shelf.attempt.billed_characters) == ("settled", 41)
    assert (shelf.attempt.resolved_by, shelf.attempt.resolution) == ("Admin", "Line 7 of the bill")
    entry = LedgerEntry.objects.get(attempt_id=shelf.attempt.pk)
    assert (entry.billed_characters, entry.estimated_characters) == (41, 40)
    assert client.post(resolve, {"outcome": "not_charged", "reason": "again"}).status_code == 302
    assert LedgerEntry.objects.filter(attempt_id=shelf.attempt.pk).count() == 1


@pytest.mark.parametrize("who", ["auditor", "editor", "viewer"])
def test_only_those_with_the_right_resolve(cast, shelf, browse, who):
    resolve = reverse("admin:accounts_attempt_resolve", args=[shelf.attempt.pk])
    answer = browse(getattr(cast, who)).post(resolve, {"outcome": "not_charged", "reason": "no"})
    assert answer.status_code in (302, 403)
    shelf.attempt.refresh_from_db()
    assert shelf.attempt.state == "unknown"


def test_an_event_tells_what_its_kind_means(cast, shelf, browse):
    shown = browse(cast.auditor).get(reverse("admin:accounts_event_change", args=[shelf.event.pk])).content.decode()
    assert "A budget was changed or switched off." in shown


def test_events_of_one_subject_can_be_linked_to(cast, shelf, browse):
    listed = browse(cast.auditor).get(
        reverse("admin:accounts_event_changelist"), {"subject_id__exact": shelf.budget.pk}
    )
    assert {event.subject_id for event in listed.context["cl"].result_list} == {shelf.budget.pk}
    assert Event.objects.filter(subject_id=shelf.budget.pk).count() == 2
