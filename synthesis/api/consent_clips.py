"""The clips made under a consent: what to look for when a speaker asks."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters
from accounts.api.views import TeamView
from synthesis.api.outputs import CLIP_PAGE, clip_json
from synthesis.flows.consent_reports import clips_csv, clips_under
from voicelib.flows.consents import consent_of


class ConsentClipsView(TeamView):
    scopes = {"GET": "clips:read"}

    @extend_schema(operation_id="consents_clips", parameters=[Filters], responses={200: CLIP_PAGE})
    def get(self, request: Request, consent_id: str) -> Response:
        """Every clip made under a consent, newest first."""
        self.filters(Filters)
        clips = clips_under(consent=consent_of(team=self.team, consent_id=consent_id))
        clips = clips.select_related("voice__consent", "project")
        return self.page(
            clips.prefetch_related(
                "segments__rendering__provider_voice__provider_account", "pins__version__dictionary"
            ),
            clip_json,
        )


class ConsentClipsCsvView(TeamView):
    scopes = {"GET": "clips:read"}

    @extend_schema(operation_id="consents_clips_csv", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, consent_id: str) -> StreamingHttpResponse:
        """The same as CSV, oldest first."""
        consent = consent_of(team=self.team, consent_id=consent_id)
        return StreamingHttpResponse(
            clips_csv(consent=consent),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="clips-under-{consent.id}.csv"'},
        )
