"""A voice is taken out of use by a form that shows first what depends on it, and brought back."""

import pytest
from django.urls import reverse

from accounts import clock, ledger
from accounts.ledger import Spoken
from accounts.models import LedgerEntry
from accounts.money import Money
from accounts.payer import Payer
from voicelib.flows.voices import fee_key
from voicelib.models import Deletion, ProviderVoice

State = ProviderVoice.State


def url(name, voice):
    return reverse(f"admin:voicelib_voice_{name}", args=[voice.pk])


def page(client, voice):
    return client.get(url("change", voice)).content.decode()


@pytest.fixture
def paid(cast, shelf):
    """The fee of the shelf's home is in the books."""
    spoken = Spoken(
        account=cast.account, model="speech-2.6-hd", voice_slug=shelf.voice.slug, vendor_voice_id="vendor-1"
    )
    ledger.book(
        ledger.Booking(
            key=fee_key(shelf.home),
            kind=LedgerEntry.Kind.ACTIVATION_FEE,
            at=clock.now(),
            payer=Payer(cast.team.id),
            spoken=spoken,
            amount=Money(1_500_000, "USD"),
            source=LedgerEntry.Source.PROVIDER,
        )
    )


def order(shelf, **fields):
    return {"name": shelf.voice.name, "reason": "The contract ended.", "undo_hours": "24"} | fields


def test_what_depends_on_it_stands_above_the_form(cast, shelf, paid, browse):
    facts = str(browse(cast.editor).get(url("retire", shelf.voice)).context["question"].facts)
    for part in ("1 failed", "1 ready", "Temporary", "1.50\xa0USD was paid for it"):
        assert part in facts.replace("\\xa0", "\xa0")


def test_the_name_is_typed_and_the_hours_are_hours(cast, shelf, browse):
    client = browse(cast.editor)
    assert "name" in client.post(url("retire", shelf.voice), order(shelf, name="somebody")).context["form"].errors
    answer = client.post(url("retire", shelf.voice), order(shelf, undo_hours="721"))
    assert "undo_hours" in answer.context["form"].errors
    shelf.voice.refresh_from_db()
    assert shelf.voice.retired_at is None


def test_it_is_out_of_use_until_it_is_restored(cast, shelf, browse):
    client = browse(cast.editor)
    assert client.post(url("retire", shelf.voice), order(shelf)).status_code == 302
    shelf.voice.refresh_from_db()
    assert shelf.voice.retired_at is not None
    shown = page(client, shelf.voice)
    assert "Retired (deleting)" in shown
    assert "The contract ended." in shown
    for name in ("retire", "clone", "activate", "undo_delete"):
        assert url(name, shelf.voice) not in shown, name
    voices = client.get(reverse("admin:voicelib_voice_changelist"), {"state": "retired"}).content.decode()
    assert "Retired (deleting)" in voices
    assert (
        shelf.voice.name
        not in client.get(reverse("admin:voicelib_voice_changelist"), {"state": "deleting"})
        .content.decode()
        .split("result_list")[-1]
    )
    assert client.post(url("restore", shelf.voice), {}).status_code == 302
    shelf.voice.refresh_from_db()
    shelf.home.refresh_from_db()
    assert (shelf.voice.retired_at, shelf.home.state) == (None, State.TEMPORARY)


@pytest.mark.django_db(transaction=True)
def test_when_the_providers_were_asked_it_stays_out_of_use(cast, shelf, browse, sandbox, drain):
    client = browse(cast.editor)
    client.post(url("retire", shelf.voice), order(shelf, undo_hours="0"))
    drain()
    assert Deletion.objects.get().outcome == Deletion.Outcome.DELETED
    assert "Retired (deleted)" in page(client, shelf.voice)
    refused = client.post(url("restore", shelf.voice), {})
    assert "deletion_under_way" in str(refused.context["form"].non_field_errors())


def test_a_viewer_has_no_button_and_another_team_no_voice(cast, shelf, browse):
    viewer, stranger = browse(cast.viewer), browse(cast.outsider)
    for name in ("retire", "restore"):
        assert url(name, shelf.voice) not in page(viewer, shelf.voice)
        assert viewer.post(url(name, shelf.voice), order(shelf)).status_code == 403
        assert stranger.post(url(name, shelf.voice), order(shelf)).url == reverse("admin:index")
    shelf.voice.refresh_from_db()
    assert shelf.voice.retired_at is None
