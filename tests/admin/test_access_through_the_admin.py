"""Keys, accounts, budgets, projects and members are managed by forms that call the flows."""

import json

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse

from accounts import clock, keyring
from accounts.flows.holds import place_hold
from accounts.flows.tokens import authenticate_token
from accounts.models import Budget, Membership, Price, Project, ProviderAccount, Team, Token, User
from accounts.money import Money
from accounts.payer import Payer
from accounts.roles import Role
from tests.cast import PASSWORD

ACCOUNT_KEY = "sk-very-secret-key-1234"


def url(name, *args):
    return reverse(f"admin:accounts_{name}", args=args)


def test_the_secret_of_a_new_key_is_shown_once_and_works(cast, browse):
    client = browse(cast.owner)
    form = {"team": cast.team.id, "name": "Site", "scopes": ["clips:read", "voices:read"], "project": cast.project.pk}
    answer = client.post(url("token_add"), form)
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    bearer = authenticate_token(secret=secret)
    assert (bearer.token.name, bearer.token.project) == ("Site", cast.project)
    for later in (url("token_changelist"), url("token_change", bearer.token.pk)):
        shown = client.get(later).content.decode()
        assert secret not in shown
        assert bearer.token.digest not in shown
        assert bearer.token.prefix in shown


def test_nobody_gives_a_key_more_than_they_have(cast, browse):
    Membership.objects.create(team=cast.other_team, user=cast.owner, role=Role.VIEWER)
    answer = browse(cast.owner).post(
        url("token_add"), {"team": cast.other_team.id, "name": "Mine", "scopes": ["clips:write"]}
    )
    assert "team" in answer.context["form"].errors
    assert not Token.objects.filter(team=cast.other_team).exists()


def test_a_revoked_key_opens_nothing(cast, shelf, browse, client):
    admin = browse(cast.admin)
    assert admin.post(url("token_revoke", shelf.token.pk)).status_code == 302
    refused = client.get("/api/v1/me", headers={"Authorization": f"Bearer {shelf.secret}"})
    assert refused.status_code == 401
    assert "Revoked" in admin.get(url("token_changelist")).content.decode()


def test_a_provider_key_goes_in_and_never_comes_out(sandbox, cast, browse):
    client = browse(cast.admin)
    form = {
        "team": cast.team.id,
        "name": "Second",
        "slug": "second",
        "provider": "minimax",
        "base_url": cast.account.base_url,
        "key": ACCOUNT_KEY,
    }
    answer = client.post(url("provideraccount_add"), form)
    account = ProviderAccount.objects.get(slug="second")
    assert answer.url == url("provideraccount_change", account.pk)
    assert keyring.decrypt(account.key_encrypted) == ACCOUNT_KEY
    pages = [
        client.get(url("provideraccount_changelist")),
        client.get(url("provideraccount_change", account.pk)),
        client.get(url("provideraccount_edit", account.pk)),
        client.post(url("provideraccount_edit", account.pk), {"name": "", "key": ACCOUNT_KEY}),
        client.post(url("provideraccount_add"), {**form, "slug": "not a slug"}),
    ]
    for shown in pages:
        assert shown.status_code == 200
        assert ACCOUNT_KEY not in shown.content.decode()
        assert account.key_encrypted not in shown.content.decode()
    assert account.key_hint in pages[1].content.decode()


def test_another_address_needs_the_key_anew(sandbox, cast, browse):
    edit = url("provideraccount_edit", cast.account.pk)
    form = {
        "name": "Sandbox",
        "base_url": cast.account.base_url + "/elsewhere",
        "price_list": cast.account.price_list,
        "is_default": "on",
        "options": "{}",
    }
    answer = browse(cast.owner).post(edit, form)
    assert "key_required_anew" in str(answer.context["form"].errors["key"])
    assert browse(cast.owner).post(edit, {**form, "key": ACCOUNT_KEY}).status_code == 302
    cast.account.refresh_from_db()
    assert cast.account.base_url.endswith("/elsewhere")
    assert keyring.decrypt(cast.account.key_encrypted) == ACCOUNT_KEY


