"""Samples over HTTP, for providers that pull them: behind signed URLs, because a provider sends no token of ours."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.api.problems import CONTENT_TYPE, problem
from accounts.errors import InvalidInputError, NotFoundError, PlatformError
from voicelib.flows.sample_links import MEDIA_TYPES, sample_of_token
from voicelib.flows.sample_uploads import receive_upload
from voicelib.flows.samples import STORAGE
from voicelib.sample_rules import LARGEST_UPLOAD_BYTES

_FORM_BYTES = 64 * 1024


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


@method_decorator(csrf_exempt, name="dispatch")
class ReceivedSampleView(View):
    """A large recording behind a signed URL, where no object store receives it: the file as `file`, then 204."""

    def post(self, request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_UPLOAD_BYTES + _FORM_BYTES:
                raise InvalidInputError("The request is too large.", code="request_too_large", status=413)
            file = request.FILES.get("file")
            if file is None:
                raise InvalidInputError("The file is sent as `file`, in multipart/form-data.", field="file")
            receive_upload(token=token, file=file)
        except PlatformError as refused:
            return JsonResponse(problem(refused), status=refused.status, content_type=CONTENT_TYPE)
        return HttpResponse(status=204)
