"""API keys: made and shown once, revoked. The secret is never stored, so it cannot be shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.asking_forms import TeamForm, moment_field
from accounts.admin.filters import by_row
from accounts.admin.rights import actor_of, person_of
from accounts.admin.scoping import choices_for
from accounts.admin.shown import Pill, moment_html
from accounts.flows.tokens import create_token, revoke_token
from accounts.models import Project, Token
from accounts.roles import SCOPES

_ACTIVE = Pill("good", "check_circle", _("Active"))
_EXPIRED = Pill("quiet", "schedule", _("Expired"))
_REVOKED = Pill("bad", "block", _("Revoked"))


_SHOWN: list[Any] = [
    "name",
    "shown_prefix",
    "state",
    "team",
    "project",
    "created_by",
    "scopes_shown",
    "last_used",
    "expires",
]


@admin.register(Token)
class TokensAdmin(ButtonsAdmin):
    read_scope = "tokens:read"
    write_scope = "tokens:write"
    can_add = True
    list_display = ["name", "shown_prefix", "state", "team", "project", "created_by", "last_used", "expires"]
    list_select_related = ["team", "project", "created_by"]
    list_filter = [by_row("team", _("team")), by_row("project", _("project"))]
    search_fields = ["name", "prefix"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions_detail = ["revoke", "events"]
    ordering = ["-id"]

    @display(description=_("Key"))
    def shown_prefix(self, token: Token) -> str:
        return f"{token.prefix}…"

    @display(description=_("State"))
    def state(self, token: Token) -> str:
        if token.revoked_at is not None:
            return _REVOKED.html()
        is_over = token.expires_at is not None and token.expires_at <= clock.real_now()
        return (_EXPIRED if is_over else _ACTIVE).html()

    @display(description=_("Scopes"))
    def scopes_shown(self, token: Token) -> str:
        return ", ".join(token.scopes)

    @display(description=_("Last used"), ordering="last_used_at")
    def last_used(self, token: Token) -> str:
        return moment_html(token.last_used_at, clock.real_now(), token.team.time_zone)

    @display(description=_("Expires"), ordering="expires_at")
    def expires(self, token: Token) -> Any:
        if token.expires_at is None:
            return _("never")
        return moment_html(token.expires_at, clock.real_now(), token.team.time_zone)

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            token, secret = create_token(creator=person_of(request), actor=actor_of(request), **form.cleaned_data)
            return self._show_once(request, token, secret)

        return ask(
            self,
            request,
            Question(
                title=_("Add API key"),
                submit=_("Make the key"),
                icon="key",
                explanation=[
                    _("A key may do what is ticked here and what you may do yourself. When you leave, it stops."),
                ],
                make_form=lambda data, files: NewTokenForm(
                    data, files, request=request, scope="tokens:write", initial={"scopes": _USUAL}
                ),
                act=act,
            ),
        )

    @button(_("Revoke"), icon="block", scope="tokens:write", when=lambda token: token.revoked_at is None)
    def revoke(self, request: HttpRequest, token: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            revoke_token(team=token.team, token_id=token.id, actor=actor_of(request))
            messages.success(request, _("The key %(name)s is revoked.") % {"name": token.name})
            return to_page(token)

        return ask(
            self,
            request,
            Question(
                title=_("Revoke %(name)s") % {"name": token},
                submit=_("Revoke"),
                explanation=[_("Services that call with this key are refused from now on. It cannot be undone.")],
                facts=[(_("Last used"), self.last_used(token))],
                is_dangerous=True,
                back=page_of(token),
                act=act,
            ),
        )

    def _show_once(self, request: HttpRequest, token: Token, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The key, this once"),
            "opts": self.opts,
            "token": token,
            "secret": secret,
            "back": reverse("admin:accounts_token_changelist"),
        }
        return TemplateResponse(
            request, "accounts/secret_once.html", context, headers={"Cache-Control": "no-store, private"}
        )


_USUAL = ["clips:read", "clips:write", "voices:read", "dictionaries:read"]


class NewTokenForm(TeamForm):
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("The service that calls with it."))
    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        help_text=_("Calls that name no project are booked on this one."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )
    expires_at = moment_field(label=_("Expires at (UTC)"), required=False, help_text=_("Empty: never."))

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["project"].queryset = choices_for(Token._meta.get_field("project"), request)  # type: ignore[attr-defined]