def test_limits_are_set_and_shown_with_the_circuit(cast, browse):
    client, edit = browse(cast.owner), url("provideraccount_edit", cast.account.pk)
    form = {"name": "Main", "base_url": cast.account.base_url, "price_list": "minimax-global", "is_default": "on"}
    limits = {"speech": {"rpm": 20}}
    assert client.post(edit, {**form, "limits": json.dumps(limits)}).status_code == 302
    cast.account.refresh_from_db()
    assert cast.account.limits == limits
    refused = client.post(edit, {**form, "limits": '{"speech": {"rpm": 0}}'})
    assert refused.status_code == 200
    cast.account.refresh_from_db()
    assert cast.account.limits == limits
    ProviderAccount.objects.filter(id=cast.account.id).update(circuit="open", circuit_reason="auth [1004]: no")
    page = client.get(url("provideraccount_change", cast.account.pk)).content.decode()
    assert "auth [1004]: no" in page
    assert "Left alone" in page


def test_a_changed_name_leaves_the_key_alone(cast, browse):
    before = cast.account.key_encrypted
    form = {
        "name": "Renamed",
        "base_url": cast.account.base_url,
        "price_list": cast.account.price_list,
        "is_default": "on",
        "retention_kind": "rolling",
        "retention_hours": "48",
        "options": "{}",
    }
    browse(cast.owner).post(url("provideraccount_edit", cast.account.pk), form)
    cast.account.refresh_from_db()
    assert (cast.account.name, cast.account.key_encrypted) == ("Renamed", before)
    assert cast.account.retention == {"kind": "rolling", "hours": 48}


@pytest.mark.django_db(transaction=True)
def test_an_account_is_checked_with_a_free_call(sandbox, cast, browse):
    client = browse(cast.admin)
    check = url("provideraccount_check_key", cast.account.pk)
    assert client.get(check).status_code == 200
    cast.account.refresh_from_db()
    assert cast.account.checked_at is None
    answer = client.post(check, follow=True)
    assert "work" in str(next(iter(answer.context["messages"])))
    assert ProviderAccount.objects.get(pk=cast.account.pk).checked_at is not None
    assert "Works" in answer.content.decode()


def test_a_budget_is_set_changed_and_switched_off(cast, browse):
    client = browse(cast.owner)
    client.post(
        url("budget_add"),
        {
            "team": cast.team.id,
            "target": f"project:{cast.project.pk}",
            "money": "12.50",
            "currency": "USD",
            "is_hard": "on",
        },
    )
    budget = Budget.objects.get(team=cast.team)
    assert (budget.scope, budget.target_id, budget.amount_micros) == ("project", cast.project.pk, 12_500_000)
    client.post(url("budget_edit", budget.pk), {"name": "Site", "characters": "1000", "currency": "USD"})
    budget.refresh_from_db()
    assert (budget.name, budget.characters, budget.amount_micros, budget.is_hard) == ("Site", 1000, None, False)
    client.post(url("budget_switch", budget.pk))
    budget.refresh_from_db()
    assert not budget.is_active
    nothing = client.post(url("budget_edit", budget.pk), {"name": "", "currency": "USD"})
    assert "budget_limits_nothing" in str(nothing.context["form"].errors["characters"])


def test_a_reserve_is_set_shown_and_refused_where_it_was_typed(cast, browse):
    client = browse(cast.owner)
    form = {
        "team": cast.team.id,
        "target": "team:",
        "name": "Winter",
        "characters": "100",
        "money": "5",
        "is_hard": "on",
    }
    reserve = {"currency": "CNY", "reserve_characters": "30", "reserve_amount": "1.5"}
    client.post(url("budget_add"), form | reserve)
    budget = Budget.objects.get(team=cast.team)
    assert (budget.reserve_characters, budget.reserve_amount_micros, budget.currency) == (30, 1_500_000, "CNY")
    place_hold(
        payer=Payer(cast.team.id), key="k", characters=112, amount=Money(0, ""), at=clock.now(), is_critical=True
    )
    shown = client.get(url("budget_change", budget.pk)).content.decode()
    assert "+ 30 reserve" in shown
    assert "(12 used)" in shown
    initial = client.get(url("budget_edit", budget.pk)).context["form"].initial
    assert (initial["reserve_characters"], float(initial["reserve_amount"])) == (30, 1.5)

    soft = client.post(
        url("budget_edit", budget.pk), {"name": "Winter", "characters": "100", "reserve_characters": "3"}
    )
    assert "budget_reserve_needs_hard_limit" in str(soft.context["form"].errors["reserve_characters"])
    client.post(url("budget_edit", budget.pk), {"name": "Winter", "characters": "100", "is_hard": "on"})
    budget.refresh_from_db()
    assert (budget.reserve_characters, budget.reserve_amount_micros) == (None, None)


