"""Cost centres of a team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking import ButtonsAdmin, Question, ask, to_page
from accounts.admin.asking_forms import TeamForm
from accounts.admin.filters import by_row
from accounts.admin.rights import actor_of
from accounts.admin.shown import moment
from accounts.flows.projects import create_project
from accounts.models import Project


@admin.register(Project)
class ProjectsAdmin(ButtonsAdmin):
    read_scope = "projects:read"
    write_scope = "projects:write"
    can_add = True
    list_display = ["name", "slug", "team", "created"]
    list_select_related = ["team"]
    list_filter = [by_row("team", _("team"))]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "team", "created"]
    readonly_fields = ["created"]
    actions_detail = ["events"]
    ordering = ["team__name", "name"]

    @display(description=_("Created"), ordering="created_at")
    def created(self, project: Project) -> str:
        return moment(project.created_at, project.team.time_zone)

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            project = create_project(actor=actor_of(request), **form.cleaned_data)
            messages.success(request, _("The project %(name)s is there.") % {"name": project})
            return to_page(project)

        return ask(
            self,
            request,
            Question(
                title=_("Add project"),
                submit=_("Add project"),
                icon="folder",
                make_form=lambda data, files: NewProjectForm(data, files, request=request, scope="projects:write"),
                act=act,
            ),
        )


class NewProjectForm(TeamForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Slug"), max_length=64, help_text=_("Lower-case letters, digits, hyphens. It never changes.")
    )
