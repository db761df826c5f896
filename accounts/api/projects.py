"""Projects: the cost centres of a team."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from accounts.flows.projects import create_project
from accounts.models import Project


class ProjectInput(Input):
    slug = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=200)


class ProjectOutput(Output):
    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class ProjectsView(TeamView):
    scopes = {"GET": "projects:read", "POST": "projects:write"}

    @extend_schema(operation_id="projects_list", parameters=[Filters], responses={200: page_of(ProjectOutput)})
    def get(self, request: Request) -> Response:
        """The team's projects."""
        self.filters(Filters)
        return self.page(Project.objects.filter(team=self.team), ProjectOutput.of)

    @extend_schema(operation_id="projects_create", request=ProjectInput, responses={201: ProjectOutput})
    def post(self, request: Request) -> Response:
        """Make a project."""
        wish = self.read(ProjectInput)
        project = create_project(team=self.team, slug=wish["slug"], name=wish["name"], actor=self.actor)
        return Response(ProjectOutput.of(project), status=201)
