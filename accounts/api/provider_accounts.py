"""Provider accounts. Keys go in and never come out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from accounts.flows.account_checks import check_provider_account
from accounts.flows.provider_accounts import (
    change_provider_account,
    create_provider_account,
    find_provider_account,
)
from accounts.models import ProviderAccount
from accounts.provider_regions import all_regions, region_at
from providers.registry import provider_names


class ProviderAccountChangeInput(Input):
    name = serializers.CharField(max_length=200, required=False)
    base_url = serializers.CharField(max_length=500, required=False, help_text="Another address needs the key anew.")
    region = serializers.CharField(
        max_length=32, required=False, help_text="In the place of `base_url`: a name of `GET /regions`."
    )
    key = serializers.CharField(max_length=4096, required=False, write_only=True)
    price_list = serializers.CharField(max_length=64, required=False)
    options = serializers.DictField(required=False)
    retention = serializers.DictField(
        required=False, help_text='{"kind": "activation|rolling|fixed|none", "hours"}; empty: as the provider is known.'
    )
    limits = serializers.DictField(
        required=False,
        help_text='{"speech": {"rpm", "concurrency"}, "clone", "design", "models": {model: …}}; what is left out is as '
        "the provider documents, null is no limit.",
    )
    is_default = serializers.BooleanField(required=False)


class ProviderAccountInput(ProviderAccountChangeInput):
    slug = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=200)
    provider = serializers.ChoiceField(provider_names(), help_text="What each offers: docs/providers.md.")
    base_url = serializers.CharField(
        max_length=500, required=False, help_text="The address before /v1; without it a `region`."
    )
    key = serializers.CharField(max_length=4096, write_only=True)


class CircuitOutput(Output):
    """Whether the account is used: `open` is left alone until the probe at `probe_at`, `reason` says why."""

    state = serializers.ChoiceField(ProviderAccount.Circuit.values, source="circuit")
    reason = serializers.CharField(source="circuit_reason", allow_blank=True)
    failures = serializers.IntegerField(source="circuit_failures", help_text="Of the provider, in a row.")
    opened_at = serializers.DateTimeField(source="circuit_opened_at", allow_null=True)
    probe_at = serializers.DateTimeField(source="circuit_probe_at", allow_null=True)


class FreezeOutput(Output):
    """Too many of its voices are missing; nothing is declared lost until a person has looked."""

    since = serializers.DateTimeField()
    reason = serializers.CharField()


class ProviderAccountOutput(Output):
    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    provider = serializers.CharField()
    base_url = serializers.CharField()
    region = serializers.SerializerMethodField(help_text="Null: an address of its own.")
    key_hint = serializers.CharField(help_text="Last characters of the key.")
    price_list = serializers.CharField()
    options = serializers.DictField()
    retention = serializers.DictField()
    limits = serializers.DictField()
    circuit = CircuitOutput(source="*")
    frozen = serializers.SerializerMethodField(help_text="Null: it is not.")
    key_unproven_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when a changed key has not shown one of the voices held there; null: it has."
    )
    is_default = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField(allow_null=True)
    finding = serializers.CharField(allow_blank=True, help_text="Of the last check; empty when all was well.")

    @extend_schema_field(FreezeOutput(allow_null=True))
    def get_frozen(self, account: ProviderAccount) -> dict[str, Any] | None:
        if account.frozen_at is None:
            return None
        return FreezeOutput.of({"since": account.frozen_at, "reason": account.frozen_reason})

    def get_region(self, account: ProviderAccount) -> str | None:
        region = region_at(account.provider, account.base_url)
        return None if region is None else region.name


class AccountCheckInput(Input):
    other_regions = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Show a refused key to the provider's other official hosts, to tell a wrong region from a bad key.",
    )


class AccountCheckOutput(Output):
    ok = serializers.BooleanField()
    code = serializers.CharField(help_text="Stable; listed in docs/errors.md.")
    latency_ms = serializers.IntegerField()
    finding = serializers.CharField(allow_null=True, help_text="Why it cannot be used.")
    region = serializers.CharField(allow_null=True, help_text="Where the key belongs, if that is another region.")


class RegionOutput(Output):
    provider = serializers.CharField()
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    base_url = serializers.CharField()
    currency = serializers.CharField()
    price_list = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class RegionsOutput(Output):
    results = serializers.ListField(child=RegionOutput())


class ProviderAccountsView(TeamView):
    scopes = {"GET": "provider-accounts:read", "POST": "provider-accounts:write"}

    @extend_schema(
        operation_id="provider_accounts_list",
        parameters=[Filters],
        responses={200: page_of(ProviderAccountOutput)},
    )
    def get(self, request: Request) -> Response:
        """The team's provider accounts, without their keys."""
        self.filters(Filters)
        return self.page(ProviderAccount.objects.filter(team=self.team), ProviderAccountOutput.of)

    @extend_schema(
        operation_id="provider_accounts_create", request=ProviderAccountInput, responses={201: ProviderAccountOutput}
    )
    def post(self, request: Request) -> Response:
        """Add a provider account. The key is stored encrypted and never shown."""
        wish = self.read(ProviderAccountInput)
        account = create_provider_account(team=self.team, actor=self.actor, **wish)
        return Response(ProviderAccountOutput.of(account), status=201)


class ProviderAccountView(TeamView):
    scopes = {"GET": "provider-accounts:read", "PATCH": "provider-accounts:write"}

    @extend_schema(operation_id="provider_accounts_get", responses={200: ProviderAccountOutput})
    def get(self, request: Request, account: str) -> Response:
        """One provider account, by slug or id."""
        return Response(ProviderAccountOutput.of(find_provider_account(team=self.team, slug_or_id=account)))

    @extend_schema(
        operation_id="provider_accounts_change",
        request=ProviderAccountChangeInput,
        responses={200: ProviderAccountOutput},
    )
    def patch(self, request: Request, account: str) -> Response:
        """Change what is named. Another `base_url` needs the key anew."""
        standing = find_provider_account(team=self.team, slug_or_id=account)
        changes = self.read(ProviderAccountChangeInput)
        changed = change_provider_account(team=self.team, account=standing, changes=changes, actor=self.actor)
        return Response(ProviderAccountOutput.of(changed))


class CheckProviderAccountView(TeamView):
    scopes = {"POST": "provider-accounts:write"}

    @extend_schema(
        operation_id="provider_accounts_check", request=AccountCheckInput, responses={200: AccountCheckOutput}
    )
    def post(self, request: Request, account: str) -> Response:
        """Verify key and address by a call that costs nothing. The key goes to other hosts on a wish only."""
        standing = find_provider_account(team=self.team, slug_or_id=account)
        wish = self.read(AccountCheckInput)
        found = check_provider_account(account=standing, actor=self.actor, ask_other_regions=wish["other_regions"])
        return Response(
            AccountCheckOutput.of(
                {
                    "ok": found.ok,
                    "code": found.code,
                    "latency_ms": found.latency_ms,
                    "finding": found.finding or None,
                    "region": found.region,
                }
            )
        )


class RegionsView(TeamView):
    scopes = {"GET": "provider-accounts:read"}

    @extend_schema(operation_id="regions_list", responses={200: RegionsOutput})
    def get(self, request: Request) -> Response:
        """The official addresses of the providers, each with its price list."""
        rows = [{"provider": provider, **asdict(region)} for provider, region in all_regions()]
        return Response(RegionsOutput.of({"results": rows}))
