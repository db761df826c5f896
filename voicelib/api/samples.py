"""Source recordings."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.flows.samples import add_sample, sample_of
from voicelib.models import Sample
from voicelib.sample_rules import LARGEST_BYTES

_FORM_BYTES = 64 * 1024


class SampleInput(Input):
    file = serializers.FileField(help_text="mp3, m4a or wav, judged by its bytes; 10 s to 5 min, at most 20 MB.")
    name = serializers.CharField(max_length=200)


class FindingOutput(Output):
    """Something noticed about a recording that was accepted."""

    code = serializers.CharField()
    severity = serializers.CharField(help_text="`info` or `warning`.")
    message = serializers.CharField()


class SampleOutput(Output):
    id = serializers.CharField()
    name = serializers.CharField()
    duration_ms = serializers.IntegerField()
    format = serializers.CharField(help_text="Found on the bytes.")
    size = serializers.IntegerField(help_text="Bytes.")
    sample_rate = serializers.IntegerField(help_text="Hz.")
    channels = serializers.IntegerField()
    loudness_lufs = serializers.FloatField(allow_null=True)
    sha256 = serializers.CharField()
    findings = FindingOutput(many=True)
    created_at = serializers.DateTimeField()


class SamplesView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}
    parser_classes = [MultiPartParser]
    max_body_bytes: ClassVar[int] = LARGEST_BYTES + _FORM_BYTES

    @extend_schema(operation_id="samples_list", parameters=[Filters], responses={200: page_of(SampleOutput)})
    def get(self, request: Request) -> Response:
        """The team's samples, newest first."""
        self.filters(Filters)
        return self.page(Sample.objects.filter(team=self.team), SampleOutput.of)

    @extend_schema(
        operation_id="samples_create", request={"multipart/form-data": SampleInput}, responses={201: SampleOutput}
    )
    def post(self, request: Request) -> Response:
        """Add a recording; one that cannot be cloned is refused with the reason. The same content is kept once."""
        wish = self.read(SampleInput)
        sample = add_sample(team=self.team, actor=self.actor, file=wish["file"], name=wish["name"])
        return Response(SampleOutput.of(sample), status=201)


class SampleView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="samples_get", responses={200: SampleOutput})
    def get(self, request: Request, sample_id: str) -> Response:
        """One sample."""
        return Response(SampleOutput.of(sample_of(team=self.team, sample_id=sample_id)))
