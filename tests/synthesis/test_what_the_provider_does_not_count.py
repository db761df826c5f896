"""A provider that reports no number is booked by our estimate, and that is said wherever the number is shown."""

from dataclasses import replace

import pytest

from accounts import spool
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, LedgerEntry
from synthesis.flows import recovery, rendering


class Died(BaseException):
    """The end of a process."""


@pytest.fixture
def uncounted(ask, at_step, render_all):
    """A clip whose provider answered without a number."""

    def die(ids):
        raise Died

    clip = ask("Nobody counted it.")
    at_step("spooled", die)
    with pytest.raises(Died):
        rendering.render(rendering_id=clip.segments.get().rendering_id)
    attempt = Attempt.objects.get()
    answer = spool.find(attempt.id)
    assert answer is not None
    spool.keep(attempt.id, replace(answer, billed_characters=None))
    recovery.recover_after_restart()
    clip.refresh_from_db()
    return clip


def test_the_ledger_and_the_clip_say_that_it_is_our_estimate(uncounted, cast):
    entry = LedgerEntry.objects.get()
    shown = cast.api().get(f"/api/v1/clips/{uncounted.id}").json()
    assert (entry.source, entry.billed_characters) == ("estimated", 18)
    assert (shown["state"], shown["billed_characters"], shown["billed_source"]) == ("ready", 18, "estimated")
    assert verify_ledger() == []


def test_the_admin_says_it_too(uncounted, cast, client):
    client.force_login(cast.owner)
    page = client.get(f"/admin/synthesis/clip/{uncounted.id}/change/").content.decode()
    assert "18 (our estimate)" in page


def test_a_number_of_the_provider_is_shown_as_its_own(ask, render_all, cast):
    clip = ask("Counted.")
    waiting = cast.api().get(f"/api/v1/clips/{clip.id}").json()
    render_all()
    shown = cast.api().get(f"/api/v1/clips/{clip.id}").json()
    assert (waiting["billed_source"], shown["billed_source"]) == (None, "provider")


def test_a_hit_has_nobody_who_counted(uncounted, ask, cast):
    again = ask("Nobody counted it.")
    assert cast.api().get(f"/api/v1/clips/{again.id}").json()["billed_source"] is None
