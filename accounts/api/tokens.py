"""API keys of a team."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from accounts.flows.tokens import create_token, revoke_token
from accounts.models import Token
from accounts.roles import SCOPES


class TokenInput(Input):
    name = serializers.CharField(max_length=200)
    scopes = serializers.ListField(child=serializers.CharField(), help_text="None beyond your own.")
    project = serializers.CharField(required=False, allow_null=True, help_text="Slug or id; pays where none is named.")
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class TokenOutput(Output):
    id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES))
    project = serializers.CharField(source="project.slug", default=None, allow_null=True)
    created_by = serializers.CharField(source="created_by.email")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewTokenOutput(TokenOutput):
    """A token just made."""

    secret = serializers.CharField(help_text="Send it as `Authorization: Bearer …`. It is never shown again.")


class TokensView(TeamView):
    scopes = {"GET": "tokens:read", "POST": "tokens:write"}

    @extend_schema(operation_id="tokens_list", parameters=[Filters], responses={200: page_of(TokenOutput)})
    def get(self, request: Request) -> Response:
        """The team's tokens, revoked ones included; never their secrets."""
        self.filters(Filters)
        tokens = Token.objects.filter(team=self.team).select_related("project", "created_by")
        return self.page(tokens, TokenOutput.of)

    @extend_schema(operation_id="tokens_create", request=TokenInput, responses={201: NewTokenOutput})
    def post(self, request: Request) -> Response:
        """Make a token of your own. The secret is in this answer and nowhere else."""
        wish = self.read(TokenInput)
        project = wish.get("project")
        token, secret = create_token(
            team=self.team,
            creator=self.token.created_by,
            name=wish["name"],
            scopes=wish["scopes"],
            project=None if project is None else self.project_of(project),
            expires_at=wish.get("expires_at"),
            within=self.bearer.scopes,
            actor=self.actor,
        )
        return Response(TokenOutput.of(token) | {"secret": secret}, status=201)


class TokenView(TeamView):
    scopes = {"DELETE": "tokens:write"}

    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: Request, token_id: str) -> Response:
        """Revoke a token for good."""
        revoke_token(team=self.team, token_id=token_id, actor=self.actor)
        return Response(status=204)
