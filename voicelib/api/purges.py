"""Purging what was made under an ended consent, and the certificate that tells what became of it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Input
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.api.consents import GivenTextOutput, HearingOutput
from voicelib.flows.consents import consent_of
from voicelib.flows.purges import ask_purge, certificate_of
from voicelib.models import Deletion


class PurgeInput(Input):
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class PurgedHomeOutput(Output):
    """One voice at one provider account."""

    voice = serializers.CharField()
    provider_account = serializers.CharField()
    provider = serializers.CharField()
    provider_voice_id = serializers.CharField(allow_blank=True)
    generation = serializers.IntegerField()
    outcome = serializers.ChoiceField(Deletion.Outcome.values)
    existed = serializers.BooleanField(
        allow_null=True, help_text="With `deleted`: removed now (true), or the provider knows no such voice (false)."
    )
    at = serializers.DateTimeField(allow_null=True)
    trace_id = serializers.CharField(allow_blank=True)
    why = serializers.CharField(allow_blank=True, help_text="Why it is still pending.")


class PurgedFileOutput(Output):
    """One recording here."""

    kind = serializers.CharField(help_text="`sample` or `preview`.")
    id = serializers.CharField()
    title = serializers.CharField()
    outcome = serializers.CharField(help_text="`pending`, `deleted` or `kept`.")
    why = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)


class CertificateOutput(Output):
    """What is known about everything made under the consent."""

    state = serializers.CharField(help_text="`pending` until nothing is open any more, then `done`.")
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    homes = PurgedHomeOutput(many=True)
    files = PurgedFileOutput(many=True)
    speaker = serializers.CharField()
    statement = serializers.CharField(help_text="The words of the consent, which stays.")
    statement_text = GivenTextOutput(allow_null=True, help_text="Null: given in words of its own.")
    hearings = HearingOutput(many=True, help_text="Where providers heard the statement.")


class PurgeConsentView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}

    @extend_schema(operation_id="consents_certificate", responses={200: CertificateOutput})
    def get(self, request: Request, consent_id: str) -> Response:
        """The certificate: what the providers confirmed, what they do not offer, what is pending."""
        consent = consent_of(team=self.team, consent_id=consent_id)
        return Response(CertificateOutput.of(certificate_of(consent=consent)))

    @extend_schema(operation_id="consents_purge", request=PurgeInput, responses={202: CertificateOutput})
    def post(self, request: Request, consent_id: str) -> Response:
        """Delete, for good, the voices made under an ended consent at their providers, and their recordings here."""
        wish = self.read(PurgeInput)
        purge = ask_purge(team=self.team, consent_id=consent_id, actor=self.actor, reason=wish["reason"])
        return Response(CertificateOutput.of(certificate_of(consent=purge.consent)), status=202)
