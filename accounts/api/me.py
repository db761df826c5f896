"""Who am I: the team, the person and the token behind a request."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.outputs import Output
from accounts.api.permissions import ANY_TOKEN
from accounts.api.views import TeamView
from accounts.roles import SCOPES, Role


class MyTeamOutput(Output):
    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField()


class MyUserOutput(Output):
    id = serializers.CharField()
    email = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.values)


class MyTokenOutput(Output):
    id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    project = serializers.CharField(source="project.slug", default=None, allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class MeOutput(Output):
    """The caller. `scopes` are the rights that are left after the creator's current role."""

    team = MyTeamOutput()
    user = MyUserOutput()
    token = MyTokenOutput()
    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES))


class MeView(TeamView):
    scopes = {"GET": ANY_TOKEN}

    @extend_schema(operation_id="me", responses={200: MeOutput})
    def get(self, request: Request) -> Response:
        """The team, the person and the token behind this request."""
        user = self.token.created_by
        me = {
            "team": self.team,
            "user": {"id": user.id, "email": user.email, "name": user.name, "role": self.bearer.role},
            "token": self.token,
            "scopes": sorted(self.bearer.scopes),
        }
        return Response(MeOutput.of(me))
