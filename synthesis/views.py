"""Audio over HTTP: the signed view (of local files; else on to the store), with Range and validators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_safe

from accounts.api.problems import CONTENT_TYPE, problem
from accounts.api.stored_files import file_response
from accounts.errors import NotFoundError, PlatformError
from synthesis.flows.delivery import AudioFile, audio_of, clip_of_token, presigned_url
from synthesis.flows.storing import clip_storage


@require_safe
def signed_audio(request: HttpRequest, token: str) -> HttpResponseBase:
    """The audio behind a signed URL. No other credentials are asked for."""
    try:
        audio = audio_of(clip_of_token(token))
        url = presigned_url(audio)
        if url is not None:
            return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
        return audio_response(request, audio)
    except PlatformError as refused:
        return JsonResponse(problem(refused), status=refused.status, content_type=CONTENT_TYPE)


def audio_response(request: HttpRequest, audio: AudioFile) -> HttpResponseBase:
    """The clip's file as `file_response` answers it. Raises NotFoundError `audio_missing`."""
    missing = NotFoundError("The clip's file is not in the storage.", code="audio_missing")
    return file_response(request, audio, clip_storage(), missing=missing)
