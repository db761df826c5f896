"""Homes of a voice by forms: preferred, added for a system voice, deleted, and kept after all."""

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import Event
from accounts.payer import Actor
from tests.admin.shelf import make_home
from tests.cast import make_account
from voicelib.flows.deletion import ask_deletion, delete_home
from voicelib.flows.system_voices import add_system_voice
from voicelib.models import Deletion, ProviderVoice, Voice

State = ProviderVoice.State
BUTTONS = ("prefer", "add_home", "delete_home", "undo_delete")


def url(name, voice):
    return reverse(f"admin:voicelib_voice_{name}", args=[voice.pk])


def page(client, voice):
    return client.get(url("change", voice)).content.decode()


@pytest.fixture
def second(cast):
    return make_account(cast.team, slug="second", is_default=False)


@pytest.fixture
def two_homes(cast, shelf, second):
    """The homes of the shelf's voice, at the default account and at another one."""
    return shelf.home, make_home(shelf.voice, second, at=clock.now(), state=State.PERMANENT)


@pytest.fixture
def speaker(cast, actor):
    return add_system_voice(
        team=cast.team,
        actor=actor,
        name="Santa",
        slug="santa",
        language="en",
        account=cast.account,
        voice_id="Santa_Claus ",
    )


@pytest.fixture
def actor(cast):
    return Actor(user_id=cast.owner.id, name="Owner")


def test_an_account_is_preferred_and_not_any_more(cast, shelf, second, two_homes, browse):
    client = browse(cast.editor)
    assert client.post(url("prefer", shelf.voice), {"account": second.pk}).status_code == 302
    shelf.voice.refresh_from_db()
    assert shelf.voice.primary_account == second
    assert "</i>Preferred</span>" in page(client, shelf.voice)
    assert client.get(url("prefer", shelf.voice)).context["form"].initial == {"account": second.pk}
    client.post(url("prefer", shelf.voice), {"account": ""})
    shelf.voice.refresh_from_db()
    assert shelf.voice.primary_account is None
    assert Event.objects.filter(kind="voice.primary_chosen").count() == 2


def test_only_accounts_with_a_home_can_be_preferred(cast, shelf, second, browse):
    form = browse(cast.editor).post(url("prefer", shelf.voice), {"account": second.pk}).context["form"]
    assert "account" in form.errors


def test_a_system_voice_speaks_at_another_account_too(cast, speaker, second, browse):
    client = browse(cast.editor)
    form = client.get(url("add_home", speaker)).context["form"]
    assert list(form.fields["account"].queryset) == [second]
    answer = client.post(url("add_home", speaker), {"account": second.pk, "voice_id": "Santa_Claus "})
    assert answer.status_code == 302
    assert {home.vendor_voice_id for home in speaker.homes.all()} == {"Santa_Claus "}
    assert speaker.homes.count() == 2
    # There is no account left.
    assert url("add_home", speaker) not in page(client, speaker)


def test_an_unknown_system_voice_is_refused_on_the_form(cast, speaker, second, browse):
    answer = browse(cast.editor).post(url("add_home", speaker), {"account": second.pk, "voice_id": "Santa_Claus"})
    assert "system_voice_unknown" in str(answer.context["form"].errors["voice_id"])
    assert speaker.homes.count() == 1


def test_a_cloned_voice_gets_its_homes_by_cloning(cast, shelf, second, browse):
    client = browse(cast.editor)
    assert url("add_home", shelf.voice) not in page(client, shelf.voice)
    client.post(url("add_home", shelf.voice), {"account": second.pk, "voice_id": "x"})
    assert shelf.voice.homes.count() == 1


def test_a_home_is_chosen_and_deleted_with_time_to_undo_it(cast, shelf, two_homes, browse):
    client = browse(cast.editor)
    form = client.get(url("delete_home", shelf.voice)).context["form"]
    assert {home_id for home_id, _ in form.fields["home"].choices} == {home.id for home in two_homes}
    order = {"home": two_homes[1].id, "reason": "Too expensive.", "undo_hours": "24"}
    assert client.post(url("delete_home", shelf.voice), order).status_code == 302
    deletion = Deletion.objects.get()
    assert (deletion.home, deletion.reason) == (two_homes[1], "Too expensive.")
    assert deletion.due_at is not None
    assert deletion.due_at > clock.real_now()
    shown = page(client, shelf.voice)
    for part in ("Deleting", "To be deleted", "the provider is asked in 23 h", "Too expensive."):
        assert part in shown


def test_where_one_home_can_be_meant_it_is_not_asked_for(cast, shelf, browse):
    client = browse(cast.editor)
    assert "home" not in client.get(url("delete_home", shelf.voice)).context["form"].fields
    client.post(url("delete_home", shelf.voice), {"undo_hours": "1"})
    assert Deletion.objects.get().home == shelf.home


