"""One handler, one body: every refusal is `application/problem+json` with a stable `code` (docs/errors.md)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.errors import InvalidInputError, NotFoundError, PermissionDeniedError, PlatformError
from accounts.provider_errors import refused_by_provider
from providers.errors import ProviderError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
_DRF_CODES: dict[type[drf.APIException], str] = {
    drf.ParseError: "malformed_request",
    drf.NotFound: "not_found",
    drf.MethodNotAllowed: "method_not_allowed",
    drf.NotAcceptable: "not_acceptable",
    drf.UnsupportedMediaType: "unsupported_media_type",
    drf.NotAuthenticated: "token_missing",
    drf.AuthenticationFailed: "token_invalid",
    drf.PermissionDenied: "permission_denied",
    drf.Throttled: "too_many_requests",
}


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: the answer to any error raised in a view."""
    set_rollback()
    told = platform_error(error)
    if told is None:
        logger.exception("unexpected error in the API", exc_info=error)
        return _answer(internal_problem(), headers={})
    return _answer(problem(told), headers=_headers(error, told, context))


def platform_error(error: Exception) -> PlatformError | None:
    """The error as the platform tells it; None where it is a mistake of ours."""
    if isinstance(error, PlatformError):
        return error
    if isinstance(error, ProviderError):
        return refused_by_provider(error)
    if isinstance(error, drf.ValidationError):
        return invalid_input(error.detail)
    if isinstance(error, ModelValidationError):
        return invalid_input(error.message_dict if hasattr(error, "error_dict") else error.messages)
    if isinstance(error, drf.APIException):
        return PlatformError(str(error.detail), code=_DRF_CODES.get(type(error), "error"), status=error.status_code)
    return _django_error(error)


def problem(error: PlatformError) -> dict[str, Any]:
    """The body of an error: RFC 9457 members, our `code`, and the error's data."""
    body: dict[str, Any] = {
        **error.data,
        "type": f"urn:voice-library:error:{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    if error.field is not None:
        body["field"] = error.field
    if error.provider is not None:
        body["provider"] = error.provider
    return body


def internal_problem() -> dict[str, Any]:
    """The body of a mistake of ours: says nothing but where to look."""
    return problem(
        PlatformError(
            "Something broke on our side; the log has it under the X-Request-Id.", code="internal", status=500
        )
    )


def invalid_input(detail: Any) -> InvalidInputError:
    """Validation messages as one error: the first field is named, all are in `errors`."""
    errors = list(_flattened(detail, ""))
    field, message = errors[0]
    return InvalidInputError(
        message if not field else f"{field}: {message}",
        field=field or None,
        data={"errors": [{"field": name or None, "message": text} for name, text in errors]},
    )


def _flattened(detail: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            inner_field = "" if name == "non_field_errors" else str(name)
            yield from _flattened(inner, ".".join(part for part in (field, inner_field) if part))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _flattened(inner, field)
    else:
        yield field, str(detail)


def _django_error(error: Exception) -> PlatformError | None:
    if isinstance(error, Http404):
        return NotFoundError("There is nothing here.")
    if isinstance(error, PermissionDenied):
        return PermissionDeniedError("You may not do this.")
    if isinstance(error, RequestDataTooBig):
        return InvalidInputError("The request is too large.", code="request_too_large", status=413)
    if isinstance(error, SuspiciousOperation):
        return InvalidInputError("The request is malformed.", code="malformed_request")
    return None


def _headers(error: Exception, told: PlatformError, context: Mapping[str, Any]) -> dict[str, str]:
    headers = {}
    if told.retry_after_seconds is not None:
        headers["Retry-After"] = str(told.retry_after_seconds)
    if isinstance(error, drf.Throttled):
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 0) + 1)
    if told.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="voice library"'
    if isinstance(error, drf.MethodNotAllowed) and "view" in context:
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return headers


def _answer(body: dict[str, Any], *, headers: dict[str, str]) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)
