"""Clips: ask, look, listen, retry."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.views import TeamView
from accounts.errors import NotFoundError
from synthesis.api.inputs import ClipFilters, ClipInput
from synthesis.api.outputs import CLIP_PAGE, ClipOutput, clip_json, cost_headers
from synthesis.api.waiting import wait_until_finished, wished_seconds
from synthesis.flows.clips import ask_clip, cancel_clip, retry_clip
from synthesis.flows.delivery import audio_of, presigned_url
from synthesis.models import Clip
from synthesis.views import audio_response

_PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="`wait=N`: answer when it is finished, after N ≤ 30 s at most."
)
_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key and request are done and paid once."
)


class _ClipAnswers(TeamView):
    def clips(self) -> QuerySet[Clip]:
        """The team's clips with everything their JSON shows."""
        clips = Clip.objects.filter(team=self.team).select_related("voice__consent", "project")
        return clips.prefetch_related(
            "segments__rendering__provider_voice__provider_account", "pins__version__dictionary"
        )

    def clip(self, clip_id: str) -> Clip:
        """One clip of the team. Raises NotFoundError."""
        clip = self.clips().filter(id=clip_id).first()
        if clip is None:
            raise NotFoundError("There is no such clip.", code="clip_not_found")
        return clip

    def answer(self, request: Request, clip: Clip, *, when_ready: int) -> Response:
        """The clip after the wished wait: `when_ready` is the status of one that is ready, else 202."""
        wait_until_finished(clip.id, wished_seconds(request.headers.get("Prefer")))
        clip = self.clip(clip.id)
        status = when_ready if clip.state == Clip.State.READY else 202
        return Response(clip_json(clip), status=status, headers=cost_headers(clip))


class ClipsView(_ClipAnswers):
    scopes = {"GET": "clips:read", "POST": "clips:write"}

    @extend_schema(operation_id="clips_list", parameters=[ClipFilters], responses={200: CLIP_PAGE})
    def get(self, request: Request) -> Response:
        """Clips of the team, newest first."""
        wish = self.filters(ClipFilters)
        clips = self.clips()
        if "state" in wish:
            clips = clips.filter(state=wish["state"])
        if "voice" in wish:
            clips = clips.filter(voice__slug=wish["voice"])
        if "project" in wish:
            clips = clips.filter(project=self.project_of(wish["project"]))
        if "q" in wish:
            clips = clips.filter(text__icontains=wish["q"])
        return self.page(clips, clip_json)

    @extend_schema(
        operation_id="clips_create",
        parameters=[_KEY, _PREFER],
        request=ClipInput,
        responses={201: ClipOutput, 202: ClipOutput},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask for a clip: 201 with a finished one (from the cache, or after `Prefer: wait`), else 202."""
        clip = ask_clip(actor=self.actor, **speech_wish(self, self.read(ClipInput)))
        return self.answer(request, clip, when_ready=201)


class ClipView(_ClipAnswers):
    scopes = {"GET": "clips:read"}

    @extend_schema(operation_id="clips_get", responses={200: ClipOutput})
    def get(self, request: Request, clip_id: str) -> Response:
        """One clip."""
        return Response(clip_json(self.clip(clip_id)))


class ClipAudioView(_ClipAnswers):
    scopes = {"GET": "clips:read"}

    @extend_schema(
        operation_id="clips_audio",
        responses={
            (200, "audio/*"): OpenApiTypes.BINARY,
            (206, "audio/*"): OpenApiTypes.BINARY,
            302: OpenApiResponse(description="To the object store."),
        },
    )
    def get(self, request: Request, clip_id: str) -> HttpResponseBase:
        """The file: the bytes (with Range), or a redirect to the object store."""
        clip = self.clip(clip_id)
        audio = audio_of(clip)
        url = presigned_url(audio)
        response = HttpResponseRedirect(url) if url else audio_response(request._request, audio)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        for name, value in cost_headers(clip).items():
            response[name] = value
        return response


class RetryClipView(_ClipAnswers):
    scopes = {"POST": "clips:write"}

    @extend_schema(
        operation_id="clips_retry",
        parameters=[_KEY, _PREFER],
        request=None,
        responses={202: ClipOutput, 201: ClipOutput},
    )
    @idempotent
    def post(self, request: Request, clip_id: str) -> Response:
        """Make a failed clip again. After `outcome_unknown` this may pay a second time."""
        clip = retry_clip(team=self.team, clip_id=clip_id, payer=self.payer(), actor=self.actor)
        return self.answer(request, clip, when_ready=202)


class CancelClipView(_ClipAnswers):
    scopes = {"POST": "clips:write"}

    @extend_schema(operation_id="clips_cancel", request=None, responses={200: ClipOutput})
    def post(self, request: Request, clip_id: str) -> Response:
        """Take back a clip that is still queued; nothing is paid for it."""
        clip = cancel_clip(team=self.team, clip_id=clip_id, actor=self.actor)
        return Response(clip_json(self.clip(clip.id)))


def speech_wish(view: TeamView, wish: dict[str, Any]) -> dict[str, Any]:
    """A validated body as the flows take it."""
    project = view.project_of(wish.pop("project", None))
    return {
        "team": view.team,
        "payer": view.payer(project),
        "project": project,
        "voice_slug": wish.pop("voice"),
        "audio_format": wish.pop("format", None),
        "dictionaries": wish.pop("dictionaries", ()),
        **wish,
    }
