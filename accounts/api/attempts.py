"""Paid calls, and the decision on those whose outcome nobody knows."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.enums import ATTEMPT_KINDS, ATTEMPT_STATES
from accounts.api.inputs import BIGGEST_NUMBER, Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from accounts.errors import NotFoundError
from accounts.flows.paid_call import resolve_attempt
from accounts.models import Attempt


class AttemptFilters(Filters):
    state = serializers.ChoiceField(ATTEMPT_STATES, required=False)


class ResolutionInput(Input):
    outcome = serializers.ChoiceField(["charged", "not_charged"])
    billed_characters = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=BIGGEST_NUMBER, help_text="Left out: the estimate."
    )
    reason = serializers.CharField(max_length=500, help_text="Stays in the books.")


class AttemptErrorOutput(Output):
    category = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField()


class AttemptOutput(Output):
    id = serializers.CharField()
    state = serializers.ChoiceField(ATTEMPT_STATES)
    kind = serializers.ChoiceField(ATTEMPT_KINDS)
    subject = serializers.CharField(help_text="What it was for, e.g. `rendering:<id>`.")
    voice = serializers.CharField(allow_null=True)
    provider_voice_id = serializers.CharField(allow_null=True)
    provider_account = serializers.CharField()
    model = serializers.CharField(allow_null=True)
    estimated_characters = serializers.IntegerField()
    billed_characters = serializers.IntegerField(allow_null=True)
    trace_id = serializers.CharField(allow_null=True)
    provider_task = serializers.CharField(
        allow_null=True, help_text="The id under which the provider works on it, where it does so."
    )
    error = AttemptErrorOutput(allow_null=True)
    prepared_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField(allow_null=True)
    resolution = serializers.CharField(allow_null=True)


class AttemptsView(TeamView):
    scopes = {"GET": "attempts:read"}

    @extend_schema(operation_id="attempts_list", parameters=[AttemptFilters], responses={200: page_of(AttemptOutput)})
    def get(self, request: Request) -> Response:
        """Paid calls of the team; `state=unknown` lists the unresolved ones."""
        wish = self.filters(AttemptFilters)
        attempts = Attempt.objects.filter(team=self.team).select_related("provider_account")
        if "state" in wish:
            attempts = attempts.filter(state=wish["state"])
        return self.page(attempts, attempt_json)


class AttemptView(TeamView):
    scopes = {"GET": "attempts:read"}

    @extend_schema(operation_id="attempts_get", responses={200: AttemptOutput})
    def get(self, request: Request, attempt_id: str) -> Response:
        """One paid call."""
        attempt = Attempt.objects.filter(team=self.team, id=attempt_id).select_related("provider_account").first()
        if attempt is None:
            raise NotFoundError("There is no such attempt.")
        return Response(attempt_json(attempt))


class ResolveAttemptView(TeamView):
    scopes = {"POST": "attempts:resolve"}

    @extend_schema(operation_id="attempts_resolve", request=ResolutionInput, responses={200: AttemptOutput})
    def post(self, request: Request, attempt_id: str) -> Response:
        """Say how an unresolved attempt ended, with a reason."""
        wish = self.read(ResolutionInput)
        attempt = resolve_attempt(
            team_id=self.team.id,
            attempt_id=attempt_id,
            outcome=wish["outcome"],
            billed_characters=wish.get("billed_characters"),
            reason=wish["reason"],
            actor=self.actor,
        )
        return Response(attempt_json(attempt))


def attempt_json(attempt: Attempt) -> dict[str, object]:
    """An attempt as the API shows it."""
    failed = bool(attempt.error_category)
    return AttemptOutput.of(
        {
            "id": attempt.id,
            "state": attempt.state,
            "kind": attempt.kind,
            "subject": attempt.subject,
            "voice": attempt.voice_slug or None,
            "provider_voice_id": attempt.vendor_voice_id or None,
            "provider_account": attempt.provider_account.slug,
            "model": attempt.model or None,
            "estimated_characters": attempt.estimated_characters,
            "billed_characters": attempt.billed_characters,
            "trace_id": attempt.trace_id or None,
            "provider_task": attempt.vendor_task or None,
            "error": {
                "category": attempt.error_category,
                "code": attempt.error_code or None,
                "message": attempt.error_message,
            }
            if failed
            else None,
            "prepared_at": attempt.prepared_at,
            "sent_at": attempt.sent_at,
            "ended_at": attempt.ended_at,
            "resolved_by": attempt.resolved_by or None,
            "resolution": attempt.resolution or None,
        }
    )
