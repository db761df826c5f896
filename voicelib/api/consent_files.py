"""The proofs of a consent: the spoken statement and papers."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.api.samples import SampleOutput
from voicelib.flows.consent_files import LARGEST_BYTES, add_consent_file, consent_file_of, read_consent_file
from voicelib.flows.consents import consent_of
from voicelib.flows.statement_samples import files_of, make_statement_sample
from voicelib.models import ConsentFile

_FORM_BYTES = 64 * 1024


class ConsentFileInput(Input):
    file = serializers.FileField(help_text="Judged by its bytes; at most 20 MB.")
    kind = serializers.ChoiceField(
        ConsentFile.Kind.values, help_text="`spoken`: the statement as audio. `evidence`: PDF, PNG, JPEG or audio."
    )
    name = serializers.CharField(max_length=200)


class ConsentFileOutput(Output):
    id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    format = serializers.CharField(help_text="Found on the bytes.")
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    duration_ms = serializers.IntegerField(allow_null=True)
    sample = serializers.CharField(
        source="sample_id", allow_null=True, default=None, help_text="The sample with this content, if there is one."
    )
    added_by = serializers.CharField()
    created_at = serializers.DateTimeField()


class ConsentFilesView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}
    parser_classes = [MultiPartParser]
    max_body_bytes: ClassVar[int] = LARGEST_BYTES + _FORM_BYTES

    @extend_schema(operation_id="consent_files_list", parameters=[Filters], responses={200: page_of(ConsentFileOutput)})
    def get(self, request: Request, consent_id: str) -> Response:
        """What proves the consent, newest first."""
        self.filters(Filters)
        consent = consent_of(team=self.team, consent_id=consent_id)
        return self.page(files_of(consent=consent), ConsentFileOutput.of)

    @extend_schema(
        operation_id="consent_files_create",
        request={"multipart/form-data": ConsentFileInput},
        responses={201: ConsentFileOutput},
    )
    def post(self, request: Request, consent_id: str) -> Response:
        """Add the spoken statement or a paper; it cannot be changed or taken away."""
        consent = consent_of(team=self.team, consent_id=consent_id)
        kept = add_consent_file(consent=consent, actor=self.actor, **self.read(ConsentFileInput))
        return Response(ConsentFileOutput.of(files_of(consent=consent).get(id=kept.id)), status=201)


class ConsentFileView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(
        operation_id="consent_files_content", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, consent_id: str, file_id: str) -> HttpResponse:
        """The file, always to be saved and never shown: somebody else made it."""
        kept = consent_file_of(consent=consent_of(team=self.team, consent_id=consent_id), file_id=file_id)
        return saved_file(kept)


class StatementSampleView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="consent_files_sample", request=None, responses={201: SampleOutput})
    def post(self, request: Request, consent_id: str, file_id: str) -> Response:
        """Make a sample of a spoken statement, to clone from it or to have the statement heard in it."""
        consent = consent_of(team=self.team, consent_id=consent_id)
        kept = consent_file_of(consent=consent, file_id=file_id)
        sample = make_statement_sample(consent=consent, kept=kept, actor=self.actor)
        return Response(SampleOutput.of(sample), status=201)


def saved_file(kept: ConsentFile) -> HttpResponse:
    """An answer that a browser saves, whatever is in it."""
    return HttpResponse(
        read_consent_file(kept),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="consent-{kept.id}.{kept.format}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
