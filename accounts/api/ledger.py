"""The books: entries, totals, CSV."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.enums import BILLED_SOURCES, LEDGER_KINDS
from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import MoneyOutput, Output
from accounts.api.views import TeamView
from accounts.flows.reports import GROUPS, LedgerFilters, ledger_csv, ledger_entries, ledger_totals
from accounts.models import LedgerEntry


class MomentField(serializers.CharField):
    """A day (2026-11-20, in the team's time zone) or a moment with its offset (2026-11-20T08:00:00Z)."""

    def to_internal_value(self, data: Any) -> date | datetime:  # type: ignore[override]
        text = super().to_internal_value(data)
        try:
            moment = parse_datetime(text) if len(text) > len("2026-11-20") else parse_date(text)
        except ValueError:
            moment = None
        # Beyond these, adding a day or a time zone leaves the calendar.
        if moment is None or not 1900 <= moment.year <= 9000:
            raise serializers.ValidationError("Give a day (2026-11-20) or a moment (2026-11-20T08:00:00Z).")
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise serializers.ValidationError("Give the moment with its offset, e.g. 2026-11-20T08:00:00Z.")
        return moment


class _Books(Input):
    voice = serializers.CharField(required=False, help_text="Slug.")
    model = serializers.CharField(required=False)
    token = serializers.CharField(required=False, help_text="Id or prefix.")
    project = serializers.CharField(required=False, help_text="Slug or id.")
    kind = serializers.ChoiceField(LEDGER_KINDS, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a word of the language and cannot be an attribute.
        return {
            "from": MomentField(required=False, help_text="Day (in the team's time zone) or moment, included."),
            "to": MomentField(required=False, help_text="Day, included; or moment, excluded."),
            **super().get_fields(),
        }


class BookFilters(_Books):
    """Which entries."""


class BookPageFilters(_Books, Filters):
    """Which entries, and which page of them."""


class TotalsFilters(_Books):
    """Which entries, and how to sum them."""

    group_by = serializers.CharField(required=False, help_text=f"Any of {', '.join(GROUPS)}, with commas.")


class EntryOutput(Output):
    id = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it was spent; its month is the period of the report.")
    booked_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(LEDGER_KINDS)
    billed_characters = serializers.IntegerField()
    estimated_characters = serializers.IntegerField()
    saved_characters = serializers.IntegerField()
    source = serializers.ChoiceField(BILLED_SOURCES)  # type: ignore[assignment]
    amount = MoneyOutput(allow_null=True)
    voice = serializers.CharField(allow_null=True)
    provider_voice_id = serializers.CharField(allow_null=True)
    provider_account = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    token = serializers.CharField(allow_null=True, help_text="Id.")
    token_name = serializers.CharField(allow_null=True)
    project = serializers.CharField(allow_null=True, help_text="Slug.")
    trace_id = serializers.CharField(allow_null=True)
    attempt = serializers.CharField(allow_null=True)
    corrects = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class TotalOutput(Output):
    """Sums of one group in one currency; the group's names are there where they were asked for."""

    voice = serializers.CharField(required=False, allow_null=True)
    model = serializers.CharField(required=False, allow_null=True)
    token = serializers.CharField(required=False, allow_null=True, help_text="Id.")
    token_name = serializers.CharField(required=False, allow_null=True)
    project = serializers.CharField(required=False, allow_null=True)
    provider_account = serializers.CharField(required=False, allow_null=True)
    kind = serializers.ChoiceField(LEDGER_KINDS, required=False)
    day = serializers.DateField(required=False, help_text="In the team's time zone.")
    billed_characters = serializers.IntegerField()
    estimated_characters = serializers.IntegerField()
    saved_characters = serializers.IntegerField()
    amount = MoneyOutput(allow_null=True)
    entries = serializers.IntegerField()


class TotalsOutput(Output):
    rows = TotalOutput(many=True)


class LedgerView(TeamView):
    scopes = {"GET": "ledger:read"}

    @extend_schema(operation_id="ledger_list", parameters=[BookPageFilters], responses={200: page_of(EntryOutput)})
    def get(self, request: Request) -> Response:
        """What was booked, newest first."""
        filters = _read_filters(self.filters(BookPageFilters))
        return self.page(ledger_entries(team=self.team, filters=filters), entry_json)


class LedgerTotalsView(TeamView):
    scopes = {"GET": "ledger:read"}

    @extend_schema(operation_id="ledger_totals", parameters=[TotalsFilters], responses={200: TotalsOutput})
    def get(self, request: Request) -> Response:
        """Sums per group and currency. Currencies are never added to each other."""
        wish = self.filters(TotalsFilters)
        groups = [group.strip() for group in wish.get("group_by", "").split(",") if group.strip()]
        rows = ledger_totals(team=self.team, filters=_read_filters(wish), group_by=groups)
        return Response(TotalsOutput.of({"rows": [_with_money(row) for row in rows]}))


class LedgerCsvView(TeamView):
    scopes = {"GET": "ledger:read"}

    @extend_schema(
        operation_id="ledger_csv",
        parameters=[BookFilters],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The entries as CSV, one line each."""
        lines = ledger_csv(team=self.team, filters=_read_filters(self.filters(BookFilters)))
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="ledger-{self.team.slug}.csv"'},
        )


def entry_json(entry: LedgerEntry) -> dict[str, Any]:
    """An entry as the API shows it."""
    return EntryOutput.of(
        _with_money(
            {
                "id": entry.id,
                "at": entry.at,
                "booked_at": entry.booked_at,
                "kind": entry.kind,
                "billed_characters": entry.billed_characters,
                "estimated_characters": entry.estimated_characters,
                "saved_characters": entry.saved_characters,
                "source": entry.source,
                "amount_micros": entry.amount_micros,
                "currency": entry.currency,
                "voice": entry.voice_slug or None,
                "provider_voice_id": entry.vendor_voice_id or None,
                "provider_account": entry.provider_account_slug or None,
                "model": entry.model or None,
                "token": entry.token_id or None,
                "token_name": entry.token_name or None,
                "project": entry.project_slug or None,
                "trace_id": entry.trace_id or None,
                "attempt": entry.attempt_id or None,
                "corrects": entry.corrects_id or None,
                "reason": entry.reason or None,
            }
        )
    )


def _with_money(row: Mapping[str, Any]) -> dict[str, Any]:
    amount = {"amount_micros": row["amount_micros"], "currency": row["currency"]} if row["currency"] else None
    return {**row, "amount": amount}


def _read_filters(wish: Mapping[str, Any]) -> LedgerFilters:
    names = {"from": "since", "to": "until"}
    keep = ("from", "to", "voice", "model", "token", "project", "kind")
    return LedgerFilters(**{names.get(name, name): wish[name] for name in keep if name in wish})
