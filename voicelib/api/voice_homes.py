"""Several homes of one voice: which is preferred, and a second one for a system voice."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Input
from accounts.flows.provider_accounts import find_provider_account
from voicelib.api.voice_outputs import VoiceOutput
from voicelib.api.voices import VoiceAnswers
from voicelib.flows.deletion import ask_deletion
from voicelib.flows.homes import add_system_home, choose_primary, home_of
from voicelib.flows.retirement import MOST_UNDO_HOURS, undo_home_deletion
from voicelib.flows.voices import voice_of
from voicelib.models import ProviderVoice


class PrimaryInput(Input):
    provider_account = serializers.CharField(
        max_length=64, allow_null=True, help_text="Slug or id of the account whose home is preferred; null: none."
    )


class SystemHomeInput(Input):
    provider_account = serializers.CharField(max_length=64, help_text="Slug or id.")
    voice_id = serializers.CharField(
        max_length=256, trim_whitespace=False, help_text="The system voice there, from `GET /system-voices`."
    )


class WhichHome(Input):
    generation = serializers.IntegerField(
        required=False, min_value=1, help_text="Of the home; without it the newest at the account."
    )


class HomeDeletionInput(WhichHome):
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    undo_hours = serializers.FloatField(
        required=False, default=24, min_value=0, max_value=MOST_UNDO_HOURS, help_text="Until the provider is asked."
    )


class PrimaryHomeView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_primary", request=PrimaryInput, responses={200: VoiceOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Choose whose home of the voice speaks wherever its account works."""
        named = self.read(PrimaryInput)["provider_account"]
        voice = voice_of(team=self.team, slug=slug)
        choose_primary(voice=voice, account=self.account_named(named), actor=self.actor)
        return self.answer(voice.id, 200)


class SystemHomesView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_add_home", request=SystemHomeInput, responses={201: VoiceOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Let a system voice speak at another account too. A voice of your own gets a home by cloning it there."""
        wish = self.read(SystemHomeInput)
        voice = voice_of(team=self.team, slug=slug)
        account = find_provider_account(team=self.team, slug_or_id=wish["provider_account"])
        add_system_home(voice=voice, account=account, voice_id=wish["voice_id"], actor=self.actor)
        return self.answer(voice.id, 201)


class _HomeAnswers(VoiceAnswers):
    def home(self, slug: str, account: str, generation: int | None) -> ProviderVoice:
        """The named home. Raises NotFoundError."""
        return home_of(
            voice=voice_of(team=self.team, slug=slug),
            account=find_provider_account(team=self.team, slug_or_id=account),
            generation=generation,
        )


class HomeView(_HomeAnswers):
    scopes = {"DELETE": "voices:write"}

    @extend_schema(operation_id="voice_homes_delete", parameters=[HomeDeletionInput], responses={202: VoiceOutput})
    def delete(self, request: Request, slug: str, account: str) -> Response:
        """Take one home away: it speaks no more, and after the hours its provider is asked to delete it. Again, the
        standing deletion is answered."""
        wish = self.filters(HomeDeletionInput)
        home = self.home(slug, account, wish.get("generation"))
        ask_deletion(home=home, actor=self.actor, reason=wish["reason"], undo_seconds=wish["undo_hours"] * 3600)
        return self.answer(home.voice_id, 202)


class UndoDeletionView(_HomeAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voice_homes_undo", request=WhichHome, responses={200: VoiceOutput})
    def post(self, request: Request, slug: str, account: str) -> Response:
        """Keep a home that is to be deleted, as long as its provider was not asked."""
        home = self.home(slug, account, self.read(WhichHome).get("generation"))
        undo_home_deletion(home=home, actor=self.actor)
        return self.answer(home.voice_id, 200)
