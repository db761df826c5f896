"""Consents: who allowed what, until when."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.flows.consent_renewals import renew_consent
from voicelib.flows.consents import consent_of, consents_of, give_consent, revoke_consent
from voicelib.models import Consent


class ConsentInput(Input):
    speaker = serializers.CharField(max_length=200)
    company = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    statement = serializers.CharField(
        max_length=20_000, required=False, default="", help_text="The words of the consent; or name a `statement_text`."
    )
    statement_text = serializers.CharField(
        max_length=64,
        required=False,
        help_text="Name of a published text: its words in this locale, with the names filled in, become the statement.",
    )
    statement_version = serializers.IntegerField(
        min_value=1, required=False, help_text="Another version than the newest."
    )
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


class RenewalInput(Input):
    """What the same speaker says anew. What is left out of locale, company and scope is as it was."""

    statement = serializers.CharField(
        max_length=20_000, required=False, default="", help_text="The words of the consent; or name a `statement_text`."
    )
    statement_text = serializers.CharField(max_length=64, required=False)
    statement_version = serializers.IntegerField(min_value=1, required=False)
    locale = serializers.CharField(max_length=35, required=False)
    company = serializers.CharField(max_length=200, required=False, allow_blank=True)
    valid_until = serializers.DateTimeField(allow_null=True, help_text="Null: until it is revoked.")
    scope = serializers.DictField(required=False)


class ConsentFilters(Filters):
    outdated = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whether a newer version of the text was published than the consent was given with.",
    )


class GivenTextOutput(Output):
    """The published text that a consent was given with."""

    name = serializers.CharField()
    locale = serializers.CharField()
    version = serializers.IntegerField()


class HearingOutput(Output):
    """That a provider heard the statement in a recording before it cloned from it."""

    at = serializers.DateTimeField(source="heard_at")
    provider = serializers.CharField()
    provider_account = serializers.CharField()
    voice = serializers.CharField()
    provider_voice_id = serializers.CharField()
    sample = serializers.CharField(source="sample_id", help_text="The sample that the clone was ordered from.")
    sample_sha256 = serializers.CharField(help_text="Of the bytes that were handed over.")
    accuracy = serializers.FloatField(help_text="How much of the statement had to be heard, 0 to 1.")
    trace_id = serializers.CharField(allow_blank=True)


class ConsentOutput(Output):
    id = serializers.CharField()
    speaker = serializers.CharField()
    company = serializers.CharField(allow_blank=True)
    statement = serializers.CharField()
    locale = serializers.CharField()
    statement_text = GivenTextOutput(allow_null=True, help_text="Null: given in words of its own.")
    is_outdated = serializers.SerializerMethodField(help_text="A newer version of its text was published since.")
    verified = serializers.SerializerMethodField(help_text="The latest hearing of the statement; null: none.")
    scope = serializers.DictField()
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_is_outdated(self, consent: Any) -> bool:
        return consent.statement_text is not None and consent.newest_version > consent.statement_text.version

    @extend_schema_field(HearingOutput(allow_null=True))
    def get_verified(self, consent: Consent) -> dict[str, Any] | None:
        latest = max(consent.hearings.all(), key=lambda hearing: hearing.id, default=None)
        return None if latest is None else HearingOutput.of(latest)


class ConsentsView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}

    @extend_schema(operation_id="consents_list", parameters=[ConsentFilters], responses={200: page_of(ConsentOutput)})
    def get(self, request: Request) -> Response:
        """The team's consents, newest first."""
        wish = self.filters(ConsentFilters)
        return self.page(consents_of(team=self.team, is_outdated=wish["outdated"]), ConsentOutput.of)

    @extend_schema(operation_id="consents_create", request=ConsentInput, responses={201: ConsentOutput})
    def post(self, request: Request) -> Response:
        """Record a consent, in words of its own or in those of a published text."""
        consent = give_consent(team=self.team, actor=self.actor, **self.read(ConsentInput))
        return Response(ConsentOutput.of(consent_of(team=self.team, consent_id=consent.id)), status=201)


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
        revoke_consent(team=self.team, consent_id=consent_id, actor=self.actor, reason=wish["reason"])
        return Response(ConsentOutput.of(consent_of(team=self.team, consent_id=consent_id)))


class RenewConsentView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="consents_renew", request=RenewalInput, responses={201: ConsentOutput})
    def post(self, request: Request, consent_id: str) -> Response:
        """Record another consent in the place of this one: its voices stand under the new one, which ends their
        suspension."""
        wish = self.read(RenewalInput)
        fresh = renew_consent(team=self.team, consent_id=consent_id, actor=self.actor, **wish)
        return Response(ConsentOutput.of(consent_of(team=self.team, consent_id=fresh.id)), status=201)
