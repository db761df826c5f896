"""Retiring a voice: what depends on it, the deed, and undoing it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Input
from accounts.api.outputs import MoneyOutput, Output
from voicelib.api.voice_outputs import VoiceOutput
from voicelib.api.voices import VoiceAnswers
from voicelib.flows.retirement import MOST_UNDO_HOURS, dependents_of, restore_voice, retire_voice
from voicelib.flows.voices import voice_of


class RetireInput(Input):
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    undo_hours = serializers.FloatField(
        required=False, default=24, min_value=0, max_value=MOST_UNDO_HOURS, help_text="Until the providers are asked."
    )


class DependentHomeOutput(Output):
    provider_account = serializers.CharField()
    provider_voice_id = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    fee = MoneyOutput(allow_null=True, help_text="Paid for it; it is paid again where it is cloned again.")


class DependentsOutput(Output):
    clips = serializers.DictField(child=serializers.IntegerField(), help_text="Number by state. They stay.")
    dictionaries = serializers.ListField(child=serializers.CharField(), help_text="That its clips were asked with.")
    waiting_renderings = serializers.IntegerField(help_text="They will fail.")
    homes = serializers.ListField(child=DependentHomeOutput())


class DependentsView(VoiceAnswers):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="voices_dependents", responses={200: DependentsOutput})
    def get(self, request: Request, slug: str) -> Response:
        """What retiring the voice would touch."""
        found = dependents_of(voice=voice_of(team=self.team, slug=slug))
        homes = [
            DependentHomeOutput.of(
                {
                    "provider_account": home.provider_account.slug,
                    "provider_voice_id": home.vendor_voice_id,
                    "state": home.state,
                    "fee": None if micros is None else {"amount_micros": micros, "currency": currency},
                }
            )
            for home, micros, currency in found.homes
        ]
        shown = {
            "clips": found.clips,
            "dictionaries": found.dictionaries,
            "waiting_renderings": found.waiting_renderings,
            "homes": [],
        }
        return Response(DependentsOutput.of(shown) | {"homes": homes})


class RetireVoiceView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_retire", request=RetireInput, responses={200: VoiceOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Take the voice out of use; after the hours, every provider is asked to delete it. Clips stay."""
        wish = self.read(RetireInput)
        voice = voice_of(team=self.team, slug=slug)
        retire_voice(voice=voice, actor=self.actor, reason=wish["reason"], undo_seconds=wish["undo_hours"] * 3600)
        return self.answer(voice.id, 200)


class RestoreVoiceView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_restore", request=None, responses={200: VoiceOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Undo the retirement, as far as the providers have not been asked."""
        voice = voice_of(team=self.team, slug=slug)
        restore_voice(voice=voice, actor=self.actor)
        return self.answer(voice.id, 200)
