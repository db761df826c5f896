"""Nobody sees, finds, opens or changes in the admin what is another team's, on any page that is registered."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.admin.scoping import TeamScoped
from accounts.models import (
    Attempt,
    Budget,
    Event,
    LedgerEntry,
    Mail,
    Membership,
    Price,
    Project,
    ProviderAccount,
    Team,
    Token,
    User,
)
from accounts.roles import ROLE_SCOPES
from synthesis.models import Clip
from voicelib.models import Consent, Dictionary, Sample, StatementText, SystemVoice, Voice

REGISTERED: dict[Any, Any] = admin.site._registry
ROLES = ["owner", "admin", "editor", "viewer", "auditor"]
# Model → (scope that reads it, scope that adds to it or None).
PAGES: dict[Any, tuple[str | None, str | None]] = {
    Attempt: ("attempts:read", None),
    Budget: ("budgets:read", "budgets:write"),
    Clip: ("clips:read", "clips:write"),
    Consent: ("voices:read", "voices:write"),
    Dictionary: ("dictionaries:read", "dictionaries:write"),
    Event: ("events:read", None),
    LedgerEntry: ("ledger:read", None),
    Mail: ("tokens:read", None),
    Membership: ("projects:read", "tokens:write"),
    Price: ("provider-accounts:read", None),
    Project: ("projects:read", "projects:write"),
    ProviderAccount: ("provider-accounts:read", "provider-accounts:write"),
    Sample: ("voices:read", "voices:write"),
    StatementText: ("voices:read", "voices:write"),
    SystemVoice: ("voices:read", "voices:write"),
    Team: ("projects:read", None),
    Token: ("tokens:read", "tokens:write"),
    User: (None, None),
    Voice: ("voices:read", "voices:write"),
}
TEAMS_OWN = [model for model in PAGES if model not in (Price, SystemVoice, User)]


def buttons_of(registered):
    """Names of the buttons of one row, those in groups too."""
    return [
        name for entry in registered.actions_detail for name in (entry["items"] if isinstance(entry, dict) else [entry])
    ]


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def of_other_team(model, cast, other_shelf):
    if model is Team:
        return cast.other_team
    if model is Membership:
        return Membership.objects.get(team=cast.other_team)
    if model is Project:
        return Project.objects.create(team=cast.other_team, slug="quetzal-project", name="Quetzal project")
    return model.objects.filter(team_id=cast.other_team.id).first()


def test_every_model_admin_and_inline_is_scoped_and_listed_here():
    assert set(REGISTERED) == set(PAGES)
    for registered in REGISTERED.values():
        assert issubclass(type(registered), TeamScoped), registered
        for inline in registered.inlines:
            assert issubclass(inline, TeamScoped), inline


@pytest.mark.parametrize("who", ROLES)
def test_a_list_opens_for_the_roles_that_may_read_it_and_for_no_other(cast, shelf, browse, who):
    client = browse(getattr(cast, who))
    for model, (scope, _) in PAGES.items():
        allowed = scope is not None and scope in ROLE_SCOPES[who]
        assert client.get(page(model, "changelist")).status_code == (200 if allowed else 403), (who, model)


@pytest.mark.parametrize("who", ROLES)
def test_an_add_page_opens_for_the_roles_that_may_write_and_for_no_other(cast, shelf, browse, who):
    client = browse(getattr(cast, who))
    for model, (_, scope) in PAGES.items():
        allowed = scope is not None and scope in ROLE_SCOPES[who]
        assert client.get(page(model, "add")).status_code == (200 if allowed else 403), (who, model)


def test_a_superuser_opens_every_list_and_sees_all_teams(cast, shelf, other_shelf, browse, superuser):
    client = browse(superuser)
    for model in PAGES:
        assert client.get(page(model, "changelist")).status_code == 200, model
    shown = client.get(page(Voice, "changelist")).content.decode()
    assert shelf.voice.name in shown
    assert other_shelf.voice.name in shown


def test_no_list_and_no_filter_names_anything_of_another_team(cast, shelf, other_shelf, browse):
    client = browse(cast.owner)
    for model in PAGES:
        if model is User:
            continue
        for query in ("", "?q=etza", "?all="):
            body = client.get(page(model, "changelist") + query).content.decode()
            assert "quetzal" not in body.lower(), (model, query)
            assert cast.other_team.slug not in body, (model, query)


def test_no_form_offers_anything_of_another_team(cast, shelf, other_shelf, browse):
    client = browse(cast.owner)
    for model, (_, scope) in PAGES.items():
        if scope is not None:
            shown = client.get(page(model, "add")).content.decode().lower()
            assert "quetzal" not in shown, model
            assert cast.other_team.id not in shown, model


@pytest.mark.parametrize("model", TEAMS_OWN, ids=lambda model: model.__name__)
def test_a_row_of_another_team_answers_like_one_that_does_not_exist(cast, shelf, other_shelf, browse, model):
    client = browse(cast.owner)
    row = of_other_team(model, cast, other_shelf)
    assert row is not None
    foreign = client.get(page(model, "change", row.pk))
    missing = client.get(page(model, "change", "no-such-row"))
    assert (foreign.status_code, foreign.url) == (missing.status_code, missing.url) == (302, reverse("admin:index"))


@pytest.mark.parametrize("model", TEAMS_OWN, ids=lambda model: model.__name__)
def test_no_button_acts_on_a_row_of_another_team(cast, shelf, other_shelf, browse, model):
    client = browse(cast.owner)
    row = of_other_team(model, cast, other_shelf)
    registered = REGISTERED[model]
    for action in buttons_of(registered):
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=[row.pk])
        for answer in (client.get(url), client.post(url, {})):
            assert answer.status_code == 302, action
            assert answer.url == reverse("admin:index")


@pytest.mark.parametrize("model", TEAMS_OWN, ids=lambda model: model.__name__)
def test_a_viewer_has_no_button_and_reaches_none(cast, shelf, browse, model):
    client = browse(cast.viewer)
    row = model.objects.filter(**{"id" if model is Team else "team_id": cast.team.id}).first()
    for action in buttons_of(REGISTERED[model]):
        if action in ("try_text", "clips", "consents", "timeline", "shelf"):
            # Reading, like the page itself.
            continue
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=[row.pk])
        assert client.post(url, {}).status_code in (302, 403)
        shown = client.get(page(model, "change", row.pk))
        assert url not in shown.content.decode(), action


def test_deleting_is_offered_nowhere(cast, shelf, browse, superuser):
    for client in (browse(cast.owner), browse(superuser)):
        for model in TEAMS_OWN:
            row = model.objects.filter(**{"id" if model is Team else "team_id": cast.team.id}).first()
            assert client.get(page(model, "delete", row.pk)).status_code == 403, model
            client.post(page(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk]})
            assert model.objects.filter(pk=row.pk).exists(), model


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Token, "digest__startswith"),
        (Token, "created_by__password__startswith"),
        (ProviderAccount, "key_encrypted__startswith"),
        (Membership, "user__password__startswith"),
        (Membership, "team__tokens__digest__startswith"),
        (Voice, "team__provider_accounts__key_encrypted__startswith"),
    ],
)
def test_a_secret_cannot_be_asked_for_letter_by_letter(cast, shelf, browse, model, lookup):
    answer = browse(cast.owner).get(page(model, "changelist"), {lookup: "a"})
    assert answer.status_code == 400


def test_a_person_without_a_team_sees_an_empty_house(db, browse):
    client = browse(User.objects.create_user("alone@example.com", "correct horse battery"))
    assert "belong to no team" in client.get(reverse("admin:index")).content.decode()
    for model in PAGES:
        assert client.get(page(model, "changelist")).status_code == 403


def test_a_removed_member_loses_the_pages_with_the_membership(cast, shelf, browse):
    client = browse(cast.editor)
    assert client.get(page(Voice, "change", shelf.voice.pk)).status_code == 200
    Membership.objects.filter(user=cast.editor).delete()
    assert client.get(page(Voice, "change", shelf.voice.pk)).status_code in (302, 403)


def test_recordings_of_another_team_are_not_given_out(cast, shelf, other_shelf, browse):
    mine, theirs = browse(cast.viewer), browse(cast.outsider)
    shelf.home.preview_key = shelf.sample.storage_key
    shelf.home.save()
    clip = reverse("admin:synthesis_clip_audio", args=[shelf.clip.pk])
    sample = reverse("admin:voicelib_sample_audio", args=[shelf.sample.pk])
    preview = reverse("admin:voicelib_providervoice_preview", args=[shelf.home.pk])
    for url in (sample, preview):
        answer = mine.get(url)
        assert b"".join(answer.streaming_content).startswith(b"ID3")
    assert mine.get(clip).status_code == 302
    for url in (clip, sample, preview):
        assert theirs.get(url).status_code == 404


def test_no_button_stands_in_the_way_of_a_page_of_the_framework():
    for registered in REGISTERED.values():
        taken = {"add", "change", "delete", "history", "changelist", "autocomplete"}
        assert not taken & {*buttons_of(registered), *registered.actions_list}, registered


def test_the_team_is_named_in_rows_only_for_those_who_have_several(cast, shelf, browse):
    client = browse(cast.owner)
    one = client.get(page(Voice, "changelist"))
    assert "team" not in one.context["cl"].list_display
    Membership.objects.create(team=cast.other_team, user=cast.owner, role="viewer")
    assert "team" in client.get(page(Voice, "changelist")).context["cl"].list_display
