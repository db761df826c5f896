"""Samples over HTTP, for providers that pull them: behind signed URLs, because a provider sends no token of ours."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import FileResponse, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.api.problems import CONTENT_TYPE, problem
from accounts.errors import NotFoundError, PlatformError
from voicelib.flows.sample_links import MEDIA_TYPES, sample_of_token
from voicelib.flows.samples import STORAGE


@require_safe
def signed_sample(request: HttpRequest, token: str, filename: str) -> HttpResponseBase:
    """The recording behind a signed URL; `filename` is for readers that judge a file by its ending."""
    try:
        sample = sample_of_token(token)
        try:
            file = storages[STORAGE].open(sample.storage_key, "rb")
        except FileNotFoundError:
            raise NotFoundError("The storage does not have the sample.", code="sample_not_found") from None
    except PlatformError as refused:
        return JsonResponse(problem(refused), status=refused.status, content_type=CONTENT_TYPE)
    answer = FileResponse(file, content_type=MEDIA_TYPES[sample.format])
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
