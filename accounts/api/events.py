"""What happened in a team."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from accounts.models import Event


class EventFilters(Filters):
    kind = serializers.CharField(required=False, help_text="E.g. `token.created`; see docs/events.md.")
    subject = serializers.CharField(required=False, help_text="Id of the thing, or `<type>:<id>`.")


class SubjectOutput(Output):
    type = serializers.CharField()
    id = serializers.CharField()
    title = serializers.CharField()


class EventActorOutput(Output):
    user = serializers.CharField(allow_null=True)
    token = serializers.CharField(allow_null=True)
    name = serializers.CharField()


class EventOutput(Output):
    id = serializers.CharField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    subject = SubjectOutput()
    actor = EventActorOutput()
    data = serializers.DictField()  # type: ignore[assignment]


class EventsView(TeamView):
    scopes = {"GET": "events:read"}

    @extend_schema(operation_id="events_list", parameters=[EventFilters], responses={200: page_of(EventOutput)})
    def get(self, request: Request) -> Response:
        """What happened in the team, newest first."""
        wish = self.filters(EventFilters)
        events = Event.objects.filter(team=self.team)
        if "kind" in wish:
            events = events.filter(kind=wish["kind"])
        if "subject" in wish:
            kind, _, subject_id = wish["subject"].rpartition(":")
            events = events.filter(subject_id=subject_id, **({"subject_type": kind} if kind else {}))
        return self.page(events, _event_json)


def _event_json(event: Event) -> dict[str, Any]:
    return EventOutput.of(
        {
            "id": event.id,
            "kind": event.kind,
            "at": event.at,
            "subject": {"type": event.subject_type, "id": event.subject_id, "title": event.subject_title},
            "actor": {
                "user": event.actor_user_id or None,
                "token": event.actor_token_id or None,
                "name": event.actor_name,
            },
            "data": event.data,
        }
    )
