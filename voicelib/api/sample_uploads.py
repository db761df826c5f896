"""Large recordings, sent straight into the store."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Input
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.api.samples import PURPOSES, SampleOutput
from voicelib.flows.sample_uploads import begin_upload, complete_upload
from voicelib.sample_rules import LARGEST_UPLOAD_BYTES


class UploadInput(Input):
    name = serializers.CharField(max_length=200)
    size = serializers.IntegerField(min_value=1, help_text=f"Bytes, {LARGEST_UPLOAD_BYTES} at most; no more may come.")
    content_type = serializers.RegexField(
        r"^(audio|video|application)/[a-zA-Z0-9.+-]{1,60}$", required=False, default="application/octet-stream"
    )
    purpose = serializers.ChoiceField(choices=PURPOSES, required=False, default="voice")


class UploadTicketOutput(Output):
    """Send a multipart POST to `url`: every one of `fields`, then the file as `file`. No token of ours goes there."""

    id = serializers.CharField()
    method = serializers.CharField()
    url = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]
    max_bytes = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class UploadOutput(Output):
    upload = UploadTicketOutput()


class SampleUploadsView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="sample_uploads_begin", request=UploadInput, responses={201: UploadOutput})
    def post(self, request: Request) -> Response:
        """Begin an upload that goes straight into the store; it is a sample once it was completed."""
        upload, form = begin_upload(team=self.team, **self.read(UploadInput))
        ticket = {
            "id": upload.id,
            "method": "POST",
            "url": form.url,
            "fields": form.fields,
            "max_bytes": upload.size,
            "expires_at": upload.expires_at,
        }
        return Response(UploadOutput.of({"upload": ticket}), status=201)


class CompleteUploadView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="sample_uploads_complete", request=None, responses={201: SampleOutput})
    def post(self, request: Request, upload_id: str) -> Response:
        """Judge what arrived and make it a sample; said again, the same sample."""
        sample = complete_upload(team=self.team, upload_id=upload_id, actor=self.actor)
        return Response(SampleOutput.of(sample), status=201)
