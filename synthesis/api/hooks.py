"""/hooks/: where providers tell the end of their work. Outside of the API, because they send no token of ours."""

from __future__ import annotations

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import InvalidInputError
from accounts.flows.hooks import hear_hook
from synthesis.flows.waking import wake_work

# A prediction repeats its input: a text of 10,000 characters, escaped, and whatever comes with it.
MOST_BYTES = 256 * 1024


class HookView(APIView):
    """Answers 202 to everything at a known address, so that nobody learns from it what was genuine or known."""

    authentication_classes = []
    permission_classes = []
    schema = None

    def post(self, request: Request, provider: str, token: str) -> Response:
        """One webhook."""
        body = b"" if _length(request) > MOST_BYTES else request.read(MOST_BYTES + 1)
        if _length(request) > MOST_BYTES or len(body) > MOST_BYTES:
            raise InvalidInputError(
                f"The request is larger than {MOST_BYTES} bytes.", code="request_too_large", status=413
            )
        hear_hook(provider=provider, token=token, headers=request.headers, body=body, wake=wake_work)
        return Response(status=status.HTTP_202_ACCEPTED)


def _length(request: Request) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)
