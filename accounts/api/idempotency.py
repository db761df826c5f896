"""The `Idempotency-Key` header on writes that cost money (optional: without it, nothing is remembered)."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import TeamView
from accounts.errors import InvalidInputError
from accounts.flows.idempotency import Claim, StoredAnswer, claim_request, forget_request, remember_answer

_KEY = re.compile(r"\A[\x21-\x7e]{1,255}\Z")


def idempotent(method: Callable[..., Response]) -> Callable[..., Response]:
    """Wrap a view's `post`: the same key and request run once, later ones get the stored answer.

    Only 2xx answers are remembered: a refusal changed nothing and may be tried again with the same key. A replay
    carries `Idempotent-Replayed: true`.
    """

    @functools.wraps(method)
    def once(view: TeamView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return method(view, request, *args, **kwargs)
        if not _KEY.match(key):
            raise InvalidInputError(
                "Use 1 to 255 visible ASCII characters.", code="idempotency_key_invalid", field="Idempotency-Key"
            )
        claim = claim_request(token_id=view.token.id, key=key, fingerprint=_fingerprint(request))
        if isinstance(claim, StoredAnswer):
            return Response(claim.body, status=claim.status, headers={**claim.headers, "Idempotent-Replayed": "true"})
        return _run(claim, functools.partial(method, view, request, *args, **kwargs))

    return once


def _run(claim: Claim, run: Callable[[], Response]) -> Response:
    try:
        response = run()
    except Exception:
        forget_request(claim=claim)
        raise
    if 200 <= response.status_code < 300:
        body = json.loads(JSONRenderer().render(response.data) or b"null")
        headers = {name: value for name, value in response.items() if name.lower().startswith("x-")}
        remember_answer(claim=claim, status=response.status_code, headers=headers, body=body)
    else:
        forget_request(claim=claim)
    return response


def _fingerprint(request: Request) -> str:
    """Digest of what was asked: method, path and content, independent of how the JSON was spaced."""
    files = {name: _digest_of(file) for name, file in request.FILES.items()}
    asked = [request.method, request.get_full_path(), request.data, files]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _digest_of(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
