"""Where the provider counts otherwise than we do, its number is booked and ours stays beside it."""

import pytest

from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, LedgerEntry, Meter


@pytest.fixture
def other_rule(vendor):
    """The provider bills code points, where its documentation says two for an ideograph."""
    vendor.count_by("code_points")
    yield
    vendor.count_by("")


def test_the_providers_number_is_booked_and_the_estimate_stays_beside_it(other_rule, cast, ask, render_all, vendor):
    clip = ask("你好世界")
    assert clip.estimated_characters == 8

    render_all()

    charged = vendor.bill()[0]["characters"]
    assert charged == 4
    entry = LedgerEntry.objects.get()
    assert (entry.billed_characters, entry.estimated_characters, entry.source) == (4, 8, "provider")
    assert Meter.objects.get(scope="team", unit="characters").spent == 4
    shown = cast.api().get(f"/api/v1/clips/{clip.id}").json()
    assert (shown["billed_characters"], shown["estimated_characters"]) == (4, 8)
    assert entry.amount_micros == shown["amount"]["amount_micros"] == vendor.bill()[0]["amount_micros"]
    assert (Attempt.objects.get().estimated_characters, Attempt.objects.get().billed_characters) == (8, 4)
    assert verify_ledger() == []


def test_the_difference_is_visible_in_the_ledger(other_rule, cast, ask, render_all):
    ask("你好世界")
    render_all()
    row = cast.api("auditor").get("/api/v1/ledger").json()["results"][0]
    assert (row["billed_characters"], row["source"]) == (4, "provider")
    assert row["estimated_characters"] == 8


def test_a_hit_saves_what_the_provider_counted(other_rule, ask, render_all):
    ask("你好世界")
    render_all()
    again = ask("你好世界")
    assert again.segments.get().saved_characters == 4
