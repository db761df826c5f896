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
from voicelib.flows.derived_samples import derive_sample
from voicelib.flows.sample_deletion import delete_sample
from voicelib.flows.samples import add_sample, audiowaveform, measure_sample, sample_of
from voicelib.models import Sample
from voicelib.sample_recipes import LOUDNESS
from voicelib.sample_rules import FORMATS, LARGEST_BYTES

PURPOSES = tuple(Sample.Purpose.values)
_PURPOSE = "`voice`: to clone from. `prompt`: a second, short recording that makes a clone sound more alike."
_FORM_BYTES = 64 * 1024


class SampleInput(Input):
    file = serializers.FileField(
        help_text=f"{', '.join(FORMATS)}, judged by its bytes; 10 s to 5 min (a prompt: under 8 s), at most 20 MB."
    )
    name = serializers.CharField(max_length=200)
    purpose = serializers.ChoiceField(choices=PURPOSES, required=False, default="voice", help_text=_PURPOSE)


class SampleFilters(Filters):
    purpose = serializers.ChoiceField(choices=PURPOSES, required=False)
    made_of = serializers.CharField(max_length=26, required=False, help_text="Id of the sample they were made of.")


class DeriveInput(Input):
    """How a recording is made over; one channel unless two are asked for."""

    container = serializers.ChoiceField(
        choices=("wav", "flac", "mp3"), required=False, help_text="Without it the sample's own, or wav."
    )
    channels = serializers.ChoiceField(choices=(1, 2), required=False, default=1)
    trim_silence = serializers.BooleanField(
        required=False, default=False, help_text="Cut silence off both ends, but for 0.2 s."
    )
    loudness_lufs = serializers.FloatField(
        required=False,
        allow_null=True,
        default=None,
        min_value=LOUDNESS[0],
        max_value=LOUDNESS[1],
        help_text="Integrated loudness (EBU R 128) to reach by one gain; less where peaks would pass -1 dBTP.",
    )


class FindingOutput(Output):
    """Something noticed about a recording that was accepted."""

    code = serializers.CharField()
    severity = serializers.CharField(help_text="`info` or `warning`.")
    message = serializers.CharField()


class MeasuresOutput(Output):
    """What was measured; null in samples from before it was."""

    true_peak_db = serializers.FloatField(allow_null=True, default=None, help_text="dBTP.")
    silence_ratio = serializers.FloatField(allow_null=True, default=None, help_text="Share below -50 dBFS, 0 to 1.")
    lead_ms = serializers.IntegerField(allow_null=True, default=None, help_text="Silence before the first sound.")
    tail_ms = serializers.IntegerField(allow_null=True, default=None, help_text="Silence after the last sound.")
    clipped_samples = serializers.IntegerField(allow_null=True, default=None)
    speech_ratio = serializers.FloatField(
        allow_null=True, default=None, help_text="Share of time in which someone speaks (ITU-T P.56), 0 to 1."
    )
    speech_level_db = serializers.FloatField(allow_null=True, default=None, help_text="Active speech level, dBFS.")
    noise_floor_db = serializers.FloatField(allow_null=True, default=None, help_text="dBFS.")
    snr_db = serializers.FloatField(allow_null=True, default=None, help_text="An estimate: speech above the noise.")


class PeaksOutput(Output):
    """A waveform to draw, as audiowaveform writes it: `data` is the lowest and highest value of each bucket in turn."""

    version = serializers.IntegerField()
    channels = serializers.IntegerField()
    sample_rate = serializers.IntegerField()
    samples_per_pixel = serializers.IntegerField()
    bits = serializers.IntegerField()
    length = serializers.IntegerField(help_text="Buckets.")
    data = serializers.ListField(child=serializers.IntegerField())  # type: ignore[assignment]


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
    purpose = serializers.CharField(help_text=_PURPOSE)
    made_of = serializers.CharField(
        source="parent_id", allow_null=True, help_text="The sample it was made of; that one stays as it came."
    )
    recipe = serializers.DictField(help_text="How it was made: container, rate, channels, what was cut, the gain.")
    measures = MeasuresOutput()
    findings = FindingOutput(many=True)
    created_at = serializers.DateTimeField()


class SamplesView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}
    parser_classes = [MultiPartParser]
    max_body_bytes: ClassVar[int] = LARGEST_BYTES + _FORM_BYTES

    @extend_schema(operation_id="samples_list", parameters=[SampleFilters], responses={200: page_of(SampleOutput)})
    def get(self, request: Request) -> Response:
        """The team's samples, newest first."""
        wish = self.filters(SampleFilters)
        named = {"purpose": wish.get("purpose"), "parent": wish.get("made_of")}
        samples = Sample.objects.filter(team=self.team, **{name: value for name, value in named.items() if value})
        return self.page(samples.defer("peaks"), SampleOutput.of)

    @extend_schema(
        operation_id="samples_create", request={"multipart/form-data": SampleInput}, responses={201: SampleOutput}
    )
    def post(self, request: Request) -> Response:
        """Add a recording; one that cannot be cloned is refused with the reason. The same content is kept once."""
        wish = self.read(SampleInput)
        sample = add_sample(team=self.team, actor=self.actor, **wish)
        return Response(SampleOutput.of(sample), status=201)


class SampleView(TeamView):
    scopes = {"GET": "voices:read", "DELETE": "voices:write"}

    @extend_schema(operation_id="samples_get", responses={200: SampleOutput})
    def get(self, request: Request, sample_id: str) -> Response:
        """One sample."""
        return Response(SampleOutput.of(sample_of(team=self.team, sample_id=sample_id)))

    @extend_schema(operation_id="samples_delete", responses={204: None})
    def delete(self, request: Request, sample_id: str) -> Response:
        """Delete a recording that nothing is made of: neither a voice nor a home, nor another sample."""
        delete_sample(sample=sample_of(team=self.team, sample_id=sample_id), actor=self.actor)
        return Response(status=204)


class PeaksView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="samples_peaks", responses={200: PeaksOutput})
    def get(self, request: Request, sample_id: str) -> Response:
        """Its waveform, to draw: up to 800 buckets."""
        sample = measure_sample(sample_of(team=self.team, sample_id=sample_id))
        return Response(PeaksOutput.of(audiowaveform(sample)))


class DeriveView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="samples_derive", request=DeriveInput, responses={201: SampleOutput})
    def post(self, request: Request, sample_id: str) -> Response:
        """Make a sample of this one: trimmed, at another loudness, in another format. The same wish again is the same
        sample; the original stays."""
        wish = self.read(DeriveInput)
        sample = sample_of(team=self.team, sample_id=sample_id)
        return Response(SampleOutput.of(derive_sample(sample=sample, actor=self.actor, **wish)), status=201)
