"""Consents: who allowed what, until when."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.flows.consents import consent_of, give_consent, revoke_consent
from voicelib.models import Consent


class ConsentInput(Input):
    speaker = serializers.CharField(max_length=200)
    company = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    statement = serializers.CharField(max_length=20_000, help_text="The words of the consent.")
    locale = serializers.CharField(max_length=35)
    valid_until = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Null: until it is revoked."
    )
    scope = serializers.DictField(
        required=False,
        default=dict,
        help_text='{"projects": […], "languages": […], "purposes": […]}; empty: not narrowed.',
    )


class RevocationInput(Input):
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class ConsentOutput(Output):
    id = serializers.CharField()
    speaker = serializers.CharField()
    company = serializers.CharField(allow_blank=True)
    statement = serializers.CharField()
    locale = serializers.CharField()
    scope = serializers.DictField()
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ConsentsView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}

    @extend_schema(operation_id="consents_list", parameters=[Filters], responses={200: page_of(ConsentOutput)})
    def get(self, request: Request) -> Response:
        """The team's consents, newest first."""
        self.filters(Filters)
        return self.page(Consent.objects.filter(team=self.team), ConsentOutput.of)

    @extend_schema(operation_id="consents_create", request=ConsentInput, responses={201: ConsentOutput})
    def post(self, request: Request) -> Response:
        """Record a consent."""
        consent = give_consent(team=self.team, actor=self.actor, **self.read(ConsentInput))
        return Response(ConsentOutput.of(consent), status=201)


class ConsentView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="consents_get", responses={200: ConsentOutput})
    def get(self, request: Request, consent_id: str) -> Response:
        """One consent."""
        return Response(ConsentOutput.of(consent_of(team=self.team, consent_id=consent_id)))


class RevokeConsentView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="consents_revoke", request=RevocationInput, responses={200: ConsentOutput})
    def post(self, request: Request, consent_id: str) -> Response:
        """Take a consent back, for good: its voices are suspended at once."""
        wish = self.read(RevocationInput)
        consent = revoke_consent(team=self.team, consent_id=consent_id, actor=self.actor, reason=wish["reason"])
        return Response(ConsentOutput.of(consent))
