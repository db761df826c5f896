"""What is ahead for the team's voices, and what has happened to one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.events import EventActorOutput
from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import MoneyOutput, Output
from accounts.api.pagination import NewestFirst
from accounts.api.views import TeamView
from accounts.models import Event
from accounts.money import Money
from voicelib.flows.forecast import Expected, forecast
from voicelib.flows.timeline import costs_of, events_of
from voicelib.flows.voices import voice_of


class ForecastFilters(Input):
    days = serializers.IntegerField(required=False, default=30, min_value=1, max_value=366)


class ExpectedOutput(Output):
    voice = serializers.CharField()
    provider_account = serializers.CharField()
    policy = serializers.CharField()
    on_silence = serializers.CharField()
    state = serializers.CharField()
    will_be_kept = serializers.BooleanField(help_text="As decided now.")
    day = serializers.DateField(help_text="On which it is kept or lapses, in the team's time zone.")
    expires_at = serializers.DateTimeField()
    cost = MoneyOutput(allow_null=True, help_text="Of keeping it once, the clone fee included; null: not known.")


class ForecastDayOutput(Output):
    day = serializers.DateField()
    kept = serializers.IntegerField()
    lapsing = serializers.IntegerField()
    costs = MoneyOutput(many=True)


class ForecastOutput(Output):
    until = serializers.DateTimeField()
    complete = serializers.BooleanField(help_text="False: there is more than one answer holds.")
    homes = serializers.ListField(child=ExpectedOutput())
    days = serializers.ListField(child=ForecastDayOutput())


class TimelineOutput(Output):
    id = serializers.CharField()
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    actor = EventActorOutput()
    cost = MoneyOutput(allow_null=True, help_text="Booked for the paid call of this event.")
    data = serializers.DictField()  # type: ignore[assignment]


class ForecastView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="forecast_get", parameters=[ForecastFilters], responses={200: ForecastOutput})
    def get(self, request: Request) -> Response:
        """Which voices lapse when, and what keeping the others costs per day."""
        found = forecast(team=self.team, at=clock.now(), days=self.filters(ForecastFilters)["days"])
        days = [
            ForecastDayOutput.of(
                {
                    "day": day.day,
                    "kept": day.kept,
                    "lapsing": day.lapsing,
                    "costs": [{"currency": name, "amount_micros": sum_} for name, sum_ in sorted(day.costs.items())],
                }
            )
            for day in found.days
        ]
        homes = [_expected_json(row) for row in found.expected]
        shown = {"until": found.until, "complete": found.is_complete, "homes": [], "days": []}
        return Response(ForecastOutput.of(shown) | {"homes": homes, "days": days})


class TimelineView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="voices_timeline", parameters=[Filters], responses={200: page_of(TimelineOutput)})
    def get(self, request: Request, slug: str) -> Response:
        """The life of a voice, newest first: every change with who, why and what it cost."""
        self.filters(Filters)
        events = events_of(voice=voice_of(team=self.team, slug=slug))
        paginator = NewestFirst()
        rows = paginator.paginate_queryset(events, request, view=self) or []
        costs = costs_of(events=rows)
        return paginator.get_paginated_response([_event_json(event, costs.get(event.id)) for event in rows])


def _expected_json(row: Expected) -> dict[str, Any]:
    home = row.home
    return ExpectedOutput.of(
        {
            "voice": home.voice.slug,
            "provider_account": home.provider_account.slug,
            "policy": home.policy,
            "on_silence": home.on_silence,
            "state": home.state,
            "will_be_kept": row.is_kept,
            "day": row.day,
            "expires_at": home.expires_at,
            "cost": None if row.cost is None else row.cost.as_json(),
        }
    )


def _event_json(event: Event, cost: Money | None) -> dict[str, Any]:
    return TimelineOutput.of(
        {
            "id": event.id,
            "at": event.at,
            "kind": event.kind,
            "actor": {
                "user": event.actor_user_id or None,
                "token": event.actor_token_id or None,
                "name": event.actor_name,
            },
            "cost": None if cost is None else cost.as_json(),
            "data": event.data,
        }
    )
