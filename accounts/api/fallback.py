"""Answers where no view of the API was reached: under /api/ they are problems too."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from accounts.api.problems import CONTENT_TYPE, internal_problem, problem
from accounts.errors import InvalidInputError, NotFoundError


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such URL."""
    if request.path.startswith("/api/"):
        return _answer(problem(NotFoundError(f"There is nothing at {request.path}.")))
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Malformed before a view could look at it: foreign host, too many fields, a body too large."""
    if request.path.startswith("/api/"):
        return _answer(problem(InvalidInputError("The request is malformed.", code="malformed_request")))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours outside of a view."""
    if request.path.startswith("/api/"):
        return _answer(internal_problem())
    return defaults.server_error(request)


def _answer(body: dict[str, Any]) -> JsonResponse:
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)
