"""Pages that ask before something is done: a form, what it will cost or break, one flow, its answer.

The admin decides nothing: `act` reads the form and calls one flow. What the flow refuses is shown on the form, with its
code, and nothing was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.scoping import TeamAdmin, scoped, with_query
from accounts.errors import PlatformError
from accounts.models import Team

Text = str | Promise
_View = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One page. `make_form` takes (data, files); `act` the valid form and returns where to go."""

    title: Text
    submit: Text
    act: Callable[[Any], HttpResponse]
    make_form: Callable[[Any, Any], forms.Form] = field(default=lambda data, files: forms.Form(data, files))
    explanation: Sequence[Text] = ()
    facts: Sequence[tuple[Text, Any]] = ()
    is_dangerous: bool = False
    icon: str = ""
    back: str = ""
    template: str = "admin/question.html"


def ask(model_admin: TeamAdmin[Any], request: HttpRequest, question: Question, **context: Any) -> HttpResponse:
    """Show the question; on a valid answer call its flow. A refusal becomes errors on the form."""
    if request.method != "POST":
        return show(model_admin, request, question, question.make_form(None, None), **context)
    form = question.make_form(request.POST, request.FILES)
    if form.is_valid():
        try:
            return question.act(form)
        except PlatformError as refusal:
            put_refusal(form, refusal)
    return show(model_admin, request, question, form, **context)


def show(
    model_admin: TeamAdmin[Any], request: HttpRequest, question: Question, form: forms.Form, **context: Any
) -> HttpResponse:
    """The page of a question with a form as it stands."""
    back = question.back or reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")
    shown = {"question": question, "form": form, "back": back, "media": form.media, **context}
    return page(model_admin, request, question.template, title=question.title, **shown)


def page(
    model_admin: TeamAdmin[Any], request: HttpRequest, template: str, *, title: Text, **context: Any
) -> HttpResponse:
    """A page of the admin's own, inside its frame."""
    request.current_app = model_admin.admin_site.name
    frame = model_admin.admin_site.each_context(request)
    return TemplateResponse(request, template, {**frame, "title": title, "opts": model_admin.opts, **context})


def button(
    label: Text,
    *,
    scope: str,
    icon: str = "",
    when: Callable[[Any], bool] = lambda obj: True,
) -> Callable[[Callable[[Any, HttpRequest, Any], HttpResponse]], _View]:
    """A button on the page of one object: the method receives the object.

    It is offered where `scope` is held in the object's team and `when` says yes. A row of another team is answered as
    one that does not exist.
    """

    def decorate(method: Callable[[Any, HttpRequest, Any], HttpResponse]) -> _View:
        @wraps(method)
        def view(model_admin: TeamAdmin[Any], request: HttpRequest, object_id: str) -> HttpResponse:
            obj = model_admin.get_object(request, object_id)
            if obj is None:
                return _not_there(model_admin, request, object_id)
            if not model_admin.may(request, scope, obj):
                raise PermissionDenied
            if not when(obj):
                messages.warning(request, _("This is not possible in its present state."))
                return to_page(obj)
            return method(model_admin, request, obj)

        dressed: _View = action(view, description=label, icon=icon)
        dressed.scope, dressed.when = scope, when  # type: ignore[attr-defined]
        return dressed

    return decorate


def team_button(
    label: Text, *, scope: str, icon: str = ""
) -> Callable[[Callable[[Any, HttpRequest, Team], HttpResponse]], _View]:
    """A button above a list, to a page about one team: the method receives the team.

    It is the one that `?team=` names, else the first by name of those in which `scope` is held. Another team is
    answered as one that does not exist.
    """

    def decorate(method: Callable[[Any, HttpRequest, Team], HttpResponse]) -> _View:
        @wraps(method)
        def view(model_admin: TeamAdmin[Any], request: HttpRequest) -> HttpResponse:
            if not model_admin.may(request, scope):
                raise PermissionDenied
            asked = request.GET.get("team")
            team = next((team for team in teams_of(request, scope) if asked in (None, team.id)), None)
            if team is None:
                raise Http404
            return method(model_admin, request, team)

        dressed: _View = action(view, description=label, icon=icon)
        dressed.scope = scope  # type: ignore[attr-defined]
        return dressed

    return decorate


def teams_of(request: HttpRequest, scope: str) -> list[Team]:
    """The teams in which the person holds `scope`, by name."""
    return list(scoped(Team.objects.all(), request, "id", scope).order_by("name", "id"))


class ButtonsAdmin(TeamAdmin[Any]):
    """A TeamAdmin whose buttons are offered by right and by state, and whose "add" asks by a page of its own."""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.ask_to_add(request)

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        """The question for a new row."""
        raise PermissionDenied

    @button(_("Events"), icon="history", scope="events:read")
    def events(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """What happened to this row."""
        base = reverse("admin:accounts_event_changelist")
        return HttpResponseRedirect(with_query(base, subject_id__exact=str(obj.pk)))

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        obj = self.get_object(request, object_id)
        if obj is None:
            return []
        offers: list[Any] = cast(Any, self)._get_base_actions_detail()
        return [offer for offer in offers if self._is_offered(request, offer.method, obj)]

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        offers: list[Any] = cast(Any, self)._get_base_actions_list()
        return [offer for offer in offers if self.may(request, offer.method.scope)]

    def _is_offered(self, request: HttpRequest, method: Any, obj: Model) -> bool:
        return self.may(request, method.scope, obj) and method.when(obj)


def _not_there(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """As the framework answers for a row that does not exist."""
    return cast(HttpResponse, model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, object_id))


def to_page(obj: Model) -> HttpResponseRedirect:
    """To the page of an object."""
    return HttpResponseRedirect(page_of(obj))


def page_of(obj: Model) -> str:
    """The address of an object's page."""
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def link_to(obj: Model | None, text: str = "") -> str:
    """A link to an object's page, named as people name it."""
    return "" if obj is None else format_html('<a class="vl-link" href="{}">{}</a>', page_of(obj), text or str(obj))


def refusal_text(refusal: PlatformError, *, at_field: bool = False) -> SafeString:
    """What a flow refused: field (unless it stands there), sentence, stable code, and the vendor's own words."""
    vendor = refusal.provider or {}
    return format_html(
        "{}{} <code>{}</code>{}{}",
        "" if at_field or not refusal.field else f"{refusal.field}: ",
        refusal.detail,
        refusal.code,
        format_html(" · {} <code>{}</code>", _("vendor code"), vendor["code"]) if vendor.get("code") else "",
        format_html(" · {} <code>{}</code>", _("trace id"), vendor["trace_id"]) if vendor.get("trace_id") else "",
    )


def put_refusal(form: forms.Form, refusal: PlatformError) -> None:
    """Show what a flow refused where the person typed it."""
    # The API's `reserve.characters` is the form's `reserve_characters`, its `settings.speed` the form's `speed`.
    whole, last = (refusal.field or "").replace(".", "_"), (refusal.field or "").rpartition(".")[2]
    name = whole if whole in form.fields else last
    at_field = name in form.fields
    form.add_error(name if at_field else None, refusal_text(refusal, at_field=at_field))
