"""The books as JSON, totals and CSV."""

import csv
import io
from datetime import datetime

import pytest

from accounts.ids import new_id
from accounts.models import LedgerEntry, Token

LEDGER, TOTALS, CSV = "/api/v1/ledger", "/api/v1/ledger/totals", "/api/v1/ledger.csv"


def book(cast, at="2026-11-20T10:00:00Z", **fields):
    moment = datetime.fromisoformat(at)
    values = {
        "key": f"test:{new_id()}",
        "at": moment,
        "period": "2026-11",
        "kind": "speech",
        "billed_characters": 100,
        "estimated_characters": 90,
        "source": "provider",
        "amount_micros": 10_000,
        "currency": "USD",
        "team_id": cast.team.id,
        "team_slug": cast.team.slug,
        "voice_slug": "narrator",
        "model": "speech-2.8-hd",
        "project_slug": "website",
        "project_id": cast.project.id,
        "trace_id": "0af",
    }
    return LedgerEntry.objects.create(**(values | fields))


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_an_entry_has_the_fixed_shape(cast):
    entry = book(cast, attempt_id="a1", provider_account_slug="sandbox")
    row = cast.api("auditor").get(LEDGER).json()["results"][0]
    assert row == {
        "id": entry.id,
        "at": "2026-11-20T10:00:00Z",
        "booked_at": row["booked_at"],
        "kind": "speech",
        "billed_characters": 100,
        "estimated_characters": 90,
        "saved_characters": 0,
        "source": "provider",
        "amount": {"amount_micros": 10_000, "currency": "USD"},
        "voice": "narrator",
        "provider_voice_id": None,
        "provider_account": "sandbox",
        "model": "speech-2.8-hd",
        "token": None,
        "token_name": None,
        "project": "website",
        "trace_id": "0af",
        "attempt": "a1",
        "corrects": None,
        "reason": None,
    }


def test_filters_narrow_and_combine(cast):
    api = cast.api("auditor")
    token = Token.objects.get()
    mine = book(cast, token_id=token.id, voice_slug="second", model="speech-02-hd", kind="preview")
    book(cast, project_slug="", project_id="")
    for narrowed in (
        {"voice": "second"},
        {"model": "speech-02-hd"},
        {"kind": "preview"},
        {"token": token.id},
        {"token": token.prefix},
        {"project": "website"},
        {"project": cast.project.id},
        {"voice": "second", "kind": "preview"},
    ):
        assert ids(api.get(LEDGER, narrowed)) == [mine.id], narrowed
    assert ids(api.get(LEDGER, {"voice": "second", "kind": "speech"})) == []


def test_days_are_whole_days_in_the_teams_time_zone(cast):
    cast.team.time_zone = "Asia/Shanghai"
    cast.team.save()
    before = book(cast, "2026-11-19T15:59:59Z")
    first = book(cast, "2026-11-19T16:00:00Z")
    last = book(cast, "2026-11-20T15:59:59Z")
    after = book(cast, "2026-11-20T16:00:00Z")
    api = cast.api("auditor")
    # Two entries of one millisecond have no order.
    assert set(ids(api.get(LEDGER, {"from": "2026-11-20", "to": "2026-11-20"}))) == {last.id, first.id}
    assert ids(api.get(LEDGER, {"to": "2026-11-19"})) == [before.id]
    assert ids(api.get(LEDGER, {"from": "2026-11-20T16:00:00Z"})) == [after.id]
    assert ids(api.get(LEDGER, {"to": "2026-11-19T16:00:00Z"})) == [before.id]
    assert ids(api.get(LEDGER, {"to": "2026-11-20T00:00:00+08:00"})) == [before.id]


@pytest.mark.parametrize(
    "bound", ["yesterday", "2026-13-01", "2026-11-20T08:00:00", "2026-11-32T08:00:00Z", "9999-12-31", "0001-01-01"]
)
def test_a_bound_that_is_no_moment_is_refused(cast, bound):
    answer = cast.api("auditor").get(LEDGER, {"from": bound})
    assert (answer.status_code, answer.json()["field"]) == (400, "from")


def test_another_team_is_never_in_the_books(cast):
    book(cast)
    assert ids(cast.api("outsider").get(LEDGER)) == []
    assert cast.api("outsider").get(TOTALS).json() == {"rows": []}
    assert b"".join(cast.api("outsider").get(CSV)).count(b"\n") == 1


def test_totals_never_add_currencies(cast):
    book(cast)
    book(cast, amount_micros=5_000)
    book(cast, currency="CNY", amount_micros=70_000)
    book(cast, currency="", amount_micros=0, kind="saved", billed_characters=0, saved_characters=40)
    rows = cast.api("auditor").get(TOTALS).json()["rows"]
    assert [(row["amount"], row["billed_characters"], row["saved_characters"], row["entries"]) for row in rows] == [
        (None, 0, 40, 1),
        ({"amount_micros": 70_000, "currency": "CNY"}, 100, 0, 1),
        ({"amount_micros": 15_000, "currency": "USD"}, 200, 0, 2),
    ]


def test_totals_group_by_what_is_asked(cast):
    cast.team.time_zone = "Asia/Shanghai"
    cast.team.save()
    book(cast, "2026-11-19T16:00:00Z", token_id="t1", token_name="Radio")
    book(cast, "2026-11-20T16:00:00Z", voice_slug="second", kind="preview")
    api = cast.api("auditor")
    grouped = api.get(TOTALS, {"group_by": "day,voice,kind"}).json()["rows"]
    assert [(row["day"], row["voice"], row["kind"]) for row in grouped] == [
        ("2026-11-20", "narrator", "speech"),
        ("2026-11-21", "second", "preview"),
    ]
    by_token = api.get(TOTALS, {"group_by": "token"}).json()["rows"]
    assert [(row["token"], row["token_name"]) for row in by_token] == [(None, None), ("t1", "Radio")]
    for group in ("model", "project", "provider_account"):
        assert group in api.get(TOTALS, {"group_by": group}).json()["rows"][0]
    assert api.get(TOTALS, {"group_by": "voice", "kind": "preview"}).json()["rows"][0]["voice"] == "second"
    assert api.get(TOTALS, {"group_by": "colour"}).json()["field"] == "group_by"


def test_csv_holds_every_entry_and_no_formula(cast):
    book(cast, voice_slug='=HYPERLINK("x")', reason="@cmd", trace_id="-1+1", token_name="+1", model="\tx")
    book(cast, billed_characters=-5, amount_micros=-300, kind="correction")
    answer = cast.api("auditor").get(CSV)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode(), newline="")))
    correction, harmful = sorted(rows, key=lambda row: row["kind"])
    assert (correction["billed_characters"], correction["amount_micros"]) == ("-5", "-300")
    assert harmful["voice_slug"] == '\'=HYPERLINK("x")'
    assert (harmful["reason"], harmful["trace_id"], harmful["token_name"]) == ("'@cmd", "'-1+1", "'+1")
    assert harmful["model"] == "'\tx"
    assert harmful["at"] == "2026-11-20T10:00:00Z"


def test_csv_takes_the_same_filters(cast):
    book(cast)
    book(cast, kind="preview")
    text = b"".join(cast.api("auditor").get(CSV, {"kind": "preview"})).decode()
    assert text.count("preview") == 1
    assert "speech-2.8-hd" in text
    assert text.count("\n") == 2