def test_a_budget_shows_what_the_month_has_used(cast, shelf, browse):
    shown = browse(cast.auditor).get(url("budget_changelist")).content.decode()
    assert "125" in shown
    assert "/ 150" in shown
    assert "vl-bar vl-warn" in shown


def test_a_project_is_added_and_a_taken_slug_is_told(cast, browse):
    client = browse(cast.admin)
    client.post(url("project_add"), {"team": cast.team.id, "name": "Radio", "slug": "radio"})
    assert Project.objects.filter(team=cast.team, slug="radio").exists()
    again = client.post(url("project_add"), {"team": cast.team.id, "name": "Radio", "slug": "radio"})
    assert "slug_taken" in str(again.context["form"].errors["slug"])


def test_a_new_member_logs_in_with_the_first_password(cast, browse):
    form = {"team": cast.team.id, "email": "New@Example.com", "role": "editor", "name": "New", "password": PASSWORD}
    assert browse(cast.admin).post(url("membership_add"), form).status_code == 302
    assert authenticate(username="new@example.com", password=PASSWORD) == User.objects.get(email="new@example.com")
    assert Membership.objects.get(team=cast.team, user__email="new@example.com").role == "editor"


def test_a_weak_first_password_is_refused_and_nobody_is_added(cast, browse):
    form = {"team": cast.team.id, "email": "new@example.com", "role": "editor", "name": "New", "password": "short"}
    assert browse(cast.admin).post(url("membership_add"), form).context["form"].errors
    assert not User.objects.filter(email="new@example.com").exists()


def test_an_admin_neither_makes_nor_demotes_owners(cast, browse):
    client = browse(cast.admin)
    own = Membership.objects.get(team=cast.team, user=cast.admin)
    owner = Membership.objects.get(team=cast.team, user=cast.owner)
    client.post(url("membership_change_role", own.pk), {"role": "owner"})
    client.post(url("membership_change_role", owner.pk), {"role": "viewer"})
    client.post(url("membership_remove", owner.pk))
    client.post(url("membership_add"), {"team": cast.team.id, "email": cast.outsider.email, "role": "owner"})
    assert dict(Membership.objects.filter(team=cast.team).values_list("user_id", "role")) == {
        cast.owner.id: "owner",
        cast.admin.id: "admin",
        cast.editor.id: "editor",
        cast.viewer.id: "viewer",
        cast.auditor.id: "auditor",
    }


def test_an_owner_changes_roles_and_the_last_owner_stays(cast, browse):
    client = browse(cast.owner)
    editor = Membership.objects.get(team=cast.team, user=cast.editor)
    client.post(url("membership_change_role", editor.pk), {"role": "auditor"})
    editor.refresh_from_db()
    assert editor.role == "auditor"
    own = Membership.objects.get(team=cast.team, user=cast.owner)
    refused = client.post(url("membership_remove", own.pk))
    assert "last_owner" in str(refused.context["form"].non_field_errors())
    assert client.post(url("membership_remove", editor.pk)).status_code == 302
    assert not Membership.objects.filter(pk=editor.pk).exists()


def test_only_superusers_add_teams_and_prices(cast, browse, superuser):
    for name in ("team_add", "price_add", "user_changelist"):
        assert browse(cast.owner).get(url(name)).status_code == 403
        assert browse(superuser).get(url(name)).status_code == 200
    browse(superuser).post(url("team_add"), {"name": "New", "slug": "new", "time_zone": "Asia/Shanghai"})
    assert Team.objects.get(slug="new").time_zone == "Asia/Shanghai"


def test_a_price_that_stands_is_ended_but_never_rewritten(cast, browse, superuser):
    price = Price.objects.filter(provider_account=None)[0]
    before = price.amount_micros
    browse(superuser).post(
        url("price_change", price.pk),
        {"amount_micros": 1, "valid_until_0": "2999-01-01", "valid_until_1": "00:00:00"},
    )
    price.refresh_from_db()
    assert price.amount_micros == before
    assert f"{price.valid_until:%Y}" == "2999"


def test_prices_agreed_for_another_teams_account_are_not_shown(cast, other_shelf, browse):
    account = ProviderAccount.objects.get(team=cast.other_team)
    Price.objects.create(
        price_list="secret-deal",
        provider_account=account,
        unit="character",
        amount_micros=1,
        currency="USD",
        charged_on="use",
        valid_from=cast.team.created_at,
        source="contract",
    )
    assert "secret-deal" not in browse(cast.owner).get(url("price_changelist")).content.decode()
    assert "secret-deal" in browse(cast.outsider).get(url("price_changelist")).content.decode()
