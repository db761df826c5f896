"""What a provider account really has of our voices: compared, adopted, and what a person says about missing ones."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.inputs import Input
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from accounts.flows.provider_accounts import find_provider_account
from voicelib.api.voice_outputs import VoiceOutput, voice_json
from voicelib.flows.adoption import adopt_voice
from voicelib.flows.drift import sync_account
from voicelib.flows.freezes import unfreeze
from voicelib.models import AccountScan, Voice


class ComparedHomeOutput(Output):
    voice = serializers.CharField()
    provider_voice_id = serializers.CharField(allow_blank=True)
    state = serializers.CharField(help_text="As it was before the comparison.")
    sighting = serializers.CharField(
        help_text="`seen`, `not_seen`, or `cannot_tell`: clones that were never used are hidden, and not all can list."
    )


class UnknownVoiceOutput(Output):
    """A voice at the provider that nobody of the team made here."""

    voice_id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    created = serializers.CharField(allow_null=True)


class SyncErrorOutput(Output):
    code = serializers.CharField()
    message = serializers.CharField()


class SyncOutput(Output):
    at = serializers.DateTimeField(allow_null=True, help_text="Null: never compared yet.")
    next_at = serializers.DateTimeField(allow_null=True)
    can_list = serializers.BooleanField(help_text="False: the provider tells nothing about its voices.")
    homes = serializers.ListField(child=ComparedHomeOutput())
    used_outside = serializers.ListField(
        child=serializers.CharField(), help_text="Voices found permanent because something else used them."
    )
    doubted = serializers.ListField(
        child=serializers.CharField(), help_text="Voices that should be listed and are not: they are checked now."
    )
    unknown = serializers.ListField(child=UnknownVoiceOutput(), help_text="Can be adopted.")
    frozen = serializers.BooleanField(help_text="Too many were missing: the account waits for a person.")
    error = SyncErrorOutput(allow_null=True)


class AdoptInput(Input):
    voice_id = serializers.CharField(max_length=256, trim_whitespace=False, help_text="From `unknown` of a comparison.")
    slug = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=200)
    language = serializers.CharField(max_length=35)
    consent = serializers.CharField(max_length=26, help_text="Who allows it; must be valid.")
    sample = serializers.CharField(
        max_length=26, required=False, help_text="With it, the voice can be cloned again should it be lost."
    )


class UnfreezeInput(Input):
    accept_losses = serializers.BooleanField(
        required=False, default=False, help_text="The missing voices are really gone; else they are checked anew."
    )


class UnfrozenOutput(Output):
    lost = serializers.ListField(child=serializers.CharField(), help_text="Voices that are lost by this word.")


class SyncView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}

    @extend_schema(operation_id="provider_accounts_last_sync", responses={200: SyncOutput})
    def get(self, request: Request, account: str) -> Response:
        """The latest comparison of the account's list with the team's voices."""
        standing = find_provider_account(team=self.team, slug_or_id=account)
        scan = AccountScan.objects.filter(provider_account=standing).first()
        report = scan.report if scan is not None and scan.report else None
        return Response(_sync_json(report, scan))

    @extend_schema(operation_id="provider_accounts_sync", request=None, responses={200: SyncOutput})
    def post(self, request: Request, account: str) -> Response:
        """Compare now, by a free call. What is missing is checked, never declared lost at once."""
        standing = find_provider_account(team=self.team, slug_or_id=account)
        report = asdict(sync_account(account=standing))
        return Response(_sync_json(report, AccountScan.objects.get(provider_account=standing)))


class AdoptVoiceView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="provider_accounts_adopt", request=AdoptInput, responses={201: VoiceOutput})
    def post(self, request: Request, account: str) -> Response:
        """Make a voice of the library of one that was made at the provider without it."""
        wish = self.read(AdoptInput)
        voice = adopt_voice(
            team=self.team,
            account=find_provider_account(team=self.team, slug_or_id=account),
            actor=self.actor,
            payer=self.payer(self.token.project),
            sample=wish.pop("sample", None),
            **wish,
        )
        shown = Voice.objects.prefetch_related("homes__provider_account").get(id=voice.id)
        return Response(voice_json(shown), status=201)


class UnfreezeView(TeamView):
    scopes = {"POST": "provider-accounts:write"}

    @extend_schema(operation_id="provider_accounts_unfreeze", request=UnfreezeInput, responses={200: UnfrozenOutput})
    def post(self, request: Request, account: str) -> Response:
        """Somebody has looked at a frozen account: go on, with or without the losses."""
        wish = self.read(UnfreezeInput)
        standing = find_provider_account(team=self.team, slug_or_id=account)
        lost = unfreeze(account=standing, actor=self.actor, accept_losses=wish["accept_losses"], at=clock.now())
        return Response(UnfrozenOutput.of({"lost": [home.voice.slug for home in lost]}))


def _sync_json(report: dict[str, Any] | None, scan: AccountScan | None) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "at": None, "can_list": True, "homes": [], "used_outside": [], "doubted": [], "unknown": [], "frozen": False,
        "error": None,
    }  # fmt: skip
    lists = {"homes": ComparedHomeOutput, "unknown": UnknownVoiceOutput}
    shown = nothing | (report or {}) | {"next_at": None if scan is None else scan.due_at}
    rows = {name: [output.of(row) for row in shown[name]] for name, output in lists.items()}
    return SyncOutput.of(shown | {key: [] for key in lists}) | rows
