"""A vendor's error as the platform tells it: `provider_<category>`, an HTTP status, and the vendor's own words."""

from __future__ import annotations

from accounts.errors import RefusedByProviderError
from providers.errors import Category, ProviderError

# 422: the request can be changed; 502: the vendor or the account's settings; 503: the same may work later.
STATUS: dict[Category, int] = {
    Category.AUTH: 502,
    Category.PERMISSION: 502,
    Category.BALANCE: 502,
    Category.RATE_LIMITED: 503,
    Category.INVALID_INPUT: 422,
    Category.CONTENT_REFUSED: 422,
    Category.TRANSCRIPT_MISMATCH: 422,
    Category.VOICE_MISSING: 422,
    Category.VOICE_DUPLICATE: 422,
    Category.QUOTA_WINDOW: 503,
    Category.PROVIDER_DOWN: 503,
    Category.TIMEOUT_UNKNOWN_OUTCOME: 502,
    Category.UNSUPPORTED: 422,
    Category.MALFORMED_RESPONSE: 502,
}
_RETRY_AFTER_SECONDS = {503: 5}


def code_of(category: Category) -> str:
    """The platform's code for a category: `provider_<category>`, and `provider_down` for a provider that is down."""
    return f"provider_{category.removeprefix('provider_')}"


def refused_by_provider(error: ProviderError) -> RefusedByProviderError:
    """Translate a ProviderError: code `provider_<category>`, with the vendor's code, message and trace id."""
    status = STATUS[error.category]
    return RefusedByProviderError(
        error.message,
        code=code_of(error.category),
        status=status,
        field=error.field,
        data={"who_acts": error.who_acts, "possibly_charged": error.possibly_charged},
        provider={"code": error.code, "message": error.message, "trace_id": error.trace_id},
        retry_after_seconds=_RETRY_AFTER_SECONDS.get(status) if error.retryable else None,
    )
