"""System voices: the catalogue with what the team's accounts have shown, and asking an account anew."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.pagination import CursorPages
from accounts.api.views import TeamView
from accounts.flows.provider_accounts import find_provider_account
from accounts.models import ProviderAccount
from voicelib.flows.system_voices import catalogue_of, import_system_voices
from voicelib.models import SystemVoice, SystemVoiceSighting


class SystemVoiceFilters(Filters):
    provider_account = serializers.CharField(max_length=64, required=False, help_text="Slug or id: its provider only.")
    language = serializers.CharField(max_length=35, required=False, help_text="BCP 47, e.g. `zh`, `yue`, `en`.")
    gender = serializers.ChoiceField(SystemVoice.Gender.values, required=False)
    available = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Shown by an account the last time it was asked."
    )
    search = serializers.CharField(max_length=200, required=False, help_text="Part of the id or the name.")


class SightingOutput(Output):
    """What one account said of the voice."""

    provider_account = serializers.CharField(source="provider_account.slug")
    available = serializers.BooleanField(source="is_listed", help_text="Shown the last time the account was asked.")
    name = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class SystemVoiceOutput(Output):
    provider = serializers.CharField()
    voice_id = serializers.CharField(help_text="Byte for byte, outer spaces included.")
    name = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_null=True, help_text="Null: neither list nor id tells it.")
    gender = serializers.CharField(allow_null=True, help_text="`female`, `male`; null: the id does not tell.")
    seen = serializers.CharField(allow_blank=True, help_text="Where the id was read; empty: only at accounts.")
    default_of = serializers.ListField(
        child=serializers.CharField(), help_text="Public clients that send it when told nothing."
    )
    accounts = serializers.ListField(child=SightingOutput(), help_text="Accounts of the team that have shown it.")


class ImportedVoicesOutput(Output):
    listed = serializers.IntegerField(help_text="System voices in the account's list.")
    added = serializers.IntegerField(help_text="Of them not seen at this account before.")
    vanished = serializers.IntegerField(help_text="Seen before, and not listed any more: marked, not forgotten.")
    skipped = serializers.IntegerField(help_text="Entries that cannot be stored.")


class ByVoiceId(CursorPages):
    """A catalogue is read in the order of its ids."""

    ordering = ("voice_id", "provider")


class SystemVoicesView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(
        operation_id="system_voices_list",
        parameters=[SystemVoiceFilters],
        responses={200: page_of(SystemVoiceOutput)},
    )
    def get(self, request: Request) -> Response:
        """The providers' own voices, by id: the published list, and what the team's accounts have shown."""
        wish = self.filters(SystemVoiceFilters)
        accounts = ProviderAccount.objects.filter(team=self.team)
        voices = SystemVoice.objects.all()
        if "provider_account" in wish:
            account = find_provider_account(team=self.team, slug_or_id=wish["provider_account"])
            accounts = accounts.filter(id=account.id)
            voices = voices.filter(provider=catalogue_of(account))
        paginator = ByVoiceId()
        rows = paginator.paginate_queryset(_chosen(voices.known_to(accounts), accounts, wish), request, view=self)
        return paginator.get_paginated_response([_json(row) for row in rows or []])


class ImportSystemVoicesView(TeamView):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="system_voices_import", request=None, responses={200: ImportedVoicesOutput})
    def post(self, request: Request, account: str) -> Response:
        """Ask the account which system voices it has, by a call that costs nothing."""
        standing = find_provider_account(team=self.team, slug_or_id=account)
        return Response(ImportedVoicesOutput.of(import_system_voices(account=standing, actor=self.actor)))


def _chosen(
    voices: QuerySet[SystemVoice], accounts: QuerySet[ProviderAccount], wish: dict[str, Any]
) -> QuerySet[SystemVoice]:
    seen = SystemVoiceSighting.objects.filter(system_voice=OuterRef("pk"), provider_account__in=accounts)
    if "language" in wish:
        voices = voices.filter(language__iexact=wish["language"])
    if "gender" in wish:
        voices = voices.filter(gender=wish["gender"])
    if wish["available"] is not None:
        listed = Exists(seen.filter(is_listed=True))
        voices = voices.filter(listed if wish["available"] else ~listed)
    if "search" in wish:
        part = wish["search"]
        said = Exists(seen.filter(name__icontains=part))
        voices = voices.filter(Q(voice_id__icontains=part) | Q(name__icontains=part) | said)
    sightings = SystemVoiceSighting.objects.filter(provider_account__in=accounts).select_related("provider_account")
    return voices.prefetch_related(Prefetch("sightings", sightings.order_by("id")))


def _json(voice: SystemVoice) -> dict[str, Any]:
    sightings = [SightingOutput.of(sighting) for sighting in voice.sightings.all()]
    told = {name: getattr(voice, name) for name in ("provider", "voice_id", "seen", "default_of")}
    name = voice.name or next((row["name"] for row in sightings if row["name"]), "")
    traits = {"language": voice.language or None, "gender": voice.gender or None}
    return SystemVoiceOutput.of({**told, **traits, "name": name, "accounts": []}) | {"accounts": sightings}
