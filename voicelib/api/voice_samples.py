"""The recordings of one voice."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.flows.voice_samples import add_to_voice, choose_sample, take_from_voice
from voicelib.flows.voices import voice_of
from voicelib.models import VoiceSample


class VoiceSampleInput(Input):
    sample = serializers.CharField(max_length=26, help_text="Id of a sample of the team.")
    choose = serializers.BooleanField(required=False, default=False, help_text="Clone from it from now on.")


class VoiceSampleOutput(Output):
    sample = serializers.CharField(source="sample_id")
    name = serializers.CharField()
    is_chosen = serializers.BooleanField(help_text="The voice is cloned from this one.")
    added_at = serializers.DateTimeField()
    added_by = serializers.CharField(allow_blank=True)
    chosen_at = serializers.DateTimeField(allow_null=True, help_text="When it was last chosen.")
    removed_at = serializers.DateTimeField(allow_null=True)


class VoiceSamplesView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}

    @extend_schema(operation_id="voice_samples_list", parameters=[Filters], responses={200: page_of(VoiceSampleOutput)})
    def get(self, request: Request, slug: str) -> Response:
        """Recordings of the voice with the history: what was taken away has `removed_at`."""
        self.filters(Filters)
        voice = voice_of(team=self.team, slug=slug)
        rows = VoiceSample.objects.filter(voice=voice).select_related("voice", "sample")
        return self.page(rows.defer("sample__peaks"), _shown)

    @extend_schema(operation_id="voice_samples_add", request=VoiceSampleInput, responses={201: VoiceSampleOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Keep a sample with the voice."""
        wish = self.read(VoiceSampleInput)
        voice = voice_of(team=self.team, slug=slug)
        row = add_to_voice(voice=voice, sample_id=wish["sample"], is_chosen=wish["choose"], actor=self.actor)
        return Response(_shown(row), status=201)


class VoiceSampleView(TeamView):
    scopes = {"DELETE": "voices:write"}

    @extend_schema(operation_id="voice_samples_remove", responses={204: None})
    def delete(self, request: Request, slug: str, sample_id: str) -> Response:
        """Keep it with the voice no longer; not the chosen one."""
        voice = voice_of(team=self.team, slug=slug)
        take_from_voice(voice=voice, sample_id=sample_id, actor=self.actor)
        return Response(status=204)


class ChooseSampleView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voice_samples_choose", request=None, responses={200: VoiceSampleOutput})
    def post(self, request: Request, slug: str, sample_id: str) -> Response:
        """Clone from this one from now on."""
        voice = voice_of(team=self.team, slug=slug)
        return Response(_shown(choose_sample(voice=voice, sample_id=sample_id, actor=self.actor)))


def _shown(row: VoiceSample) -> dict[str, Any]:
    names = ("sample_id", "added_at", "added_by", "chosen_at", "removed_at")
    facts = {name: getattr(row, name) for name in names}
    return VoiceSampleOutput.of({**facts, "name": row.sample.name, "is_chosen": row.voice.sample_id == row.sample_id})
