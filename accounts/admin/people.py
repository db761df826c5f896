"""Teams, who belongs to them, and people."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, link_to, to_page
from accounts.admin.asking_forms import DressedForm, TeamForm
from accounts.admin.filters import by_row, by_value
from accounts.admin.rights import actor_of, rights_of
from accounts.admin.scoping import TeamScoped
from accounts.admin.shown import moment
from accounts.admin.typed_unfold import UserAdmin
from accounts.flows.notifications import set_digest_time, set_member_mails
from accounts.flows.people import add_member, create_team, create_user, remove_member
from accounts.models import Membership, Team, User
from accounts.roles import Role

# Who belongs to a team decides what its keys may do, so it is the right of those who manage keys.
MANAGE_MEMBERS = "tokens:write"

# Rights come from memberships; the framework's groups would be a second, unscoped table of them.
admin.site.unregister(Group)


@admin.register(Team)
class TeamsAdmin(ButtonsAdmin):
    team_path = "id"
    read_scope = "projects:read"
    list_display = ["name", "slug", "time_zone", "own_role", "member_count"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "time_zone", "digest_at", "created_at"]
    actions_detail = ["digest"]
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        rows: QuerySet[Team] = super().get_queryset(request)
        return rows.annotate(member_count=Count("memberships"))

    def prepare_rows(self, request: HttpRequest, changelist: Any, rows: list[Any]) -> None:
        roles = rights_of(request).roles
        for team in rows:
            team.own_role = Role(roles[team.id]).label if roles.get(team.id) else _("Superuser")

    @display(description=_("Your role"))
    def own_role(self, team: Any) -> Any:
        return team.own_role

    @display(description=_("Members"), ordering="member_count")
    def member_count(self, team: Any) -> int:
        return int(team.member_count)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return rights_of(request).is_superuser

    @button(_("Daily digest"), icon="mail", scope=MANAGE_MEMBERS)
    def digest(self, request: HttpRequest, team: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            set_digest_time(team=team, digest_at=form.cleaned_data["digest_at"], actor=actor_of(request))
            messages.success(request, _("Decided."))
            return to_page(team)

        return ask(
            self,
            request,
            Question(
                title=_("When does the daily digest of %(name)s come?") % {"name": team},
                submit=_("Save"),
                icon="mail",
                explanation=[_("What lapses when, what keeping costs, calls of unknown outcome, budgets nearly full.")],
                facts=[(_("Time zone"), team.time_zone)],
                make_form=lambda data, files: DigestForm(data, initial={"digest_at": team.digest_at}),
                act=act,
            ),
        )

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            team = create_team(**form.cleaned_data)
            messages.success(request, _("%(name)s is there. Add its owner next.") % {"name": team})
            return to_page(team)

        return ask(
            self,
            request,
            Question(title=_("Add team"), submit=_("Add team"), icon="group_add", make_form=NewTeamForm, act=act),
        )


class DigestForm(DressedForm):
    digest_at = forms.TimeField(
        label=_("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("In the team's time zone. Empty: never."),
    )


class MailsForm(DressedForm):
    alerts = forms.BooleanField(label=_("Alerts"), required=False)
    digest = forms.BooleanField(label=_("Daily digest"), required=False)


class NewTeamForm(DressedForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.SlugField(label=_("Slug"), max_length=64)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
        initial="UTC",
        help_text=_("Its months begin here: budgets and reports follow it."),
    )


@admin.register(Membership)
class MembershipsAdmin(ButtonsAdmin):
    read_scope = "projects:read"
    write_scope = MANAGE_MEMBERS
    can_add = True
    list_display = ["user", "email", "role", "team", "created"]
    list_select_related = ["team", "user"]
    list_filter = [by_row("team", _("team")), by_value("role", _("role"), dict(Role.choices))]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "email", "role", "team", "gets_alerts", "gets_digest", "created"]
    actions_detail = ["change_role", "mails", "remove"]
    readonly_fields = ["email", "created"]
    ordering = ["team__name", "user__email"]

    @display(description=_("e-mail address"), ordering="user__email")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    @display(description=_("Created"), ordering="created_at")
    def created(self, membership: Membership) -> str:
        return moment(membership.created_at, membership.team.time_zone)

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            values = form.cleaned_data
            with transaction.atomic():
                user = User.objects.filter(email=values["email"].lower()).first() or create_user(
                    email=values["email"], name=values["name"], password=values["password"]
                )
                added = add_member(team=values["team"], user=user, role=values["role"], actor=actor_of(request))
            messages.success(request, _("%(name)s belongs to %(team)s now.") % {"name": user, "team": added.team})
            return to_page(added)

        return ask(
            self,
            request,
            Question(
                title=_("Add member"),
                submit=_("Add member"),
                icon="person_add",
                explanation=[_("Somebody who has an account keeps name and password; leave both empty then.")],
                make_form=lambda data, files: NewMemberForm(data, files, request=request, scope=MANAGE_MEMBERS),
                act=act,
            ),
        )

    @button(_("Change role"), icon="manage_accounts", scope=MANAGE_MEMBERS)
    def change_role(self, request: HttpRequest, membership: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            add_member(
                team=membership.team, user=membership.user, role=form.cleaned_data["role"], actor=actor_of(request)
            )
            return to_page(membership)

        return ask(
            self,
            request,
            Question(
                title=_("Change the role of %(name)s") % {"name": membership.user},
                submit=_("Change role"),
                explanation=[_("Their API keys follow at once: a key may do what its creator may do.")],
                make_form=lambda data, files: RoleForm(
                    data,
                    initial={"role": membership.role},
                    roles=roles_given_by(request, membership.team_id, membership.role),
                ),
                act=act,
            ),
        )

    @button(_("E-mail"), icon="mail", scope=MANAGE_MEMBERS)
    def mails(self, request: HttpRequest, membership: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            set_member_mails(
                team=membership.team, email=membership.user.email, actor=actor_of(request), **form.cleaned_data
            )
            messages.success(request, _("Decided."))
            return to_page(membership)

        initial = {"alerts": membership.gets_alerts, "digest": membership.gets_digest}
        return ask(
            self,
            request,
            Question(
                title=_("What is %(name)s told by e-mail?") % {"name": membership.user},
                submit=_("Save"),
                icon="mail",
                explanation=[_("Owners and admins are written to; for other roles the switches wait.")],
                make_form=lambda data, files: MailsForm(data, initial=initial),
                act=act,
            ),
        )

    @button(_("Remove"), icon="person_remove", scope=MANAGE_MEMBERS)
    def remove(self, request: HttpRequest, membership: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            remove_member(team=membership.team, user=membership.user, actor=actor_of(request))
            messages.success(request, _("%(name)s was removed.") % {"name": membership.user})
            return self.response_post_save_change(request, membership)

        keys = membership.user.tokens.filter(team=membership.team, revoked_at=None).count()
        return ask(
            self,
            request,
            Question(
                title=_("Remove %(name)s from %(team)s") % {"name": membership.user, "team": membership.team},
                submit=_("Remove"),
                explanation=[_("Clips, voices and the books stay. The person's API keys in this team stop at once.")],
                facts=[(_("API keys that stop"), keys)],
                is_dangerous=True,
                make_form=lambda data, files: RemoveForm(
                    data, blocked=membership.role not in roles_given_by(request, membership.team_id, membership.role)
                ),
                act=act,
            ),
        )


class RoleForm(DressedForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [choice for choice in Role.choices if choice[0] in roles]  # type: ignore[attr-defined]


class RemoveForm(DressedForm):
    def __init__(self, *args: Any, blocked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_blocked = blocked

    def clean(self) -> dict[str, Any]:
        if self._is_blocked:
            raise forms.ValidationError(_("Only an owner removes an owner."))
        return self.cleaned_data


class NewMemberForm(TeamForm):
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Hand it over and have it changed."),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self._request = request

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        team, role = values.get("team"), values.get("role")
        standing = Membership.objects.filter(team=team, user__email=(values.get("email") or "").lower()).first()
        if team is not None and role and role not in roles_given_by(self._request, team.id, role):
            self.add_error("role", _("Only an owner makes owners."))
        elif standing is not None:
            self.add_error("email", _("This person is in the team already; change the role there."))
        return values


def roles_given_by(request: HttpRequest, team_id: str, standing: str) -> list[str]:
    """The roles the person may give: all for an owner; for others all but owner, and nothing to an owner."""
    rights = rights_of(request)
    if rights.is_superuser or rights.roles.get(team_id) == Role.OWNER:
        return list(Role.values)
    return [] if standing == Role.OWNER else [role for role in Role.values if role != Role.OWNER]


class PersonForm(UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ["email", "name", "password", "is_active", "is_staff", "is_superuser"]


@admin.register(User)
class UsersAdmin(TeamScoped, UserAdmin[User]):
    """All people of the installation: for superusers alone."""

    can_change = True
    form = PersonForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["email", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        (_("Rights in the whole installation"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Seen"), {"fields": ["joined_at", "last_login"]}),
    ]
    readonly_fields = ["joined_at", "last_login"]
    filter_horizontal = []

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return TeamScoped.lookup_allowed(self, lookup, value, request)


def member_link(membership: Membership) -> str:
    """A link to a membership, named by its person."""
    return link_to(membership, str(membership.user))
