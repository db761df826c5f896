"""What a team decides beforehand about its voices."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Input
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.api.voices import POLICIES, REVIVALS, SILENCES
from voicelib.flows.defaults import change_defaults, defaults_of


class VoiceDefaultsInput(Input):
    policy = serializers.ChoiceField(choices=POLICIES, required=False)
    on_silence = serializers.ChoiceField(choices=SILENCES, required=False)
    revival = serializers.ChoiceField(choices=REVIVALS, required=False)


class VoiceDefaultsOutput(Output):
    policy = serializers.CharField(help_text="Of clones asked for without one.")
    on_silence = serializers.CharField()
    revival = serializers.CharField(help_text="Of homes that say nothing of their own.")


class VoiceDefaultsView(TeamView):
    scopes = {"GET": "voices:read", "PATCH": "voices:write"}

    @extend_schema(operation_id="voice_defaults_get", responses={200: VoiceDefaultsOutput})
    def get(self, request: Request) -> Response:
        """The team's defaults for its voices."""
        return Response(VoiceDefaultsOutput.of(defaults_of(self.team.id)))

    @extend_schema(
        operation_id="voice_defaults_change", request=VoiceDefaultsInput, responses={200: VoiceDefaultsOutput}
    )
    def patch(self, request: Request) -> Response:
        """Change what is named."""
        changes = self.read(VoiceDefaultsInput)
        return Response(VoiceDefaultsOutput.of(change_defaults(team=self.team, actor=self.actor, changes=changes)))
