"""Who is told what by e-mail, and the outbox."""

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
from accounts.flows.notifications import set_digest_time, set_member_mails
from accounts.models import Mail, Membership, Team


class MemberMailsInput(Input):
    email = serializers.EmailField()
    alerts = serializers.BooleanField(required=False, allow_null=True, default=None)
    digest = serializers.BooleanField(required=False, allow_null=True, default=None)


class NotificationsInput(Input):
    digest_at = serializers.TimeField(
        required=False, allow_null=True, help_text="In the team's time zone, e.g. `08:00`; null: no digest."
    )
    members = serializers.ListField(child=MemberMailsInput(), required=False, max_length=100)


class MemberMailsOutput(Output):
    """One member's switches. Owners and admins are written to; for other roles the switches wait."""

    email = serializers.EmailField(source="user.email")
    role = serializers.CharField()
    alerts = serializers.BooleanField(source="gets_alerts")
    digest = serializers.BooleanField(source="gets_digest")


class NotificationsOutput(Output):
    digest_at = serializers.TimeField(allow_null=True, format="%H:%M")
    time_zone = serializers.CharField()
    members = MemberMailsOutput(many=True)


class MailOutput(Output):
    """A letter in the outbox."""

    id = serializers.CharField()
    address = serializers.EmailField()
    subject = serializers.CharField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    tries = serializers.IntegerField(help_text="Failed ones.")
    last_error = serializers.CharField(allow_blank=True)


class NotificationsView(TeamView):
    scopes = {"GET": "tokens:read", "PATCH": "tokens:write"}

    @extend_schema(operation_id="notifications_get", responses={200: NotificationsOutput})
    def get(self, request: Request) -> Response:
        """Who of the team is told what by e-mail, and when the daily digest comes."""
        return Response(self._now())

    @extend_schema(
        operation_id="notifications_change", request=NotificationsInput, responses={200: NotificationsOutput}
    )
    def patch(self, request: Request) -> Response:
        """Change what is named."""
        wish = self.read(NotificationsInput)
        for member in wish.get("members", ()):
            set_member_mails(team=self.team, actor=self.actor, **member)
        if "digest_at" in wish:
            set_digest_time(team=self.team, digest_at=wish["digest_at"], actor=self.actor)
        return Response(self._now())

    def _now(self) -> dict[str, Any]:
        team = Team.objects.get(id=self.team.id)
        members = Membership.objects.filter(team=team).select_related("user").order_by("id")
        return NotificationsOutput.of(
            {"digest_at": team.digest_at, "time_zone": team.time_zone, "members": list(members)}
        )


class MailsView(TeamView):
    scopes = {"GET": "tokens:read"}

    @extend_schema(operation_id="mails_list", parameters=[Filters], responses={200: page_of(MailOutput)})
    def get(self, request: Request) -> Response:
        """The team's letters, newest first, with those that could not be sent yet."""
        self.filters(Filters)
        return self.page(Mail.objects.filter(team=self.team), MailOutput.of)
