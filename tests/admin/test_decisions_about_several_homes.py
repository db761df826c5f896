"""Where a voice has several homes, the forms ask which is meant; where one can be meant, they do not."""

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import Event, Hold
from accounts.payer import Actor
from tests.admin.shelf import make_home
from tests.cast import make_account
from voicelib.flows.defaults import change_defaults
from voicelib.models import ProviderVoice

State = ProviderVoice.State


def url(name, voice, home=None):
    return reverse(f"admin:voicelib_voice_{name}", args=[voice.pk]) + (f"?home={home.id}" if home else "")


def page(client, voice):
    return client.get(url("change", voice)).content.decode()


def choices(client, name, voice):
    return {value for value, _ in client.get(url(name, voice)).context["form"].fields["home"].choices}


@pytest.fixture
def second(cast, shelf):
    account = make_account(cast.team, slug="second", is_default=False)
    return make_home(shelf.voice, account, at=clock.now(), policy="ask", on_silence="lapse", revival="manual")


@pytest.fixture
def active(cast, shelf):
    account = make_account(cast.team, slug="third", is_default=False)
    return make_home(shelf.voice, account, at=clock.now(), state=State.PERMANENT)


def test_with_one_home_nothing_is_asked(cast, shelf, browse):
    client = browse(cast.editor)
    for name in ("activate", "decide"):
        assert "home" not in client.get(url(name, shelf.voice)).context["form"].fields


def test_the_home_that_is_meant_is_activated(cast, shelf, second, active, browse):
    client = browse(cast.editor)
    assert choices(client, "activate", shelf.voice) == {shelf.home.id, second.id}
    assert "home" in client.post(url("activate", shelf.voice), {}).context["form"].errors
    assert client.post(url("activate", shelf.voice), {"home": second.id}).status_code == 302
    assert Event.objects.get(kind="voice.activation_asked").data["provider_account"] == "second"
    assert Hold.objects.filter(state="open", key__contains=second.id).exists()


def test_what_each_home_costs_is_told_before(cast, shelf, second, browse):
    facts = browse(cast.editor).get(url("activate", shelf.voice)).context["question"].facts
    assert len(facts) == 2
    assert all("1.50\u00a0USD" in str(cost) for _, cost in facts)


def test_a_home_whose_price_is_not_known_says_so(cast, shelf, second, browse):
    second.provider_account.price_list = "nobody's"
    second.provider_account.save()
    facts = browse(cast.editor).get(url("activate", shelf.voice)).context["question"].facts
    assert [("price_missing" in str(cost)) for _, cost in facts] == [True, False]
    refused = browse(cast.editor).post(url("activate", shelf.voice), {"home": second.id})
    assert "price_missing" in str(refused.context["form"].non_field_errors())


def test_a_home_of_another_voice_cannot_be_meant(cast, shelf, second, other_shelf, browse):
    answer = browse(cast.editor).post(url("activate", shelf.voice), {"home": other_shelf.home.id})
    assert "home" in answer.context["form"].errors


def test_a_decision_is_about_the_home_that_is_meant(cast, shelf, second, active, browse):
    client = browse(cast.editor)
    assert choices(client, "decide", shelf.voice) == {shelf.home.id, second.id, active.id}
    form = client.get(url("decide", shelf.voice, second)).context["form"]
    assert (form.initial["home"], form.initial["policy"], form.initial["revival"]) == (second.id, "ask", "manual")
    order = {"home": second.id, "policy": "let_lapse", "on_silence": "lapse", "revival": "automatic"}
    assert client.post(url("decide", shelf.voice), order).status_code == 302
    second.refresh_from_db()
    shelf.home.refresh_from_db()
    assert (second.policy, second.revival) == ("let_lapse", "automatic")
    assert (shelf.home.policy, shelf.home.revival) == ("always", "")


def test_a_permanent_home_can_be_told_what_follows_a_loss(cast, shelf, browse):
    ProviderVoice.objects.filter(id=shelf.home.id).update(
        state=State.PERMANENT, activated_at=clock.now(), expires_at=None
    )
    client = browse(cast.editor)
    assert url("decide", shelf.voice) in page(client, shelf.voice)
    client.post(url("decide", shelf.voice), {"policy": "always", "on_silence": "activate", "revival": "manual"})
    shelf.home.refresh_from_db()
    assert shelf.home.revival == "manual"
    assert "cloned again by hand" in page(client, shelf.voice)


def test_a_clone_begins_with_the_teams_defaults(cast, shelf, browse):
    actor = Actor(user_id=cast.owner.id, name="Owner")
    change_defaults(team=cast.team, actor=actor, changes={"policy": "ask", "on_silence": "lapse"})
    client = browse(cast.editor)
    form = client.get(url("clone", shelf.voice)).context["form"]
    assert (form.initial["policy"], form.initial["on_silence"]) == ("ask", "lapse")
    assert "revival" in form.fields
