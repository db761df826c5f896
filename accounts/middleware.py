"""Gives every request an id, taken from `X-Request-Id` where the caller sent a sensible one."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.ids import new_id
from accounts.logs import begin_request, end_request

_SENSIBLE = re.compile(r"\A[A-Za-z0-9._:-]{8,64}\Z")


class RequestIdMiddleware:
    """Sets the request id for the logs and answers it in `X-Request-Id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-Id", "")
        request_id = sent if _SENSIBLE.match(sent) else new_id()
        begun = begin_request(request_id)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id
            return response
        finally:
            end_request(begun)
