"""Recordings to listen to, given out like clips: the bytes with Range, or a redirect to the object store."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import HttpResponseBase, HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.api.stored_files import file_response, presigned_url
from accounts.api.views import TeamView
from accounts.errors import NotFoundError
from accounts.flows.provider_accounts import find_provider_account
from voicelib.api.voice_homes import WhichHome
from voicelib.flows.homes import home_of
from voicelib.flows.listening import Recording, preview_of, recording_of
from voicelib.flows.samples import STORAGE, sample_of
from voicelib.flows.voices import voice_of

# The store cannot take an address back, so one lives only as long as a player needs to follow it.
_STORE_SECONDS = 60
_AUDIO = {
    (200, "audio/*"): OpenApiTypes.BINARY,
    (206, "audio/*"): OpenApiTypes.BINARY,
    302: OpenApiResponse(description="To the object store."),
}


class PreviewView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="voice_homes_preview", parameters=[WhichHome], responses=_AUDIO)
    def get(self, request: Request, slug: str, account: str) -> HttpResponseBase:
        """What the provider spoke while it cloned the voice; refused while the voice is suspended."""
        which = self.filters(WhichHome)
        home = home_of(
            voice=voice_of(team=self.team, slug=slug),
            account=find_provider_account(team=self.team, slug_or_id=account),
            generation=which.get("generation"),
        )
        return _given_out(request, preview_of(home))


class SampleAudioView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="samples_audio", responses=_AUDIO)
    def get(self, request: Request, sample_id: str) -> HttpResponseBase:
        """The recording as it came."""
        return _given_out(request, recording_of(sample_of(team=self.team, sample_id=sample_id)))


def _given_out(request: Request, recording: Recording) -> HttpResponseBase:
    storage = storages[STORAGE]
    url = presigned_url(recording, storage, seconds=_STORE_SECONDS)
    if url is not None:
        return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
    missing = NotFoundError("The storage does not have this file any more.", code="audio_missing")
    return file_response(request._request, recording, storage, missing=missing)
