"""Errors of the platform that a caller can act on: a stable code, an HTTP status, a sentence and data.

PlatformError
├── InvalidInputError        400  the field and what to do (413, 422 where that says it better)
├── AuthenticationError      401  no token, or none that opens anything
├── NotFoundError            404
├── ConflictError            409
├── BudgetExceededError      402  names the budget
├── PermissionDeniedError    403
├── RefusedByProviderError   422 / 502 / 503  a translated vendor error, with its trace id
└── WaitError                429 / 503  with Retry-After
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class PlatformError(Exception):
    """Base of all errors a caller is told about. `code` is stable and listed in docs/errors.md."""

    status = 400
    code = "error"
    title = "The request was refused"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        status: int | None = None,
        field: str | None = None,
        data: Mapping[str, Any] | None = None,
        provider: Mapping[str, Any] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.status = status or self.status
        self.field = field
        self.data = dict(data or {})
        self.provider = dict(provider) if provider else None
        self.retry_after_seconds = retry_after_seconds


class InvalidInputError(PlatformError):
    """What was sent cannot be honoured; nothing was changed or spent."""

    status = 400
    code = "invalid_input"
    title = "The input is not valid"


class AuthenticationError(PlatformError):
    """Nobody is known by this token; unknown, wrong, expired and revoked answer the same."""

    status = 401
    code = "token_invalid"
    title = "Not authenticated"


class NotFoundError(PlatformError):
    """There is no such thing in this team (another team's things answer the same)."""

    status = 404
    code = "not_found"
    title = "Not found"


class ConflictError(PlatformError):
    """The thing is not in a state that allows this."""

    status = 409
    code = "conflict"
    title = "Not possible in this state"


class PermissionDeniedError(PlatformError):
    """The role or the token does not allow this."""

    status = 403
    code = "permission_denied"
    title = "Not allowed"


class BudgetExceededError(PlatformError):
    """A hard budget in scope is full; `data` names it."""

    status = 402
    code = "budget_exceeded"
    title = "A budget is full"


class RefusedByProviderError(PlatformError):
    """A vendor error, translated; `provider` carries the vendor's code, message and trace id."""

    status = 502
    code = "provider_error"
    title = "The provider refused"


class WaitError(PlatformError):
    """Come back later; `retry_after_seconds` says when."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"