@pytest.mark.parametrize("hours", ["-1", "721", "soon", ""])
def test_hours_that_are_none_are_refused(cast, shelf, browse, hours):
    answer = browse(cast.editor).post(url("delete_home", shelf.voice), {"undo_hours": hours})
    assert "undo_hours" in answer.context["form"].errors
    assert not Deletion.objects.exists()


def test_a_deletion_is_undone_until_the_provider_is_asked(cast, shelf, browse):
    client = browse(cast.editor)
    client.post(url("delete_home", shelf.voice), {"undo_hours": "24"})
    assert url("undo_delete", shelf.voice) in page(client, shelf.voice)
    assert client.post(url("undo_delete", shelf.voice), {}).status_code == 302
    shelf.home.refresh_from_db()
    assert shelf.home.state == State.TEMPORARY
    assert url("undo_delete", shelf.voice) not in page(client, shelf.voice)


def test_what_the_provider_said_stands_on_the_page(cast, shelf, sandbox, browse, actor):
    deletion = ask_deletion(home=shelf.home, actor=actor)
    delete_home(deletion_id=deletion.id)
    deletion.refresh_from_db()
    shown = page(browse(cast.viewer), shelf.voice)
    assert "</i>Deletion confirmed</span><small>the provider knows no such voice" in shown
    # What is deleted dies no more.
    assert f"{shelf.home.expires_at:%Y-%m-%d}" not in shown
    assert deletion.trace_id
    assert deletion.trace_id in shown


@pytest.mark.django_db(transaction=True)
def test_a_home_of_a_system_voice_is_taken_away_here_and_not_offered_there(sandbox, cast, speaker, browse, drain):
    client = browse(cast.editor)
    client.post(url("delete_home", speaker), {"undo_hours": "0"})
    drain()
    assert speaker.homes.get().state == State.DELETED
    assert "Deletion not offered" in page(client, speaker)


def test_a_viewer_has_no_button_and_another_team_no_voice(cast, shelf, two_homes, browse):
    viewer, stranger = browse(cast.viewer), browse(cast.outsider)
    for name in BUTTONS:
        assert url(name, shelf.voice) not in page(viewer, shelf.voice)
        assert viewer.post(url(name, shelf.voice), {}).status_code == 403
        assert stranger.post(url(name, shelf.voice), {}).url == reverse("admin:index")


def test_an_account_of_another_team_is_no_home(cast, speaker, browse):
    foreign = make_account(cast.other_team, slug="elsewhere")
    make_account(cast.team, slug="second", is_default=False)
    client = browse(cast.editor)
    answer = client.post(url("add_home", speaker), {"account": foreign.pk, "voice_id": "Santa_Claus "})
    assert "account" in answer.context["form"].errors
    assert Voice.objects.get(slug="santa").homes.count() == 1


def test_a_missing_voice_is_marked_in_the_list_and_on_its_page(cast, shelf, browse):
    ProviderVoice.objects.filter(id=shelf.home.id).update(missing_since=clock.now())
    client = browse(cast.viewer)
    for shown in (page(client, shelf.voice), client.get(reverse("admin:voicelib_voice_changelist")).content.decode()):
        assert "</i>Missing (0 min ago)</span>" in shown


def test_since_when_a_home_is_lost_stands_beside_its_state(cast, shelf, browse):
    ProviderVoice.objects.filter(id=shelf.home.id).update(state=State.PERMANENT, activated_at=clock.now())
    at = clock.now().replace(year=2026, month=3, day=4, hour=12, minute=0)
    # What was proven missing before is no news once it is lost.
    ProviderVoice.objects.filter(id=shelf.home.id).update(state=State.LOST, ended_at=at, missing_since=at)
    shown = page(browse(cast.viewer), shelf.voice)
    assert "</i>Lost</span><small>2026-03-04\u00a012:00\u00a0UTC</small>" in shown
    assert "</i>Missing" not in shown


def test_a_system_voice_needs_no_consent_and_shows_no_recordings(cast, speaker, browse):
    client = browse(cast.viewer)
    shown = page(client, speaker)
    assert "not needed" in shown
    assert "No consent" not in shown
    assert "recordings-group" not in shown


def test_a_draft_shows_no_empty_tables(cast, shelf, browse):
    assert "homes-group" in page(browse(cast.viewer), shelf.voice)
    draft = Voice.objects.create(team=cast.team, slug="draft", name="Draft", language="en")
    shown = page(browse(cast.viewer), draft)
    assert "homes-group" not in shown
    assert "recordings-group" not in shown
