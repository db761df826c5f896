"""Estimates: what a clip would cost."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import TeamView
from synthesis.api.clips import speech_wish
from synthesis.api.inputs import EstimateInput
from synthesis.api.outputs import EstimateOutput, estimate_json
from synthesis.flows.estimates import estimate


class EstimatesView(TeamView):
    scopes = {"POST": "clips:read"}

    @extend_schema(operation_id="estimates_create", request=EstimateInput, responses={200: EstimateOutput})
    def post(self, request: Request) -> Response:
        """What a clip would cost, by the numbers that asking for it uses. Nothing is written or spent."""
        return Response(estimate_json(estimate(**speech_wish(self, self.read(EstimateInput)))))
